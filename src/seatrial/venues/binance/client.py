"""One Binance spot account behind the port: real, testnet or emulated by address and keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing

import msgspec

from seatrial.domain.bars import Bar
from seatrial.domain.effects import Approved
from seatrial.domain.faults import VenueRefused, VenueUnavailable, VenueUnreadable
from seatrial.domain.ids import ClientOrderId, Symbol, VenueName
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import MILLISECOND_NS, SECOND_NS
from seatrial.venues.answer import decode
from seatrial.venues.binance import stream, tape, wire
from seatrial.venues.binance.door import RECV_WINDOW_MS, BinanceDoor, BinanceUrls
from seatrial.venues.binance.history import fills_since
from seatrial.venues.binance.records import AccountRecord, ExchangeRecord, KlineRow, OrderRecord, TapeRecord
from seatrial.venues.binance.request import order_parameters
from seatrial.venues.binance.standing import standing
from seatrial.venues.binance.taking import CAPABILITIES, lacks
from seatrial.venues.budget import Purpose
from seatrial.venues.connection import Connection
from seatrial.venues.feed import Sockets
from seatrial.venues.names import OrderNames
from seatrial.venues.outcome import refusal, silence
from seatrial.venues.port import (
    AccountEvent,
    Confirmed,
    Denied,
    MarketEvent,
    OrderEvent,
    Outcome,
    TickEvent,
    VenueBalances,
    VenueClock,
    VenueFill,
    VenueOrder,
)
from seatrial.venues.silence import OwedWords
from seatrial.venues.standing import Standing

_KLINES_PER_PAGE_MAX = 1000
_NEVER_NS = 2**62  # a market that does not close


class BinanceVenue:
    """See `venues.port.Venue`.

    A signed request is dead after its receive window: `late_arrival_ns` after a send, "unknown order" is final.
    """

    name = VenueName("binance")
    capabilities = CAPABILITIES
    late_arrival_ns = RECV_WINDOW_MS * MILLISECOND_NS + SECOND_NS

    def __init__(
        self,
        connection: Connection,
        urls: BinanceUrls,
        *,
        weight_per_minute_max: int = 6000,
        orders_per_10_seconds_max: int = 50,
        fee_ppm: int = 1_000,
    ) -> None:
        self.account = connection.account
        self._connection = connection
        self._urls = urls
        self._fee_ppm = fee_ppm
        self._instruments = connection.instruments
        self._sockets = Sockets(connection.http, connection.random, connection.sockets)
        self._door = BinanceDoor(
            http=connection.http,
            urls=urls,
            key=connection.key,
            secret=connection.secret,
            clock=connection.clock,
            timeout_seconds=connection.timeout_seconds,
            weight_per_minute_max=weight_per_minute_max,
            orders_per_10_seconds_max=orders_per_10_seconds_max,
        )
        self._names = OrderNames()
        self._owed = OwedWords()

    # ------------------------------------------------------------ commands

    async def submit(self, order: Approved) -> Outcome:
        """POST /api/v3/order, once."""
        instrument = self._instruments.get(order.symbol)
        if instrument is None:
            return Denied(f"{order.symbol} is not an instrument of this account")
        if (lacking := lacks(order)) is not None:
            return Denied(lacking)
        if not await self._door.admit_order():
            return Denied("the rate budget for orders is spent")
        outcome = await self._command("POST", order_parameters(order, instrument), Purpose.ORDER)
        if isinstance(outcome, Confirmed):
            self._owed.confirmed(order.client_order_id)
        return outcome

    async def cancel(self, client_order_id: ClientOrderId, symbol: Symbol) -> Outcome:
        """DELETE /api/v3/order by our id."""
        parameters = {"symbol": str(symbol), "origClientOrderId": str(client_order_id)}
        return await self._command("DELETE", parameters, Purpose.CANCEL)

    async def _command(self, method: str, parameters: Mapping[str, str], purpose: Purpose) -> Outcome:
        try:
            answer = await self._door.command(method, "/order", parameters, purpose)
            if not answer.ok:
                return refusal(answer, wire.protocol_error(answer))
            order = self._names.learn(wire.venue_order(decode(answer.body, OrderRecord, "order")))
        except (VenueUnavailable, VenueUnreadable) as fault:
            return silence(fault)
        return Confirmed(order.venue_order_id, order.status)

    # ----------------------------------------------------------- questions

    async def find(self, client_order_id: ClientOrderId, symbol: Symbol) -> VenueOrder | None:
        """GET /api/v3/order by our id."""
        parameters = {"symbol": str(symbol), "origClientOrderId": str(client_order_id)}
        try:
            record = await self._door.ask("/order", OrderRecord, parameters, weight=4)
        except VenueRefused as refused:
            if refused.code == wire.NO_SUCH_ORDER:
                return None
            raise
        return self._names.learn(wire.venue_order(record))

    async def open_orders(self) -> Sequence[VenueOrder]:
        """GET /api/v3/openOrders, of all symbols."""
        records = await self._door.ask("/openOrders", list[OrderRecord], {}, weight=80)
        return [self._names.learn(wire.venue_order(record)) for record in records]

    async def fills_since(self, at_ns: int, symbols: Sequence[Symbol]) -> Sequence[VenueFill]:
        """GET /api/v3/myTrades for each symbol, complete over pages and days."""
        found: list[VenueFill] = []
        for symbol in symbols:
            found += await fills_since(self._door, self._names, self._instruments[symbol], at_ns)
        return sorted(found, key=lambda fill: fill.at_ns)

    async def balances(self) -> VenueBalances:
        """GET /api/v3/account: one answer, so cash and coins are of one moment."""
        record = await self._door.ask("/account", AccountRecord, {}, weight=20)
        return wire.venue_balances(record, self._instruments, self._connection.clock.now_ns())

    async def instruments(self, symbols: Sequence[Symbol]) -> Sequence[Instrument]:
        """GET /api/v3/exchangeInfo for these symbols."""
        parameters = {"symbols": msgspec.json.encode([*symbols]).decode()}
        info = await self._door.ask_publicly("/exchangeInfo", ExchangeRecord, parameters, weight=20)
        listed = {record.symbol: wire.instrument_of(record, self._fee_ppm) for record in info.symbols}
        for symbol in symbols:
            if symbol not in listed:
                raise VenueRefused("not_listed", f"Binance does not list {symbol}")
        return [listed[symbol] for symbol in symbols]

    async def clock(self) -> VenueClock:
        """GET /api/v3/trades: the newest trade says what time it is in the market, which never closes.

        `GET /time` is the clock of signatures; on a local venue the market may be years away from it.
        """
        symbol = min(self._instruments)
        trades = await self._door.ask_publicly("/trades", list[TapeRecord], {"symbol": symbol, "limit": "1"}, weight=25)
        if not trades:
            raise VenueUnavailable(f"{symbol} has not traded yet, so the market has no time")
        now_ns = trades[-1].time * MILLISECOND_NS
        return VenueClock(now_ns=now_ns, is_open=True, next_open_ns=now_ns, next_close_ns=_NEVER_NS)

    async def bars(self, symbol: Symbol, start_ns: int, end_ns: int) -> Sequence[Bar]:
        """GET /api/v3/klines, all pages; only bars that lie wholly inside the span and have ended."""
        instrument = self._instruments[symbol]
        last_ms = min(end_ns // MILLISECOND_NS, await self._door.time.now_ms()) - 1
        from_ms = -(-start_ns // MILLISECOND_NS)
        found: list[Bar] = []
        while from_ms <= last_ms:
            parameters = {
                "symbol": str(symbol),
                "interval": "1m",
                "startTime": str(from_ms),
                "endTime": str(last_ms),
                "limit": str(_KLINES_PER_PAGE_MAX),
            }
            page = await self._door.ask_publicly("/klines", list[KlineRow], parameters, weight=2)
            found += [wire.row_bar(row, instrument) for row in page if row[6] <= last_ms]
            if len(page) < _KLINES_PER_PAGE_MAX:
                break
            from_ms = page[-1][6] + 1
        return found

    async def trades(self, symbol: Symbol, start_ns: int, end_ns: int) -> Sequence[TickEvent]:
        """GET /api/v3/historicalTrades from the span's first trade on, all pages."""
        return await tape.trades_between(self._door, self._instruments[symbol], start_ns, end_ns)

    async def standing(self) -> Standing:
        """What the account may do, and how far the venue's clock is from ours."""
        return await standing(self._door, min(self._instruments))

    # ------------------------------------------------------------- streams

    async def account_events(self) -> AsyncIterator[AccountEvent]:
        """The user data stream over the WebSocket API."""
        subscription = stream.account_stream(
            self._urls.ws_api,
            self._connection.key,
            self._door.sign,
            self._door.time,
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
        """The combined stream: klines, and trades unless built with `ticks=False`."""
        wanted = {symbol: self._instruments[symbol] for symbol in symbols}
        subscription = stream.market_stream(
            self._urls.stream, wanted, ticks=self._connection.ticks, should_speak=self._is_open
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
