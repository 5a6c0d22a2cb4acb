"""Trades of the market at large, as Alpaca tells them: of the stream, and of the past.

Source: Alpaca Market Data API v2, `GET /v2/stocks/trades`; which sale conditions add to a bar's volume: the CTA and
UTP specifications, which Alpaca's bars follow.
"""

from __future__ import annotations

from seatrial.domain.instrument import Instrument
from seatrial.domain.time import rfc3339
from seatrial.venues.alpaca.door import AlpacaDoor
from seatrial.venues.alpaca.records import TapeRecord, TradeMessage, TradesRecord
from seatrial.venues.alpaca.wire import instant
from seatrial.venues.grid import units
from seatrial.venues.port import TickEvent

TRADES_PER_PAGE_MAX = 10_000
_ECHOES = frozenset({"M", "Q", "9"})  # official close and open, corrected close: reported before as what they were


def tick(trade: TapeRecord | TradeMessage, instrument: Instrument) -> TickEvent:
    """One trade. An echo of another, or one that was taken back, is no part of its bar's volume."""
    taken_back = isinstance(trade, TapeRecord) and bool(trade.u)
    return TickEvent(
        symbol=instrument.symbol,
        price_units=units(trade.p, instrument.price_scale, "trade.p"),
        qty_units=units(trade.s, instrument.qty_scale, "trade.s"),
        at_ns=instant(trade.t, "trade.t"),
        counts=not taken_back and _ECHOES.isdisjoint(trade.c),
    )


async def trades_between(
    door: AlpacaDoor, instrument: Instrument, start_ns: int, end_ns: int, feed: str
) -> list[TickEvent]:
    """Trades in `[start_ns, end_ns)`, oldest first, over all pages."""
    params = {
        "symbols": str(instrument.symbol),
        "start": rfc3339(start_ns),
        "end": rfc3339(end_ns - 1),
        "limit": str(TRADES_PER_PAGE_MAX),
        "feed": feed,
        "sort": "asc",
    }
    found: list[TickEvent] = []
    while True:
        page = await door.ask_data("/stocks/trades", TradesRecord, params)
        found += [tick(record, instrument) for record in page.trades.get(instrument.symbol) or ()]
        if not page.next_page_token:
            return [trade for trade in found if start_ns <= trade.at_ns < end_ns]
        params["page_token"] = page.next_page_token
