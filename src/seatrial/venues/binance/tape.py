"""Trades of the market at large, as Binance tells them: of the stream, and of the past.

Trades are told by number, and only aggregates by time: the first aggregate of a span names its first trade.
"""

from __future__ import annotations

from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import HOUR_NS, MILLISECOND_NS
from seatrial.venues.binance.door import BinanceDoor
from seatrial.venues.binance.records import AggregateRecord, TapeRecord
from seatrial.venues.binance.stream_records import TradeEvent
from seatrial.venues.grid import units
from seatrial.venues.port import TickEvent

TRADES_PER_PAGE_MAX = 1_000
_SEARCH_MS = HOUR_NS // MILLISECOND_NS  # the widest span the venue takes when both its ends are given
_AGGREGATES_WEIGHT = 4
_TRADES_WEIGHT = 25


def tick(trade: TradeEvent, instrument: Instrument) -> TickEvent:
    """One trade of the stream."""
    return TickEvent(
        symbol=instrument.symbol,
        price_units=units(trade.p, instrument.price_scale, "trade.p"),
        qty_units=units(trade.q, instrument.qty_scale, "trade.q"),
        at_ns=trade.T * MILLISECOND_NS,
    )


async def trades_between(door: BinanceDoor, instrument: Instrument, start_ns: int, end_ns: int) -> list[TickEvent]:
    """Trades in `[start_ns, end_ns)`, oldest first, over all pages."""
    first_ms, end_ms = -(-start_ns // MILLISECOND_NS), -(-end_ns // MILLISECOND_NS)
    number = await _first_trade(door, instrument.symbol, first_ms, end_ms)
    found: list[TapeRecord] = []
    while number is not None:
        parameters = {"symbol": str(instrument.symbol), "fromId": str(number), "limit": str(TRADES_PER_PAGE_MAX)}
        page = await door.ask_publicly("/historicalTrades", list[TapeRecord], parameters, weight=_TRADES_WEIGHT)
        found += [trade for trade in page if first_ms <= trade.time < end_ms]
        done = len(page) < TRADES_PER_PAGE_MAX or page[-1].time >= end_ms
        number = None if done else page[-1].id + 1
    return [_past_tick(trade, instrument) for trade in found]


async def _first_trade(door: BinanceDoor, symbol: Symbol, first_ms: int, end_ms: int) -> int | None:
    """The number of a span's first trade; None where there is none."""
    while first_ms < end_ms:
        last_ms = min(first_ms + _SEARCH_MS, end_ms) - 1
        parameters = {"symbol": str(symbol), "startTime": str(first_ms), "endTime": str(last_ms), "limit": "1"}
        found = await door.ask_publicly("/aggTrades", list[AggregateRecord], parameters, weight=_AGGREGATES_WEIGHT)
        if found:
            return found[0].f
        first_ms = last_ms + 1
    return None


def _past_tick(trade: TapeRecord, instrument: Instrument) -> TickEvent:
    return TickEvent(
        symbol=instrument.symbol,
        price_units=units(trade.price, instrument.price_scale, "trade.price"),
        qty_units=units(trade.qty, instrument.qty_scale, "trade.qty"),
        at_ns=trade.time * MILLISECOND_NS,
    )
