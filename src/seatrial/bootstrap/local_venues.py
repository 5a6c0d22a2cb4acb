"""The emulated venues, put together: market, store, faults and keys, each on a socket of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp

from seatrial import __version__
from seatrial.bootstrap.emulation.building import BUILDERS, Ground
from seatrial.bootstrap.local_accounts import LocalAccount
from seatrial.bootstrap.markets import VenueMarket
from seatrial.bootstrap.ports import listen, require_free
from seatrial.bootstrap.randomness import local_key, local_secret, seeded
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.store_log import StoreLog
from seatrial.bootstrap.venue_health import WithHealth
from seatrial.domain.faults import NoData
from seatrial.domain.time import Clock, rfc3339
from seatrial.emulators.coingecko import build_coingecko
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.faults import Fault, FaultScript
from seatrial.emulators.floor.floor import Floor
from seatrial.emulators.history import History
from seatrial.emulators.market_clock import MarketClock
from seatrial.emulators.socket import SocketServer
from seatrial.emulators.store import Store
from seatrial.emulators.tape import MemoryTape
from seatrial.emulators.timeline import warm_kernel
from seatrial.market.moving import AROUND_THE_CLOCK
from seatrial.services.health import Health, Identity, Part, Status, Verdict

ACCOUNT = "local"
PINGS = {"alpaca": (54.0, 6.0), "binance": (20.0, 60.0)}  # seconds between pings, and for the pong (`venues.md`)


@dataclass(frozen=True, slots=True)
class LocalVenue:
    """One emulated venue, ready to be served. `exchange.run()` is its market."""

    name: str
    application: ASGIApp
    exchange: Exchange
    market: VenueMarket
    key: str
    secret: str


class LocalVenues:
    """Both venues over one store.

    Args:
        markets: what they live through, a venue each.
        accounts: who may trade besides the account whose keys the settings name.
        faults: what goes wrong from the start, on purpose.
        histories: a folder in which each venue's operation history is kept as a file; None: in memory only.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        markets: Sequence[VenueMarket],
        *,
        store: Path | str,
        faults: Sequence[Fault] = (),
        accounts: Sequence[LocalAccount] = (),
        histories: Path | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._faults = faults
        self._accounts = accounts
        self._histories = histories
        warm_kernel()  # before the markets start to run, not while they do
        self._store = Store(store)
        self._log = StoreLog(store)
        tapes = [_tape(market) for market in markets]  # before any market's clock starts
        self.venues = [self._build(market, tape) for market, tape in zip(markets, tapes, strict=True)]
        if not self.venues:
            raise NoData("no symbol is left to list: name some with --symbols")
        self._servers: list[SocketServer] = []
        self._markets: list[asyncio.Task[None]] = []

    def _build(self, market: VenueMarket, tape: MemoryTape) -> LocalVenue:
        settings, clock = self._settings, self._clock
        records = self._store.venue(market.venue)
        anchor_ns = records.market_ns or market.start_ns
        known = {instrument.symbol: instrument for instrument in market.instruments}
        floor = None if market.flow is None else Floor(known, tape, market.flow, anchor_ns)
        market_clock = MarketClock(clock, anchor_ns=anchor_ns, speed=str(settings.speed))
        exchange = Exchange(market.instruments, tape, market_clock=market_clock, trading=floor, trades=market.trades)
        history = History(clock, _history_file(self._histories, market.venue))
        script = FaultScript(seeded(settings.seed, f"faults {market.venue}"), history, self._faults, venue=market.venue)
        key = local_key(settings.seed, market.venue, settings.emulator_key)
        secret = local_secret(settings.seed, market.venue, settings.emulator_secret)
        build = BUILDERS[market.venue]
        accounts = [LocalAccount(ACCOUNT, key, secret), *self._accounts]
        application = build(Ground(settings, clock, exchange, records, script, history, accounts))
        health = Health(
            Identity(f"emulated-{market.venue}", __version__, str(settings.stage), str(settings.mode)),
            clock,
            [Part("market", lambda: _market_verdict(exchange))],
        )
        return LocalVenue(market.venue, WithHealth(application, health, exchange.now_ns), exchange, market, key, secret)

    async def open(self, ports: Mapping[str, int]) -> dict[str, int]:
        """Serve, and let the markets run. Answers the port of each venue; a port for `coingecko` serves that too.

        Raises:
            PortTaken: naming who holds it.
        """
        gecko = self._coingecko() if "coingecko" in ports else None
        doors = {venue.name: venue.application for venue in self.venues} | ({"coingecko": gecko} if gecko else {})
        require_free(self._settings.host, [(f"ports.{name}", ports[name]) for name in doors])
        for name, application in doors.items():
            listener = listen(self._settings.host, ports[name], f"ports.{name}")
            ping_seconds, pong_seconds = PINGS.get(name, (None, None))
            self._servers.append(
                await SocketServer.open(
                    application, listener=listener, ping_seconds=ping_seconds, pong_seconds=pong_seconds
                )
            )
        for venue in self.venues:
            self._markets.append(asyncio.create_task(venue.exchange.run(), name=f"market {venue.name}"))
        return {venue.name: server.port for venue, server in zip(self.venues, self._servers, strict=False)}

    def lines(self) -> list[str]:
        """What is replayed, from where and from when."""
        return [line for venue in self.venues for line in venue.market.lines]

    def on_end(self, say: Callable[[str], None]) -> None:
        """Say so when a market's data is over: it closes, and never loops in silence."""
        for venue in self.venues:
            name = venue.name
            venue.exchange.on_end.append(
                lambda at_ns, name=name: say(f"{name}: the data ends at {rfc3339(at_ns)}; the market stays closed")  # type: ignore[misc]
            )

    async def failed(self) -> None:
        """Return only by raising what broke a market; a market whose data is over has not failed."""
        pending = set(self._markets)
        while pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Stop the markets, then the doors, then the store."""
        for task in self._markets:
            task.cancel()
        await asyncio.gather(*self._markets, return_exceptions=True)
        for server in self._servers:
            await server.close()
        self._log.close()
        self._store.close()

    def _coingecko(self) -> ASGIApp | None:
        """Prices of coins as CoinGecko tells them, from the prints of the emulated Binance; None without one."""
        found = [venue.exchange for venue in self.venues if venue.name == "binance"]
        if not found:
            return None
        settings, (exchange,) = self._settings, found
        health = Health(
            Identity("emulated-coingecko", __version__, str(settings.stage), str(settings.mode)),
            self._clock,
            [Part("market", lambda: _market_verdict(exchange))],
        )
        gecko = build_coingecko(exchange, api_clock=self._clock, key=settings.values["coingecko.key"].reveal())
        return WithHealth(gecko, health, exchange.now_ns)


def _tape(market: VenueMarket) -> MemoryTape:
    """The bars of a venue; in a market with books coins trade beside shares, around the clock."""
    coins = [one.symbol for one in market.instruments if one.calendar == AROUND_THE_CLOCK]
    return MemoryTape(market.bars, market.sessions, sessionless=coins if market.flow is not None else ())


def _history_file(folder: Path | None, venue: str) -> Path | None:
    if folder is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{venue}.jsonl"


async def _market_verdict(exchange: Exchange) -> Verdict:
    """The market runs, or its data is over: which is the truth, and no illness."""
    if exchange.ended:
        return Verdict(Status.HEALTHY, "the data has ended, the market is closed")
    return Verdict(Status.HEALTHY, f"market time {rfc3339(exchange.now_ns())}")
