"""A small market behind each emulated venue, and our adapter in front of it, in process and on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

import httpx
from httpx_ws.transport import ASGIWebSocketTransport

from seatrial.bootstrap.ccxt_link import ccxt_venue, emulated_at
from seatrial.domain.bars import Bar, Session
from seatrial.domain.effects import Approved
from seatrial.domain.ids import AccountId, ClientOrderId, Symbol
from seatrial.domain.instrument import Instrument, binance_spot, us_equity
from seatrial.domain.orders import OrderType, Side, TimeInForce
from seatrial.domain.time import DAY_NS, MINUTE_NS, Clock, parse_rfc3339
from seatrial.emulators.alpaca.app import AlpacaAccount, build_alpaca
from seatrial.emulators.binance.app import build_binance
from seatrial.emulators.binance.wallet import Credentials
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.faults import FaultScript
from seatrial.emulators.history import History
from seatrial.emulators.market_clock import MarketClock
from seatrial.emulators.store import Store
from seatrial.emulators.tape import MemoryTape
from seatrial.runs.virtual_time import VirtualClock, VirtualLoop, run_virtual
from seatrial.venues.alpaca.client import AlpacaVenue
from seatrial.venues.alpaca.door import AlpacaUrls
from seatrial.venues.binance.client import BinanceVenue
from seatrial.venues.binance.door import BinanceUrls
from seatrial.venues.connection import Connection
from seatrial.venues.feed import SocketSettings
from seatrial.venues.port import Venue

ALPACA = AlpacaUrls("http://alpaca", "http://alpaca", "ws://alpaca/stream", "ws://alpaca/v2/iex")
BINANCE = BinanceUrls("http://binance", "ws://binance", "ws://binance/ws-api/v3")

MINUTES = 120
WAITS_MAX = 4000
PAUSE_SECONDS = 0.25
ACCOUNT = AccountId("ledger")
KEY, SECRET = "PK-SEATRIAL", "not-a-secret"

EQUITY_OPEN_NS = int(parse_rfc3339("2019-02-11T14:30:00Z"))
CRYPTO_OPEN_NS = int(parse_rfc3339("2019-02-11T00:00:00Z"))
API_NS = int(parse_rfc3339("2026-03-02T12:00:00Z"))

BTC = binance_spot("BTC", "USDT", tick="0.01", lot="0.00001")
INSTRUMENTS = {"alpaca": us_equity("AAPL"), "binance": BTC, "ccxt": BTC}


def bars_of(instrument: Instrument) -> list[Bar]:
    """Flat at 100 for five minutes, then between 99 and 101; 4,000 a minute, so 100 of ours a print."""
    start_ns = EQUITY_OPEN_NS if instrument.calendar == "XNYS" else CRYPTO_OPEN_NS
    dollar = instrument.price_scale
    bars = []
    for minute in range(MINUTES):
        swing = dollar if minute >= 5 else 0
        prices = (100 * dollar, 100 * dollar + swing, 100 * dollar - swing, 100 * dollar)
        begin_ns = start_ns + minute * MINUTE_NS
        bars.append(Bar(instrument.symbol, begin_ns, begin_ns + MINUTE_NS, *prices, 4_000 * instrument.qty_scale))
    return bars


@dataclass
class Ear:
    """Listens to a stream in the background and remembers everything."""

    heard: list[Any] = field(default_factory=list)
    pause_seconds: float = PAUSE_SECONDS

    async def listen(self, events: AsyncIterator[Any]) -> None:
        async for event in events:
            self.heard.append(event)

    def all(self, kind: type) -> list[Any]:
        return [event for event in self.heard if isinstance(event, kind)]

    async def until(self, enough: Callable[[], object]) -> None:
        for _ in range(WAITS_MAX):
            if enough():
                return
            await asyncio.sleep(self.pause_seconds)
        raise AssertionError(f"never heard; heard were {self.heard[-20:]}")


@dataclass
class Stage:
    """One emulated venue and one adapter."""

    name: str
    venue: Venue
    instrument: Instrument
    exchange: Exchange
    faults: FaultScript
    history: History
    open_ns: int
    http: httpx.AsyncClient
    clock: Clock
    reborn: Callable[..., Venue]
    ear: Ear = field(default_factory=Ear)
    speed: float = 1.0  # of the market
    late_ms: int = 30_000  # longer than the adapter waits for an answer
    sent: int = 0

    @property
    def symbol(self) -> Symbol:
        return self.instrument.symbol

    def units(self, whole: int) -> int:
        return whole * self.instrument.qty_scale

    def order(
        self,
        side: Side,
        whole: int,
        *,
        limit: int = 0,
        stop: int = 0,
        name: str | None = None,
        tif: TimeInForce | None = None,
        **more: Any,
    ) -> Approved:
        """An order for whole units at whole prices; its id is new unless named."""
        self.sent += 1
        kinds = {(False, False): OrderType.MARKET, (True, False): OrderType.LIMIT, (False, True): OrderType.STOP}
        usual = TimeInForce.DAY if self.name == "alpaca" else TimeInForce.GTC
        return Approved(
            client_order_id=ClientOrderId(name or f"ELEGANT-LAMP-{self.sent}"),
            account=ACCOUNT,
            symbol=self.symbol,
            side=side,
            type=more.pop("type", kinds.get((limit > 0, stop > 0), OrderType.STOP_LIMIT)),
            time_in_force=tif or usual,
            qty_units=self.units(whole),
            limit_units=limit * self.instrument.price_scale,
            stop_units=stop * self.instrument.price_scale,
            sequence=self.sent,
            batch_ns=0,
            at_ns=0,
            **more,
        )

    async def pass_market(self, seconds: float) -> None:
        """Let so much of the market's time go by."""
        await asyncio.sleep(seconds / self.speed)

    def new_ear(self) -> Ear:
        """Another listener, as patient as this stage's own."""
        return Ear(pause_seconds=self.ear.pause_seconds)

    def requests(self) -> int:
        """How many requests have reached the venue so far."""
        return sum(each.op == "request" for each in self.history.operations)


def _build(name: str, exchange: Exchange, faults: FaultScript, history: History, clock: Clock) -> Any:
    records = Store(":memory:").venue(name)
    if name != "alpaca":
        credentials = Credentials("ledger", KEY, SECRET, {"USDT": Decimal(100_000)})
        return build_binance(
            exchange, records, [credentials], faults=faults, history=history, api_clock=clock, ids=Random(3)
        ).app
    account = AlpacaAccount("ledger", KEY, SECRET)
    return build_alpaca(
        exchange, records, api_clock=clock, seed=3, script=faults, history=history, accounts=[account]
    ).app


def adapter(
    name: str,
    http: httpx.AsyncClient,
    clock: Clock,
    instrument: Instrument,
    *,
    secret: str = SECRET,
    **more: Any,
) -> Venue:
    """Our side, as bootstrap would build it."""
    urls = more.pop("urls", ALPACA if name == "alpaca" else BINANCE)
    settings = {
        "sockets": SocketSettings(ping_seconds=None),
        "key": KEY,
        "account": ACCOUNT,
        "random": Random(5),
    } | more
    connection = Connection(
        http=http, secret=secret, clock=clock, instruments={instrument.symbol: instrument}, **settings
    )
    if name == "ccxt":
        return ccxt_venue(connection, "binance", more=emulated_at(urls), poll_seconds=0.1)
    return AlpacaVenue(connection, urls) if name == "alpaca" else BinanceVenue(connection, urls)


def venue_of(name: str, clock: Clock, *, speed: int = 1) -> tuple[Any, Exchange, FaultScript, History, Instrument]:
    """The emulated venue: its application, its market (not running yet), its faults."""
    instrument = INSTRUMENTS[name]
    bars = bars_of(instrument)
    open_ns = bars[0].start_ns
    length_ns = MINUTES * MINUTE_NS if instrument.calendar == "XNYS" else DAY_NS
    tape = MemoryTape({instrument.symbol: bars}, [Session("2019-02-11", open_ns, open_ns + length_ns)])
    exchange = Exchange([instrument], tape, market_clock=MarketClock(clock, anchor_ns=open_ns, speed=speed))
    history = History(clock)
    faults = FaultScript(Random(7), history)
    return _build(name, exchange, faults, history, clock), exchange, faults, history, instrument


@asynccontextmanager
async def stage_of(name: str, loop: VirtualLoop, **more: Any) -> AsyncIterator[Stage]:
    """The market runs, the adapter is connected to nothing yet."""
    clock = VirtualClock(loop)
    app, exchange, faults, history, instrument = venue_of(name, clock)
    market = asyncio.create_task(exchange.run())
    async with httpx.AsyncClient(transport=ASGIWebSocketTransport(app)) as http:
        reborn = partial(adapter, name, http, clock, instrument, **more)
        venue = reborn()
        try:
            yield Stage(name, venue, instrument, exchange, faults, history, exchange.now_ns(), http, clock, reborn)
        finally:
            await venue.close()
            market.cancel()


def on_stage(name: str, play: Callable[[Stage], Any], **more: Any) -> Any:
    """Run one scene on a fresh stage; account events are heard from the start."""

    async def main(loop: VirtualLoop) -> Any:
        async with stage_of(name, loop, **more) as stage:
            listening = asyncio.create_task(stage.ear.listen(stage.venue.account_events()))
            try:
                await asyncio.sleep(2)  # the first print: a market without a price is closed
                return await play(stage)
            finally:
                listening.cancel()

    return run_virtual(main, epoch_ns=API_NS)
