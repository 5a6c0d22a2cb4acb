"""Channel breakout: buy new highs, leave at new lows.

The idea: what leaves its range has a reason. The weakness: most ranges are left for a minute only.
"""

from seatrial.strategy import BarView, Context, Donchian, Strategy


class ChannelBreakout(Strategy):
    """Long above the highest high of `entry` bars, flat below the lowest low of `leave` bars."""

    symbols = ("BTCUSDT",)
    entry = 60
    leave = 20
    weight = 0.04

    def on_start(self, context: Context) -> None:
        """Two channels per symbol; a bar is compared with the channel before it."""
        self.entries = {symbol: Donchian(self.entry) for symbol in self.symbols}
        self.exits = {symbol: Donchian(self.leave) for symbol in self.symbols}

    def on_bar(self, context: Context, bar: BarView) -> None:
        """A breakout is a close beyond what was known before this bar."""
        above, below = self.entries[bar.symbol].value, self.exits[bar.symbol].value
        self.entries[bar.symbol].update(bar.high, bar.low)
        self.exits[bar.symbol].update(bar.high, bar.low)
        if above is None or below is None:
            return
        if bar.close > above.upper:
            context.target(bar.symbol, weight=self.weight)
        elif bar.close < below.lower:
            context.target(bar.symbol, weight=0)
