"""One Binance spot account behind the port: real, testnet or emulated by address and keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from random import Random

import httpx
import msgspec

from seatrial.domain.bars import Bar
from seatrial.domain.effects import Approved
from seatrial.domain.faults import VenueRefused, VenueUnavailable, VenueUnreadable
from seatrial.domain.ids import AccountId, ClientOrderId, Symbol, VenueName, VenueOrderId
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import MILLISECOND_NS, SECOND_NS, Clock
from seatrial.venues.answer import decode
from seatrial.venues.binance import stream, wire
from seatrial.venues.binance.door import RECV_WINDOW_MS, BinanceDoor, BinanceUrls
from seatrial.venues.binance.history import client_order_ids, trades_since
from seatrial.venues.binance.records import AccountRecord, ExchangeRecord, KlineRow, OrderRecord, TapeRecord
from seatrial.venues.binance.request import order_parameters
from seatrial.venues.binance.taking import CAPABILITIES, lacks
from seatrial.venues.budget import Purpose
from seatrial.venues.feed import Sockets, SocketSettings
from seatrial.venues.names import OrderNames
from seatrial.venues.outcome import refusal, silence
from seatrial.venues.port import (
    AccountEvent,
    Confirmed,
    Denied,
    MarketEvent,
    OrderEvent,
    Outcome,
    VenueBalances,
    VenueClock,
    VenueFill,
    VenueOrder,
)

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
        account: AccountId,
        *,
        http: httpx.AsyncClient,
        urls: BinanceUrls,
        key: str,
        secret: str,
        clock: Clock,
        random: Random,
        instruments: Mapping[Symbol, Instrument],
        sockets: SocketSettings | None = None,
        ticks: bool = True,
        timeout_seconds: float = 5.0,
        weight_per_minute_max: int = 6000,
        orders_per_10_seconds_max: int = 50,
        fee_ppm: int = 1_000,
    ) -> None:
        self.account = account
        self._urls = urls
        self._key = key
        self._secret = secret
        self._clock = clock
        self._instruments = instruments
        self._ticks = ticks
        self._fee_ppm = fee_ppm
        self._sockets = Sockets(http, random, sockets or SocketSettings())
        self._door = BinanceDoor(
            http=http,
            urls=urls,
            key=key,
            secret=secret,
            clock=clock,
            timeout_seconds=timeout_seconds,
            weight_per_minute_max=weight_per_minute_max,
            orders_per_10_seconds_max=orders_per_10_seconds_max,
        )
        self._names = OrderNames()

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
        parameters = order_parameters(order, instrument)
        return await self._command("POST", parameters, Purpose.ORDER)

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
        fills: list[VenueFill] = []
        for symbol in symbols:
            trades = await trades_since(self._door, symbol, at_ns // MILLISECOND_NS)
            order_ids = {VenueOrderId(str(trade.order_id)) for trade in trades}
            client_ids = await self._client_ids(symbol, order_ids)
            for trade in trades:
                client_id = client_ids[VenueOrderId(str(trade.order_id))]
                fills.append(wire.trade_fill(trade, client_id, self._instruments[symbol]))
        return sorted((fill for fill in fills if fill.at_ns >= at_ns), key=lambda fill: fill.at_ns)

    async def _client_ids(self, symbol: Symbol, order_ids: set[VenueOrderId]) -> dict[VenueOrderId, ClientOrderId]:
        known = {order_id: self._names.client_of(symbol, order_id) for order_id in order_ids}
        strange = {order_id for order_id, client_id in known.items() if client_id is None}
        asked = await client_order_ids(self._door, symbol, strange) if strange else {}
        if strange - asked.keys():
            raise VenueUnreadable(f"trades of {symbol} name orders that allOrders does not have: {sorted(strange)[0]}")
        return {order_id: client_id or asked[order_id] for order_id, client_id in known.items()}

    async def balances(self) -> VenueBalances:
        """GET /api/v3/account: one answer, so cash and coins are of one moment."""
        record = await self._door.ask("/account", AccountRecord, {}, weight=20)
        return wire.venue_balances(record, self._instruments, self._clock.now_ns())

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

    # ------------------------------------------------------------- streams

    async def account_events(self) -> AsyncIterator[AccountEvent]:
        """The user data stream over the WebSocket API."""
        subscription = stream.account_stream(
            self._urls.ws_api, self._key, self._secret, self._door.time, self._instruments
        )
        events = self._sockets.listen(subscription)
        async with aclosing(events):
            async for event in events:
                if isinstance(event, OrderEvent):
                    self._names.learn(event.order)
                yield event

    async def market_events(self, symbols: Sequence[Symbol]) -> AsyncIterator[MarketEvent]:
        """The combined stream: klines, and trades unless built with `ticks=False`."""
        wanted = {symbol: self._instruments[symbol] for symbol in symbols}
        events = self._sockets.listen(stream.market_stream(self._urls.stream, wanted, ticks=self._ticks))
        async with aclosing(events):
            async for event in events:
                yield event

    async def close(self) -> None:
        """Hang up the streams. The HTTP client belongs to whoever built it."""
        await self._sockets.close()
