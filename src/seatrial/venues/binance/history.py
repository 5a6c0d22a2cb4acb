"""A complete trade history from a venue that shows it in windows.

GET myTrades gives at most a thousand trades, of at most one day when asked by time. So: look at the
youngest thousand first, which nearly always reach back far enough; else walk from the start, day by
day until something is there, then by trade id until the two meet.
"""

from __future__ import annotations

from seatrial.domain.faults import VenueUnreadable
from seatrial.domain.ids import ClientOrderId, Symbol, VenueOrderId
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import DAY_NS, MILLISECOND_NS
from seatrial.venues.binance.door import BinanceDoor
from seatrial.venues.binance.records import OrderRecord, TradeRecord
from seatrial.venues.binance.wire import trade_fill
from seatrial.venues.names import OrderNames
from seatrial.venues.port import VenueFill

TRADES_PER_PAGE_MAX = 1000
ORDERS_PER_PAGE_MAX = 1000
_TRADES_WEIGHT = 20
_ORDERS_WEIGHT = 20
_DAY_MS = DAY_NS // MILLISECOND_NS


async def fills_since(door: BinanceDoor, names: OrderNames, instrument: Instrument, at_ns: int) -> list[VenueFill]:
    """Every trade of ours in a symbol at or after a market time, under our own order ids.

    Raises:
        VenueUnreadable: a trade names an order that the venue does not list.
    """
    symbol = instrument.symbol
    trades = await trades_since(door, symbol, at_ns // MILLISECOND_NS)
    order_ids = {VenueOrderId(str(trade.order_id)) for trade in trades}
    known = {order_id: names.client_of(symbol, order_id) for order_id in order_ids}
    strange = {order_id for order_id, client_id in known.items() if client_id is None}
    asked = await client_order_ids(door, symbol, strange) if strange else {}
    if strange - asked.keys():
        raise VenueUnreadable(f"trades of {symbol} name orders that allOrders does not have: {sorted(strange)[0]}")
    fills: list[VenueFill] = []
    for trade in trades:
        order_id = VenueOrderId(str(trade.order_id))
        fills.append(trade_fill(trade, known[order_id] or asked[order_id], instrument))
    return [fill for fill in fills if fill.at_ns >= at_ns]


async def trades_since(
    door: BinanceDoor, symbol: Symbol, at_ms: int, page_max: int = TRADES_PER_PAGE_MAX
) -> list[TradeRecord]:
    """Every trade of a symbol at or after a time, oldest first."""
    youngest = await _trades(door, symbol, limit=page_max)
    if len(youngest) < page_max or youngest[0].time < at_ms:
        return [trade for trade in youngest if trade.time >= at_ms]
    older = await _trades_between(door, symbol, at_ms, youngest[0], page_max)
    return older + youngest


async def _trades_between(
    door: BinanceDoor, symbol: Symbol, at_ms: int, known: TradeRecord, page_max: int
) -> list[TradeRecord]:
    found: list[TradeRecord] = []
    start_ms = at_ms
    while not found and start_ms <= known.time:
        end_ms = min(start_ms + _DAY_MS - 1, known.time)
        found = await _trades(door, symbol, limit=page_max, startTime=start_ms, endTime=end_ms)
        start_ms = end_ms + 1
    page = found
    while page and page[-1].id + 1 < known.id:
        page = await _trades(door, symbol, limit=page_max, fromId=page[-1].id + 1)
        found += page
    return [trade for trade in found if trade.id < known.id]


async def _trades(door: BinanceDoor, symbol: Symbol, **where: int) -> list[TradeRecord]:
    parameters = {"symbol": str(symbol), **{name: str(value) for name, value in where.items()}}
    return await door.ask("/myTrades", list[TradeRecord], parameters, weight=_TRADES_WEIGHT)


async def client_order_ids(
    door: BinanceDoor, symbol: Symbol, order_ids: set[VenueOrderId], page_max: int = ORDERS_PER_PAGE_MAX
) -> dict[VenueOrderId, ClientOrderId]:
    """Our ids of orders that trades name only by the venue's: pages of all orders from the lowest one on."""
    found: dict[VenueOrderId, ClientOrderId] = {}
    from_id = min((int(order_id) for order_id in order_ids), default=0)
    while not order_ids <= found.keys():
        parameters = {"symbol": str(symbol), "orderId": str(from_id), "limit": str(page_max)}
        page = await door.ask("/allOrders", list[OrderRecord], parameters, weight=_ORDERS_WEIGHT)
        found |= {VenueOrderId(str(each.order_id)): ClientOrderId(each.client_order_id) for each in page}
        if len(page) < page_max:
            break
        from_id = page[-1].order_id + 1
    return found
