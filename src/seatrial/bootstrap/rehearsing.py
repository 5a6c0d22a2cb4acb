"""`seatrial rehearse`: trading days through the real services and both wire protocols, on virtual time.

Emulators and platform live in one event loop whose time jumps. In process the wire is ASGI; with sockets
every byte goes over loopback, through a proxy that counts it. Either way the outcome must be the
backtest's, to the unit.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from httpx_ws.transport import ASGIWebSocketTransport

from seatrial.bootstrap.account_markets import Beside, markets_of, trades_of
from seatrial.bootstrap.emulation.listed_actions import actions_file
from seatrial.bootstrap.links import Wire, http_client
from seatrial.bootstrap.local_venues import LocalVenues
from seatrial.bootstrap.market_identity import trades_file
from seatrial.bootstrap.markets import venue_markets
from seatrial.bootstrap.platform_role import Traded, build_platform, traded
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.stages import Mode
from seatrial.bootstrap.strategy_sources import sources_of
from seatrial.bootstrap.trade_markets import anybody_hears_trades, market_timeline
from seatrial.core.machine import Machine
from seatrial.domain.faults import InvariantBroken
from seatrial.domain.ids import JournalEpoch
from seatrial.domain.time import MINUTE_NS, SECOND_NS
from seatrial.emulators.socket import CountingProxy, SocketServer
from seatrial.journal.port import Opening
from seatrial.journal.sqlite import SqliteJournal
from seatrial.market.shift import Timeline
from seatrial.runs.backtest import backtest
from seatrial.runs.backtest_run import BacktestRun
from seatrial.runs.rehearsal import RehearsalRun, first_difference, run_of
from seatrial.runs.virtual_time import VirtualClock, VirtualLoop
from seatrial.services.desk import DeskRules
from seatrial.services.execution.reconciler import ReconcileRules
from seatrial.services.platform import Platform, PlatformRules
from seatrial.services.scheduler import SchedulerRules
from seatrial.venues.feed import SocketSettings

EPOCH = JournalEpoch("rehearsal")
RECONCILE_NS = 15 * MINUTE_NS
SETTLE_NS = 5 * SECOND_NS  # after the data's end, for the last fills to be told
CONNECTIONS_PER_VENUE = 2  # one for orders, one for market data
IN_MEMORY = ":memory:"
QUIET = SocketSettings(ping_seconds=None, silence_seconds=None)

OnProgress = Callable[[int, int], None]  # market nanoseconds lived, in all


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """Both runs over the same days, and what crossed the sockets, by venue, where there were any."""

    notes: list[str]
    sessions: int
    backtest: BacktestRun
    rehearsal: RehearsalRun
    bytes_by_venue: dict[str, tuple[int, int]]

    @property
    def equal(self) -> bool:
        """Whether both outcomes agree to the unit."""
        return self.backtest.outcome_fingerprint == self.rehearsal.outcome_fingerprint

    @property
    def difference(self) -> str | None:
        """The first trade in which they do not."""
        return first_difference(sorted(fill.outcome for fill in self.backtest.fills), self.rehearsal.fills)


def rehearse(
    settings: Settings,
    *,
    session_count: int | None,
    sockets: bool = False,
    pad: bool = False,
    on_progress: OnProgress | None = None,
) -> Rehearsed:
    """The same days twice: compiled, and through services and wire. `session_count` None takes all there are.

    Raises:
        ConfigurationFault, DataFault, RequestFault: what is asked for cannot be had.
        InvariantBroken: time stood still, or the platform ended early.
    """
    settings = dataclasses.replace(settings, mode=Mode.SIM, speed=Decimal(1))  # its venues are always local
    listed = traded(settings)
    with TemporaryDirectory(prefix="seatrial-rehearsal-") as folder:
        staging = _Staging(settings, listed, session_count, Path(folder), sockets=sockets, pad=pad)
        run, bytes_by_venue = staging.run(on_progress)
        return Rehearsed(
            notes=staging.timeline.lines(),
            sessions=len(staging.timeline.sessions),
            backtest=_backtest(settings, listed, staging.timeline),
            rehearsal=run,
            bytes_by_venue=bytes_by_venue,
        )


def _backtest(settings: Settings, listed: Traded, timeline: Timeline) -> BacktestRun:
    beside = Beside(actions=actions_file(settings), trades=trades_file(settings))
    markets = markets_of(settings, timeline, beside)
    hears = anybody_hears_trades(settings)
    trades = {str(market.account.id): trades_of(beside, market) if hears else None for market in markets}
    runners = [source.load() for source in sources_of(settings, listed, EPOCH, virtual=True, trades=trades)]
    return backtest(markets, runners)


class _Staging:
    """One loop with venues, wire and platform in it."""

    def __init__(
        self, settings: Settings, listed: Traded, session_count: int | None, folder: Path, *, sockets: bool, pad: bool
    ) -> None:
        self._settings = settings
        self._listed = listed
        self._folder = folder
        self._with_sockets = sockets
        symbols = [instrument.symbol for each in listed.values() for instrument in each]
        self.timeline = market_timeline(settings, symbols, session_count=session_count, pad=pad)
        self._loop = VirtualLoop(epoch_ns=self.timeline.start_ns, sockets=sockets)
        self._clock = VirtualClock(self._loop)
        markets = venue_markets(self.timeline, trades_file(settings))
        self._venues = LocalVenues(settings, self._clock, markets, store=IN_MEMORY)
        self._servers: list[SocketServer] = []
        self._proxies: dict[str, CountingProxy] = {}
        self._clients: dict[str, list[httpx.AsyncClient]] = {}

    def run(self, on_progress: OnProgress | None) -> tuple[RehearsalRun, dict[str, tuple[int, int]]]:
        """Live through all sessions and read the journal."""
        asyncio.set_event_loop(self._loop)
        try:
            return self._loop.run_until_complete(self._live(on_progress))
        finally:
            self._loop.close()
            asyncio.set_event_loop(None)

    async def _live(self, on_progress: OnProgress | None) -> tuple[RehearsalRun, dict[str, tuple[int, int]]]:
        async with AsyncExitStack() as wires:
            await (self._open_sockets() if self._with_sockets else self._open_in_process(wires))
            try:
                return await self._trade(on_progress)
            finally:
                await self._close()

    async def _trade(self, on_progress: OnProgress | None) -> tuple[RehearsalRun, dict[str, tuple[int, int]]]:
        grids = tuple(instrument for each in self._listed.values() for instrument in each)
        started_ns = self._clock.now_ns()
        opening = Opening("rehearsal", EPOCH, core_digest="", settings_digest="", at_ns=started_ns, instruments=grids)
        journal = SqliteJournal.open(self._folder / "events.db", opening, inline=True, sync=False)
        platform = build_platform(
            self._settings,
            self._clock,
            self._listed,
            journal,
            wire=Wire(self._http, QUIET, ticks=anybody_hears_trades(self._settings)),
            rules=PlatformRules(
                schedule=SchedulerRules(virtual=True),
                reconcile=ReconcileRules(interval_ns=RECONCILE_NS, dividends_at_once=True),
                desk=DeskRules(history_from_ns=self.timeline.start_ns),
            ),
        )
        await platform.start()
        await platform.ready()
        await self._live_through(platform, on_progress)
        machine = platform.parts.machine
        blank = Machine(machine.accounts, machine.instruments, machine.epoch)
        run = run_of(machine, blank, journal.replay())
        await platform.close()
        return run, {name: (proxy.bytes_up, proxy.bytes_down) for name, proxy in self._proxies.items()}

    async def _close(self) -> None:
        await self._venues.close()
        for proxy in self._proxies.values():
            await proxy.close()
        for server in self._servers:
            await server.close()

    async def _live_through(self, platform: Platform, on_progress: OnProgress | None) -> None:
        """Let both markets run to their ends, and the last words be told."""
        total_ns = self.timeline.end_ns - self.timeline.start_ns
        ended = asyncio.ensure_future(platform.ended())
        markets = [asyncio.ensure_future(venue.exchange.run()) for venue in self._venues.venues]
        pending = {ended, *markets}
        while any(not market.done() for market in markets):
            done, pending = await asyncio.wait(pending, timeout=30 * 60, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            if ended.done():
                raise InvariantBroken("the platform outlives the market", "it ended without a reason")
            if on_progress is not None:
                on_progress(min(self._clock.now_ns() - self.timeline.start_ns, total_ns), total_ns)
        await asyncio.sleep(SETTLE_NS / SECOND_NS)
        ended.cancel()
        if on_progress is not None:
            on_progress(total_ns, total_ns)

    async def _open_sockets(self) -> None:
        """Serve both venues, each behind a proxy that counts, and point the adapters there."""
        for venue in self._venues.venues:
            server = await SocketServer.open(venue.application, ping_seconds=None)
            self._servers.append(server)
            self._proxies[venue.name] = await CountingProxy.open(server.port)
        ports = {name: proxy.port for name, proxy in self._proxies.items()}
        self._settings = dataclasses.replace(self._settings, ports=dataclasses.replace(self._settings.ports, **ports))

    async def _open_in_process(self, wires: AsyncExitStack) -> None:
        """A client per connection, whose wire is the application itself."""
        for venue in self._venues.venues:
            for _ in range(CONNECTIONS_PER_VENUE):
                transport = ASGIWebSocketTransport(venue.application)
                client = await wires.enter_async_context(httpx.AsyncClient(transport=transport, trust_env=False))
                self._clients.setdefault(venue.name, []).append(client)

    def _http(self, venue_name: str) -> httpx.AsyncClient:
        return http_client() if self._with_sockets else self._clients[venue_name].pop()
