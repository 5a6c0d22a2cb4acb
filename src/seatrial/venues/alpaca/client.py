"""One Alpaca account behind the port: stocks, whole shares, paper or live by address and keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from urllib.parse import quote

from seatrial.domain.bars import Bar
from seatrial.domain.effects import Approved
from seatrial.domain.faults import VenueFault, VenueRefused, VenueUnavailable, VenueUnreadable
from seatrial.domain.ids import ClientOrderId, Symbol, VenueName, VenueOrderId
from seatrial.domain.instrument import Instrument
from seatrial.domain.orders import OrderStatus
from seatrial.domain.time import SECOND_NS
from seatrial.venues.actions import VenueAction
from seatrial.venues.alpaca import stream, tape, wire
from seatrial.venues.alpaca.actions import actions_between
from seatrial.venues.alpaca.door import AlpacaDoor, AlpacaUrls
from seatrial.venues.alpaca.history import ORDERS_PER_PAGE_MAX, activities_since, bars_between, client_order_ids
from seatrial.venues.alpaca.payments import payments_since
from seatrial.venues.alpaca.records import AccountRecord, AssetRecord, ClockRecord, OrderRecord, PositionRecord
from seatrial.venues.alpaca.request import order_body
from seatrial.venues.alpaca.standing import standing
from seatrial.venues.alpaca.taking import CAPABILITIES, lacks
from seatrial.venues.answer import decode
from seatrial.venues.budget import Purpose
from seatrial.venues.connection import Connection
from seatrial.venues.feed import Sockets
from seatrial.venues.grid import units
from seatrial.venues.names import OrderNames
from seatrial.venues.outcome import refusal, silence
from seatrial.venues.payments import VenuePayment
from seatrial.venues.port import (
    AccountEvent,
    Confirmed,
    Denied,
    MarketEvent,
    OrderEvent,
    Outcome,
    Rejected,
    TickEvent,
    VenueBalances,
    VenueClock,
    VenueFill,
    VenueOrder,
)
from seatrial.venues.silence import OwedWords
from seatrial.venues.standing import Standing

_BALANCE_LOOKS_MAX = 5
_NOT_FOUND = "40410000"


class AlpacaVenue:
    """See `venues.port.Venue`.

    A request can arrive any time after it was sent: Alpaca has no receive window. `late_arrival_ns` is
    how long after a send an "unknown order" is not yet final.
    """

    name = VenueName("alpaca")
    capabilities = CAPABILITIES
    late_arrival_ns = 60 * SECOND_NS

    def __init__(
        self, connection: Connection, urls: AlpacaUrls, *, requests_per_minute_max: int = 200, feed: str = "iex"
    ) -> None:
        self.account = connection.account
        self._connection = connection
        self._urls = urls
        self._instruments = connection.instruments
        self._sockets = Sockets(connection.http, connection.random, connection.sockets)
        self._feed_name = feed
        self._door = AlpacaDoor(
            http=connection.http,
            urls=urls,
            key=connection.key,
            secret=connection.secret,
            clock=connection.clock,
            timeout_seconds=connection.timeout_seconds,
            requests_per_minute_max=requests_per_minute_max,
        )
        self._names = OrderNames()
        self._owed = OwedWords()

    # ------------------------------------------------------------ commands

    async def submit(self, order: Approved) -> Outcome:
        """POST /v2/orders, once."""
        instrument = self._instruments.get(order.symbol)
        if instrument is None:
            return Denied(f"{order.symbol} is not an instrument of this account")
        if (lacking := lacks(order)) is not None:
            return Denied(lacking)
        if not await self._door.trading_budget.admit(Purpose.ORDER, 1):
            return Denied("the rate budget for orders is spent")
        try:
            answer = await self._door.command("POST", "/orders", order_body(order, instrument))
            if not answer.ok:
                return refusal(answer, wire.protocol_error(answer))
            taken = self._names.learn(wire.venue_order(decode(answer.body, OrderRecord, "order")))
        except (VenueUnavailable, VenueUnreadable) as fault:
            return silence(fault)
        self._owed.confirmed(order.client_order_id)
        return Confirmed(taken.venue_order_id, taken.status)

    async def cancel(self, client_order_id: ClientOrderId, symbol: Symbol) -> Outcome:
        """DELETE /v2/orders/{id}, after asking for the venue's id where we do not have it."""
        venue_order_id = self._names.venue_of(client_order_id)
        try:
            if venue_order_id is None:
                known = await self.find(client_order_id, symbol)
                if known is None:
                    return Rejected(_NOT_FOUND, "the venue has never heard of the order")
                venue_order_id = known.venue_order_id
            await self._door.trading_budget.admit(Purpose.CANCEL, 1)
            answer = await self._door.command("DELETE", f"/orders/{quote(venue_order_id, safe='')}")
        except VenueRefused as refused:  # of the question: the venue did not let us ask, so nothing was sent
            return Rejected(refused.code, refused.reason)
        except VenueFault as fault:
            return silence(fault)
        if not answer.ok:
            return refusal(answer, wire.protocol_error(answer))
        return Confirmed(venue_order_id, OrderStatus.WORKING)  # 204 says: asked

    # ----------------------------------------------------------- questions

    async def find(self, client_order_id: ClientOrderId, symbol: Symbol) -> VenueOrder | None:
        """GET /v2/orders:by_client_order_id."""
        try:
            record = await self._door.ask(
                "/orders:by_client_order_id", OrderRecord, {"client_order_id": client_order_id}
            )
        except VenueRefused as refused:
            if refused.code == _NOT_FOUND:
                return None
            raise
        return self._names.learn(wire.venue_order(record))

    async def open_orders(self) -> Sequence[VenueOrder]:
        """GET /v2/orders?status=open, all pages, oldest first."""
        found: dict[VenueOrderId, VenueOrder] = {}
        params = {"status": "open", "limit": str(ORDERS_PER_PAGE_MAX), "direction": "asc", "nested": "false"}
        while True:
            records = await self._door.ask("/orders", list[OrderRecord], params)
            fresh = [record for record in records if VenueOrderId(record.id) not in found]
            found |= {VenueOrderId(record.id): self._names.learn(wire.venue_order(record)) for record in fresh}
            if len(records) < ORDERS_PER_PAGE_MAX or not fresh:
                return list(found.values())
            params["after"] = records[-1].submitted_at

    async def fills_since(self, at_ns: int, symbols: Sequence[Symbol]) -> Sequence[VenueFill]:
        """GET /v2/account/activities/FILL, all pages."""
        known = {symbol: self._instruments[symbol] for symbol in symbols}
        activities = [each for each in await activities_since(self._door, at_ns) if each.symbol in known]
        client_ids = await client_order_ids(self._door, activities, self._names)
        fills = [wire.activity_fill(a, client_ids[a.order_id], known[Symbol(a.symbol)]) for a in activities]
        return sorted((fill for fill in fills if fill.at_ns >= at_ns), key=lambda fill: fill.at_ns)

    async def balances(self) -> VenueBalances:
        """GET /v2/account, /v2/positions, /v2/account: the cash must be the same before and after."""
        before = await self._door.ask("/account", AccountRecord)
        for _ in range(_BALANCE_LOOKS_MAX):
            positions = await self._door.ask("/positions", list[PositionRecord])
            after = await self._door.ask("/account", AccountRecord)
            if after == before:
                return VenueBalances(
                    account_ref=after.id,
                    cash={wire.USD: wire.cash_units(after)},
                    holdings={Symbol(p.symbol): units(p.qty, wire.QTY_SCALE, "position.qty") for p in positions},
                    as_of_ns=self._connection.clock.now_ns(),
                )
            before = after
        raise VenueUnavailable("the account keeps changing while it is read")

    async def instruments(self, symbols: Sequence[Symbol]) -> Sequence[Instrument]:
        """GET /v2/assets/{symbol} for each."""
        return [
            wire.instrument_of(await self._door.ask(f"/assets/{quote(symbol, safe='')}", AssetRecord))
            for symbol in symbols
        ]

    async def clock(self) -> VenueClock:
        """GET /v2/clock."""
        return wire.venue_clock(await self._door.ask("/clock", ClockRecord))

    async def bars(self, symbol: Symbol, start_ns: int, end_ns: int) -> Sequence[Bar]:
        """GET /v2/stocks/bars, all pages; only bars that lie wholly inside the span."""
        return await bars_between(self._door, self._instruments[symbol], start_ns, end_ns, self._feed_name)

    async def trades(self, symbol: Symbol, start_ns: int, end_ns: int) -> Sequence[TickEvent]:
        """GET /v2/stocks/trades, all pages."""
        return await tape.trades_between(self._door, self._instruments[symbol], start_ns, end_ns, self._feed_name)

    async def corporate_actions(
        self, symbols: Sequence[Symbol], first_day: int, last_day: int
    ) -> Sequence[VenueAction]:
        """GET /v1/corporate-actions, all pages: those with an ex-date in these days since 1970, both included."""
        return await actions_between(self._door, symbols, first_day, last_day)

    async def payments_since(self, at_ns: int) -> Sequence[VenuePayment]:
        """GET /v2/account/activities, all pages: dividends, interest and fees."""
        return await payments_since(self._door, at_ns)

    async def standing(self) -> Standing:
        """What the account may do, and how far the venue's clock is from ours."""
        return await standing(self._door, self._connection.clock)

    # ------------------------------------------------------------- streams

    async def account_events(self) -> AsyncIterator[AccountEvent]:
        """The trade_updates stream."""
        subscription = stream.account_stream(
            self._urls.trade_stream,
            self._connection.key,
            self._connection.secret,
            self._instruments,
            self._owed.any,
        )
        events = self._sockets.listen(subscription)
        async with aclosing(events):
            async for event in events:
                self._owed.heard(event)
                if isinstance(event, OrderEvent):
                    self._names.learn(event.order)
                yield event

    async def market_events(self, symbols: Sequence[Symbol]) -> AsyncIterator[MarketEvent]:
        """The data stream: bars, and trades unless built with `ticks=False`."""
        wanted = {symbol: self._instruments[symbol] for symbol in symbols}
        subscription = stream.market_stream(
            self._urls.data_stream,
            self._connection.key,
            self._connection.secret,
            wanted,
            ticks=self._connection.ticks,
            should_speak=self._is_open,
        )
        events = self._sockets.listen(subscription)
        async with aclosing(events):
            async for event in events:
                yield event

    async def _is_open(self) -> bool:
        return (await self.clock()).is_open

    async def close(self) -> None:
        """Hang up the streams. The HTTP client belongs to whoever built it."""
        await self._sockets.close()
