"""Bars, trades and quotes as Alpaca's market data writes them: JSON numbers, one letter a field.

`vw` and `n` are derived: the mean of the bar's four prints by volume, and their number. Quotes are derived
from the last print (`quotes.SPREAD_MODEL`). `t` is left as nanoseconds; each wire writes it its own way.
"""

from __future__ import annotations

from collections.abc import Sequence

from seatrial.core import matching
from seatrial.domain.bars import Bar
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import rfc3339
from seatrial.emulators.alpaca.assets import is_coin
from seatrial.emulators.alpaca.quotes import Quote
from seatrial.emulators.timeline import Print

TAPE = "C"
VENUE = "V"
ROUND_LOT = 100
WEIGHT_DECIMALS = 6

Shape = dict[str, object]


def bar_shape(bar: Bar, instrument: Instrument) -> Shape:
    """One bar."""
    scale = instrument.price_scale
    return {
        "t": bar.start_ns,
        "o": bar.open_units / scale,
        "h": bar.high_units / scale,
        "l": bar.low_units / scale,
        "c": bar.close_units / scale,
        "v": _number(bar.volume_units, instrument.qty_scale),
        "n": matching.PRINTS_PER_BAR,
        "vw": _weighted_price(bar, instrument),
    }


def merged_shape(bars: Sequence[Bar], instrument: Instrument, start_ns: int) -> Shape:
    """Consecutive bars as one; at least one."""
    volume_units = sum(bar.volume_units for bar in bars)
    whole = Bar(
        symbol=bars[0].symbol,
        start_ns=start_ns,
        end_ns=bars[-1].end_ns,
        open_units=bars[0].open_units,
        high_units=max(bar.high_units for bar in bars),
        low_units=min(bar.low_units for bar in bars),
        close_units=bars[-1].close_units,
        volume_units=volume_units,
    )
    shape = bar_shape(whole, instrument)
    weights = [_weighted_price(bar, instrument) * bar.volume_units for bar in bars]
    if volume_units:
        shape["vw"] = round(sum(weights) / volume_units, WEIGHT_DECIMALS)
    shape["n"] = matching.PRINTS_PER_BAR * len(bars)
    return shape


def trade_shape(trade: Print, instrument: Instrument) -> Shape:
    """One trade of the market. A coin's says which side took; a share's on which tape it is."""
    told = {
        "t": trade.at_ns,
        "p": trade.price_units / instrument.price_scale,
        "s": _number(trade.volume_units, instrument.qty_scale),
        "i": trade.number,
    }
    if is_coin(instrument):
        return {**told, "tks": "S" if trade.buyer_maker else "B"}
    return {**told, "x": VENUE, "c": ["@"], "z": TAPE}


def quote_shape(quote: Quote, instrument: Instrument) -> Shape:
    """Both sides of a quote; a share's sizes are in round lots, as the venue tells them."""
    told: Shape = {
        "t": quote.at_ns,
        "ap": quote.ask_units / instrument.price_scale,
        "bp": quote.bid_units / instrument.price_scale,
    }
    if is_coin(instrument):
        sizes = (_number(units, instrument.qty_scale) for units in (quote.ask_qty_units, quote.bid_qty_units))
        return told | dict(zip(("as", "bs"), sizes, strict=True))
    lots = [max(1, units // (ROUND_LOT * instrument.qty_scale)) for units in (quote.ask_qty_units, quote.bid_qty_units)]
    return {**told, "as": lots[0], "bs": lots[1], "ax": VENUE, "bx": VENUE, "c": ["R"], "z": TAPE}


def levels_shape(levels: Sequence[tuple[int, int]], instrument: Instrument) -> list[Shape]:
    """Levels of a book, best first; a size of 0 is a level that is gone."""
    return [
        {"p": price_units / instrument.price_scale, "s": _number(qty_units, instrument.qty_scale)}
        for price_units, qty_units in levels
    ]


def halt_shape(at_ns: int, *, halted: bool) -> Shape:
    """A trading status: halted, or trading again."""
    code, message = ("H", "Trading Halt") if halted else ("T", "Trading Resumption")
    return {"sc": code, "sm": message, "rc": "", "rm": "", "t": at_ns, "z": TAPE}


def with_text_time(shape: Shape) -> Shape:
    """The shape with `t` as RFC3339, for JSON."""
    at_ns = shape["t"]
    assert isinstance(at_ns, int)
    return {**shape, "t": rfc3339(at_ns)}


def _weighted_price(bar: Bar, instrument: Instrument) -> float:
    weights: list[tuple[int, int]] = [
        (
            matching.print_price(bar.open_units, bar.high_units, bar.low_units, bar.close_units, part),
            matching.print_volume(bar.volume_units, instrument.lot_units, part),
        )
        for part in range(matching.PRINTS_PER_BAR)
    ]
    volume_units = sum(volume for _, volume in weights)
    if not volume_units:
        return bar.close_units / instrument.price_scale
    worth = sum(price * volume for price, volume in weights)
    return round(worth / volume_units / instrument.price_scale, WEIGHT_DECIMALS)


def _number(units: int, scale: int) -> int | float:
    return units // scale if units % scale == 0 else units / scale
