"""The two emulated venues of a simulation, their faults, and connections to them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from random import Random

import httpx
from starlette.types import ASGIApp

from seatrial.domain.bars import Session
from seatrial.domain.ids import AccountId, ClientOrderId
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import DAY_NS, MINUTE_NS, Clock
from seatrial.emulators.alpaca.app import AlpacaAccount, build_alpaca
from seatrial.emulators.binance.app import build_binance
from seatrial.emulators.binance.wallet import Credentials
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.faults import Fault, FaultScript
from seatrial.emulators.history import History
from seatrial.emulators.market_clock import MarketClock
from seatrial.emulators.store import Store
from seatrial.emulators.tape import MemoryTape, utc_days
from seatrial.runs.simulation.market import COINS, OPEN_NS, SHARES, walk
from seatrial.runs.simulation.network import VenueWire, Witness
from seatrial.runs.simulation.process import Generation
from seatrial.venues.alpaca.client import AlpacaVenue
from seatrial.venues.alpaca.door import AlpacaUrls
from seatrial.venues.binance.client import BinanceVenue
from seatrial.venues.binance.door import BinanceUrls
from seatrial.venues.connection import Connection
from seatrial.venues.feed import SocketSettings
from seatrial.venues.port import Venue

ALPACA = AccountId("alpaca")
BINANCE = AccountId("binance")
KEY, SECRET = "K" * 64, "S" * 64

_SOCKETS = SocketSettings(ping_seconds=None, silence_seconds=None)
_ALPACA_URLS = AlpacaUrls("http://alpaca", "http://alpaca", "ws://alpaca/stream", "ws://alpaca/v2/iex")
_BINANCE_URLS = BinanceUrls("http://binance", "ws://binance", "ws://binance/ws-api/v3")


class SimulatedVenue:
    """One venue: its market, its application, what it remembers, what goes wrong at it."""

    def __init__(self, account: AccountId, instruments: Sequence[Instrument], clock: Clock, dice: Random) -> None:
        self.account = account
        self.instruments = tuple(instruments)
        self.history = History(clock)
        self.script = FaultScript(Random(dice.getrandbits(64)), self.history)
        self.ids = Random(dice.getrandbits(64))
        self.exchange: Exchange
        self.app: ASGIApp
        self._clock = clock
        self._market: asyncio.Task[None] | None = None

    def open(self, store: Store, minutes: int, dice: Random) -> None:
        """Make the market and put the venue on it."""
        bars = {one.symbol: walk(one, minutes, dice) for one in self.instruments}
        market_clock = MarketClock(self._clock, anchor_ns=OPEN_NS)
        if self.account == ALPACA:
            sessions: Sequence[Session] = [Session("2019-02-11", OPEN_NS, OPEN_NS + minutes * MINUTE_NS)]
        else:
            sessions = utc_days(OPEN_NS // DAY_NS, 1)
        self.exchange = Exchange(self.instruments, MemoryTape(bars, sessions), market_clock=market_clock)
        records = store.venue(self.account)
        if self.account == ALPACA:
            self.app = build_alpaca(
                self.exchange,
                records,
                api_clock=self._clock,
                seed=self.ids.getrandbits(32),
                script=self.script,
                history=self.history,
                accounts=[AlpacaAccount(key=KEY, secret=SECRET)],
            ).app
        else:
            self.app = build_binance(
                self.exchange,
                records,
                [Credentials("paper", KEY, SECRET)],
                faults=self.script,
                history=self.history,
                api_clock=self._clock,
                ids=self.ids,
            ).app
        self._market = asyncio.create_task(self.exchange.run())

    def accepted(self) -> list[ClientOrderId]:
        """The orders the venue has taken, in order."""
        return [ClientOrderId(each.client_order_id) for each in self.history.operations if each.op == "accepted"]

    async def connect(self, generation: Generation, witness: Witness, dice: Random) -> Venue:
        """An adapter of one process, with a connection of its own. Nobody closes it: its process is killed."""
        wire = VenueWire(self.app, generation, witness, dice)
        await wire.__aenter__()
        return self.adapter(wire, dice)

    def adapter(self, wire: httpx.AsyncBaseTransport, dice: Random) -> Venue:
        """The platform's own adapter over any wire."""
        connection = Connection(
            account=self.account,
            http=httpx.AsyncClient(transport=wire, timeout=None),
            key=KEY,
            secret=SECRET,
            clock=self._clock,
            random=dice,
            instruments={one.symbol: one for one in self.instruments},
            sockets=_SOCKETS,
        )
        if self.account == ALPACA:
            return AlpacaVenue(connection, _ALPACA_URLS)
        return BinanceVenue(connection, _BINANCE_URLS)

    async def close(self) -> None:
        """The market stops."""
        if self._market is not None:
            self._market.cancel()
            await asyncio.gather(self._market, return_exceptions=True)


def open_venues(folder: Path, clock: Clock, minutes: int, dice: Random) -> list[SimulatedVenue]:
    """Both venues, on one store."""
    store = Store(folder / "venues.db")
    venues = [SimulatedVenue(ALPACA, SHARES, clock, dice), SimulatedVenue(BINANCE, COINS, clock, dice)]
    for venue in venues:
        venue.open(store, minutes, dice)
    return venues


def draw_faults(dice: Random) -> list[Fault]:
    """What goes wrong in this seed: each kind with a chance of its own, some of them not at all."""
    kinds = [
        Fault("slow", "latency", latency_ms=50, jitter_ms=1_500, when=dice.choice(("before", "after"))),
        Fault("late order", "latency", latency_ms=4_000, jitter_ms=6_000, method="POST"),
        Fault("late answer", "latency", latency_ms=4_000, jitter_ms=6_000, method="POST", when="after"),
        Fault("refusing", "error_before", status=503),
        Fault("failing", "error_after", status=500, method="POST"),
        Fault("mute", "lost_ack"),
        Fault("mute orders", "lost_ack", method="POST"),
        Fault("forgetful", "stream_drop"),
        Fault("stammering", "stream_duplicate"),
        Fault("hanging up", "stream_disconnect"),
    ]
    often = {"slow": 0.2, "hanging up": 0.01, "forgetful": 0.1, "stammering": 0.2}
    return [
        Fault(
            name=kind.name,
            kind=kind.kind,
            probability=dice.random() * often.get(kind.name, 0.15),
            method=kind.method,
            status=kind.status,
            latency_ms=kind.latency_ms,
            jitter_ms=kind.jitter_ms,
            when=kind.when,
        )
        for kind in kinds
        if dice.random() < 0.6
    ]
