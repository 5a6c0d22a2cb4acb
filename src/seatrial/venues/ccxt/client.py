"""One account at an exchange that ccxt speaks to, behind the port: spot, market and limit orders."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any

from seatrial.domain.bars import Bar
from seatrial.domain.effects import Approved
from seatrial.domain.faults import VenueFault, VenueRefused
from seatrial.domain.ids import ClientOrderId, Symbol, VenueName, VenueOrderId
from seatrial.domain.instrument import Instrument
from seatrial.domain.orders import OrderStatus
from seatrial.domain.time import MILLISECOND_NS, SECOND_NS
from seatrial.venues.ccxt import wire
from seatrial.venues.ccxt.exchange import PREFIX, Exchange
from seatrial.venues.ccxt.outcome import (
    NOT_FOUND,
    THROTTLED,
    ccxt_errors,
    kinds_of,
    outcome_of,
    retry_after_seconds,
)
from seatrial.venues.ccxt.polling import AccountLooks, MarketLooks, polled
from seatrial.venues.ccxt.questions import CcxtQuestions
from seatrial.venues.ccxt.taking import CAPABILITIES, lacks
from seatrial.venues.ccxt.ticks import merged, watched
from seatrial.venues.connection import Connection
from seatrial.venues.names import OrderNames
from seatrial.venues.port import (
    AccountEvent,
    Confirmed,
    Denied,
    MarketEvent,
    Outcome,
    Rejected,
    StreamUp,
    TickEvent,
    Unknown,
    VenueBalances,
    VenueClock,
    VenueFill,
    VenueOrder,
)
from seatrial.venues.standing import Standing

_NEVER_NS = 2**62


class CcxtVenue:
    """See `venues.port.Venue`.

    An exchange may take a request as late as it likes: `late_arrival_ns` after a send, "unknown order" is final.
    """

    capabilities = CAPABILITIES
    late_arrival_ns = 60 * SECOND_NS

    def __init__(
        self, connection: Connection, exchange: Exchange, *, poll_seconds: float = 2.0, fee_ppm: int = 1_000
    ) -> None:
        self.name = VenueName(f"{PREFIX}{exchange.id}")
        self.account = connection.account
        self._connection = connection
        self._exchange = exchange
        self._poll_seconds = poll_seconds
        self._fee_ppm = fee_ppm
        self._names = OrderNames()
        self._questions = CcxtQuestions(exchange, connection.instruments, self._names, connection.timeout_seconds)
        self._looks = AccountLooks(self._questions, connection.instruments)
        self._closed_until_ns = 0
        self._closed = asyncio.Event()

    # ------------------------------------------------------------ commands

    async def submit(self, order: Approved) -> Outcome:
        """`create_order`, once."""
        instrument = self._connection.instruments.get(order.symbol)
        if instrument is None:
            return Denied(f"{order.symbol} is not an instrument of this account")
        if (lacking := lacks(order)) is not None:
            return Denied(lacking)
        if self._connection.clock.now_ns() < self._closed_until_ns:
            return Denied("the exchange has told us to stay away")
        try:
            await self._questions.ready()
        except VenueFault as fault:  # nothing was sent yet
            return _before_sending(fault)
        pair, kind, side, amount, price, params = wire.order_call(order, instrument)
        taken = await self._command(self._exchange.create_order(pair, kind, side, amount, price, params))
        if not isinstance(taken, dict):
            return taken
        if not taken.get("id"):
            return Unknown("the exchange has answered without an id of the order")
        venue_order_id = VenueOrderId(str(taken["id"]))
        self._looks.follow(order.client_order_id, order.symbol, venue_order_id)
        return Confirmed(venue_order_id, OrderStatus.WORKING)

    async def cancel(self, client_order_id: ClientOrderId, symbol: Symbol) -> Outcome:
        """`cancel_order` by the exchange's id, after asking for it where we do not have it."""
        venue_order_id = self._names.venue_of(client_order_id)
        try:
            if venue_order_id is None:
                known = await self._questions.find(client_order_id, symbol)
                if known is None:
                    return Rejected(NOT_FOUND, "the exchange has never heard of the order")
                venue_order_id = known.venue_order_id
        except VenueFault as fault:
            return _before_sending(fault)
        pair = wire.pair_of(self._connection.instruments[symbol])
        taken = await self._command(self._exchange.cancel_order(str(venue_order_id), pair))
        return Confirmed(venue_order_id, OrderStatus.WORKING) if isinstance(taken, dict) else taken

    async def _command(self, call: Any) -> dict[str, Any] | Rejected | Unknown:
        """The exchange's answer to a command, or what a failure means."""
        try:
            async with asyncio.timeout(self._connection.timeout_seconds):
                answer: dict[str, Any] = await call
        except TimeoutError:
            return Unknown(f"no answer within {self._connection.timeout_seconds} s")
        except ccxt_errors() as fault:
            await self._heed(kinds_of(fault))
            return outcome_of(fault)
        return answer

    async def _heed(self, kinds: Sequence[str]) -> None:
        """What a failure asks of us before the next command."""
        if not THROTTLED.isdisjoint(kinds):
            away_ns = retry_after_seconds(self._exchange) * SECOND_NS
            self._closed_until_ns = self._connection.clock.now_ns() + away_ns
        if "InvalidNonce" in kinds:
            try:
                await self._questions.ask(self._exchange.load_time_difference())
            except VenueFault:
                return  # the next refusal asks again

    # ----------------------------------------------------------- questions

    async def find(self, client_order_id: ClientOrderId, symbol: Symbol) -> VenueOrder | None:
        """`fetch_order` by our id."""
        return await self._questions.find(client_order_id, symbol)

    async def open_orders(self) -> Sequence[VenueOrder]:
        """`fetch_open_orders`, of every instrument of the account."""
        return await self._questions.open_orders()

    async def fills_since(self, at_ns: int, symbols: Sequence[Symbol]) -> Sequence[VenueFill]:
        """`fetch_my_trades`, all pages."""
        return await self._questions.fills_since(at_ns, symbols)

    async def balances(self) -> VenueBalances:
        """`fetch_balance`: free and locked together."""
        await self._questions.ready()
        told = await self._questions.ask(self._exchange.fetch_balance())
        return wire.balances_of(
            told,
            self._connection.instruments,
            otherwise_ref=f"{self.name}:{hashlib.sha256(self._connection.key.encode()).hexdigest()[:16]}",
            as_of_ns=self._connection.clock.now_ns(),
        )

    async def instruments(self, symbols: Sequence[Symbol]) -> Sequence[Instrument]:
        """`load_markets`, anew."""
        await self._questions.ready()
        markets = await self._questions.ask(self._exchange.load_markets(True))
        by_symbol = {f"{row.get('base')}{row.get('quote')}": row for row in markets.values() if row.get("spot")}
        for symbol in symbols:
            if symbol not in by_symbol:
                raise VenueRefused("not_listed", f"{self.name} does not list {symbol}")
        mode = int(getattr(self._exchange, "precisionMode", wire.TICK_SIZE))
        return [wire.instrument_of(by_symbol[symbol], mode, self.name, self._fee_ppm) for symbol in symbols]

    async def clock(self) -> VenueClock:
        """`fetch_time`; a market of coins does not close."""
        now_ns = await self._questions.now_ns()
        return VenueClock(now_ns=now_ns, is_open=True, next_open_ns=now_ns, next_close_ns=_NEVER_NS)

    async def bars(self, symbol: Symbol, start_ns: int, end_ns: int) -> Sequence[Bar]:
        """`fetch_ohlcv`, all pages."""
        return await self._questions.bars(self._connection.instruments[symbol], start_ns, end_ns)

    async def trades(self, symbol: Symbol, start_ns: int, end_ns: int) -> Sequence[TickEvent]:
        """Refused: exchanges behind ccxt tell their trades of a span in ways that no page of ours could call whole."""
        raise VenueRefused("no_trades", f"the whole trades of {symbol} cannot be had through ccxt")

    async def standing(self) -> Standing:
        """What ccxt tells of the account, which is little: that its keys open it, and how far the clocks are apart."""
        balances = await self.balances()
        asked_ns = self._connection.clock.now_ns()
        told_ns = await self._questions.now_ns()
        between_ns = (asked_ns + self._connection.clock.now_ns()) // 2
        return Standing(balances.account_ref, True, (), (told_ns - between_ns) // MILLISECOND_NS, ("market", "limit"))

    # ------------------------------------------------------------- streams

    async def account_events(self) -> AsyncIterator[AccountEvent]:
        """Orders and trades, by looking again and again."""
        events = polled(
            f"{self.name}.account", self._looks.look, self._poll_seconds, self._connection.random, self._closed
        )
        async with aclosing(events):
            async for event in events:
                yield event

    async def market_events(self, symbols: Sequence[Symbol]) -> AsyncIterator[MarketEvent]:
        """Bars by looking; trades where the exchange has a stream of them, unless built with `ticks=False`."""
        wanted = [self._connection.instruments[symbol] for symbol in symbols]
        random, name, live = self._connection.random, f"{self.name}.market", asyncio.Event()
        looks = MarketLooks(self._questions, wanted)
        streams: list[AsyncIterator[MarketEvent]] = [polled(name, looks.look, self._poll_seconds, random, self._closed)]
        if self._connection.ticks and self._exchange.has.get("watchTrades"):
            streams += [watched(name, self._exchange, each, random, live=live, closed=self._closed) for each in wanted]
        events = merged(streams)
        async with aclosing(events):
            async for event in events:
                if isinstance(event, StreamUp):
                    live.set()
                yield event

    async def close(self) -> None:
        """End the streams and release ccxt's connections; nothing can be asked any more."""
        self._closed.set()
        await self._exchange.close()


def _before_sending(fault: VenueFault) -> Rejected | Denied:
    if isinstance(fault, VenueRefused):
        return Rejected(fault.code, fault.reason)
    return Denied(f"nothing was sent: {fault}")
