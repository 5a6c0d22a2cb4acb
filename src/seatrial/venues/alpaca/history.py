"""What comes in pages: trades, which name orders by the venue's id only, and bars."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from seatrial.domain.bars import Bar
from seatrial.domain.ids import ClientOrderId, Symbol, VenueOrderId
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import MILLISECOND_NS, rfc3339
from seatrial.venues.alpaca import wire
from seatrial.venues.alpaca.door import AlpacaDoor
from seatrial.venues.alpaca.records import ActivityRecord, BarsRecord, OrderRecord
from seatrial.venues.names import OrderNames

ORDERS_PER_PAGE_MAX = 500
_ACTIVITIES_PER_PAGE_MAX = 100
_BARS_PER_PAGE_MAX = 10_000
_EARLIER_NS = 2 * MILLISECOND_NS  # `after` excludes its own instant, and activities are kept to the millisecond


async def activities_since(door: AlpacaDoor, at_ns: int) -> list[ActivityRecord]:
    """Every trade of the account at or a little before a time and after, oldest first, over all pages."""
    params = {
        "direction": "asc",
        "after": rfc3339(max(at_ns - _EARLIER_NS, 0)),
        "page_size": str(_ACTIVITIES_PER_PAGE_MAX),
    }
    found: list[ActivityRecord] = []
    while True:
        page = await door.ask("/account/activities/FILL", list[ActivityRecord], params)
        found += page
        if len(page) < _ACTIVITIES_PER_PAGE_MAX:
            return found
        params["page_token"] = page[-1].id


async def client_order_ids(
    door: AlpacaDoor, activities: Sequence[ActivityRecord], names: OrderNames
) -> dict[str, ClientOrderId]:
    """Client ids of the orders behind trades, by order id: remembered, else the youngest orders, else one by one."""
    known = {a.order_id: names.client_of(Symbol(a.symbol), VenueOrderId(a.order_id)) for a in activities}
    if None in known.values():
        params = {"status": "all", "limit": str(ORDERS_PER_PAGE_MAX), "direction": "desc", "nested": "false"}
        records = await door.ask("/orders", list[OrderRecord], params)
        orders = [names.learn(wire.venue_order(record)) for record in records if record.id in known]
        known |= {order.venue_order_id: order.client_order_id for order in orders}
    found: dict[str, ClientOrderId] = {}
    for order_id, client_order_id in known.items():
        found[order_id] = client_order_id or await _client_order_id(door, order_id, names)
    return found


async def _client_order_id(door: AlpacaDoor, order_id: str, names: OrderNames) -> ClientOrderId:
    record = await door.ask(f"/orders/{quote(order_id, safe='')}", OrderRecord)
    return names.learn(wire.venue_order(record)).client_order_id


async def bars_between(door: AlpacaDoor, instrument: Instrument, start_ns: int, end_ns: int, feed: str) -> list[Bar]:
    """Minute bars that lie wholly inside a span, oldest first, over all pages."""
    params = {
        "symbols": str(instrument.symbol),
        "timeframe": "1Min",
        "start": rfc3339(start_ns),
        "end": rfc3339(end_ns),
        "limit": str(_BARS_PER_PAGE_MAX),
        "adjustment": "raw",
        "feed": feed,
        "sort": "asc",
    }
    found: list[Bar] = []
    while True:
        page = await door.ask_data("/stocks/bars", BarsRecord, params)
        found += [wire.bar(record, instrument) for record in page.bars.get(instrument.symbol, ())]
        if not page.next_page_token:
            return [bar for bar in found if start_ns <= bar.start_ns and bar.end_ns <= end_ns]
        params["page_token"] = page.next_page_token
