"""Always in, out after a few market minutes: a strategy whose only purpose is orders."""

from __future__ import annotations

from freqtrade.strategy import IStrategy


class InAndOut(IStrategy):
    """Buys on every candle and sells on the next look."""

    INTERFACE_VERSION = 3
    timeframe = "1m"
    minimal_roi = {"0": -1}  # noqa: RUF012 - Freqtrade reads it so: any profit will do, a loss too
    stoploss = -0.5
    startup_candle_count = 5
    process_only_new_candles = False

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        dataframe["enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        dataframe["exit_long"] = 0
        return dataframe
