"""Candles in the forms of REST and of the streams."""

from __future__ import annotations

from seatrial.emulators.binance.candles import Candle
from seatrial.emulators.binance.numbers import from_units, text
from seatrial.emulators.binance.orders import MS, Json, TimeUnit


def row(candle: Candle, unit: TimeUnit = MS) -> list[object]:
    """The twelve elements of a kline."""
    return [
        unit(candle.start_ns),
        text(from_units(candle.open_units)),
        text(from_units(candle.high_units)),
        text(from_units(candle.low_units)),
        text(from_units(candle.close_units)),
        text(from_units(candle.volume_units)),
        unit(candle.end_ns) - 1,
        text(from_units(candle.value_units)),
        candle.count,
        text(from_units(candle.bought_units)),
        text(from_units(candle.bought_value_units)),
        "0",
    ]


def kline_event(symbol: str, interval: str, candle: Candle, *, closed: bool, at_ns: int, unit: TimeUnit = MS) -> Json:
    """The `kline` event of a stream."""
    return {
        "e": "kline",
        "E": unit(at_ns),
        "s": symbol,
        "k": {
            "t": unit(candle.start_ns),
            "T": unit(candle.end_ns) - 1,
            "s": symbol,
            "i": interval,
            "f": candle.first_number,
            "L": candle.last_number,
            "o": text(from_units(candle.open_units)),
            "c": text(from_units(candle.close_units)),
            "h": text(from_units(candle.high_units)),
            "l": text(from_units(candle.low_units)),
            "v": text(from_units(candle.volume_units)),
            "n": candle.count,
            "x": closed,
            "q": text(from_units(candle.value_units)),
            "V": text(from_units(candle.bought_units)),
            "Q": text(from_units(candle.bought_value_units)),
            "B": "0",
        },
    }
