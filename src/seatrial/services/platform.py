"""The platform: every role but watch, wired over one bus. The same in production, rehearsal and simulation.

Whoever builds it gives it its clock, journal and venue connections; whether those lead to a real venue,
to an emulator over sockets or to one in the same process, it cannot tell.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import httpx
from starlette.types import ASGIApp

from seatrial.core.machine import Machine
from seatrial.domain.ids import AccountId
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import MILLISECOND_NS, Clock
from seatrial.journal.port import Journal
from seatrial.services.api.execution import execution_doors
from seatrial.services.api.market_data import market_data_doors
from seatrial.services.api.observability import observability_doors
from seatrial.services.api.orchestrator import orchestrator_doors
from seatrial.services.api.signals import signals_doors
from seatrial.services.bus import Bus
from seatrial.services.desk import DeskRules
from seatrial.services.execution.market_time import MarketTime
from seatrial.services.execution.reconciler import ReconcileRules
from seatrial.services.execution.service import ExecutionService
from seatrial.services.feed import FeedRules
from seatrial.services.health import Health, Identity, Part, Status, Verdict
from seatrial.services.market_data import build_market_data
from seatrial.services.observability import Observability, RoleDoor
from seatrial.services.orchestrator import PostRules, build_orchestrator
from seatrial.services.positions import ExecutionPositions
from seatrial.services.signals import build_signals
from seatrial.services.strategy_file import StrategySource
from seatrial.venues.port import Venue

READY_POLL_NS = 10 * MILLISECOND_NS

PORTS: Mapping[str, int] = {
    "market-data": 5001,
    "execution": 5002,
    "signals": 8001,
    "orchestrator": 8003,
    "observability": 8000,
}


@dataclass(frozen=True, slots=True)
class PlatformRules:
    """How the roles wait and retry; every default is the one for real time."""

    speed_ppm: int = 1_000_000  # market time per million of ours; more only at local venues
    reconcile: ReconcileRules = field(default_factory=ReconcileRules)
    feed: FeedRules = field(default_factory=FeedRules)
    desk: DeskRules = field(default_factory=DeskRules)
    posts: PostRules = field(default_factory=PostRules)


@dataclass(frozen=True, slots=True)
class PlatformParts:
    """What a platform is made of. `venues` trade and `market_venues` listen: connections of their own.

    `config` answers `/api/v1/config`; `new_request_id` makes ids for requests that bring none.
    """

    version: str
    stage: str
    mode: str
    clock: Clock
    machine: Machine
    journal: Journal
    venues: Sequence[Venue]
    market_venues: Sequence[Venue]
    sources: Sequence[StrategySource]
    config: Callable[[], Mapping[str, object]]
    new_request_id: Callable[[], str]


class Platform:
    """All roles of one process. `start`, then `ready`; `ended` tells when it can no longer trade."""

    def __init__(self, parts: PlatformParts, rules: PlatformRules) -> None:
        self.parts = parts
        self.bus = Bus()
        self.market = MarketTime(parts.clock, speed_ppm=rules.speed_ppm)
        self.execution = ExecutionService(
            parts.machine,
            parts.journal,
            parts.venues,
            clock=parts.clock,
            market=self.market,
            rules=rules.reconcile,
        )
        self._running: asyncio.Task[None] | None = None
        self.execution_health = Health(
            self._identity("execution"), parts.clock, [Part("order path", self._check_order_path)]
        )
        execution_app = execution_doors(
            self.execution, self.execution_health, settings=parts.config, new_request_id=parts.new_request_id
        )
        self._clients: list[httpx.AsyncClient] = []
        self.market_data = build_market_data(
            identity=self._identity("market-data"),
            clock=parts.clock,
            market=self.market,
            venues=parts.market_venues,
            instruments=self._instruments(),
            execution=self.execution,
            bus=self.bus,
            rules=rules.feed,
        )
        self.signals = build_signals(
            identity=self._identity("signals"),
            clock=parts.clock,
            bus=self.bus,
            sources=parts.sources,
            venues={venue.account: venue for venue in parts.market_venues},
            positions=ExecutionPositions(self.execution),
            rules=rules.desk,
        )
        self.orchestrator = build_orchestrator(
            identity=self._identity("orchestrator"),
            clock=parts.clock,
            bus=self.bus,
            execution=self._client(execution_app, "execution"),
            instruments={inst.symbol: inst for _, inst in parts.machine.instruments},
            rules=rules.posts,
        )
        self.doors: dict[str, ASGIApp] = {
            "market-data": market_data_doors(self.market_data, new_request_id=parts.new_request_id),
            "execution": execution_app,
            "signals": signals_doors(self.signals, new_request_id=parts.new_request_id),
            "orchestrator": orchestrator_doors(self.orchestrator, new_request_id=parts.new_request_id),
        }
        roles = {role: RoleDoor(PORTS[role], self._client(app, role)) for role, app in self.doors.items()}
        self.observability = Observability(self._identity("observability"), parts.clock, roles)
        self.doors["observability"] = observability_doors(self.observability, new_request_id=parts.new_request_id)

    def _identity(self, service: str) -> Identity:
        return Identity(service, self.parts.version, self.parts.stage, self.parts.mode)

    def _instruments(self) -> dict[AccountId, list[Instrument]]:
        listed: dict[AccountId, list[Instrument]] = {}
        for account, instrument in self.parts.machine.instruments:
            listed.setdefault(account, []).append(instrument)
        return listed

    def _client(self, app: ASGIApp, role: str) -> httpx.AsyncClient:
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{role}")
        self._clients.append(client)
        return client

    # ------------------------------------------------------------------ life

    async def start(self) -> None:
        """Begin with recovery; market data and strategies wait for nobody."""
        self._running = asyncio.create_task(self.execution.run(), name="execution")
        for role in (self.orchestrator, self.signals, self.market_data, self.observability):
            await role.start()

    async def ready(self) -> None:
        """Return once orders are taken.

        Raises:
            SeatrialFault: whatever ended the order path meanwhile.
        """
        assert self._running is not None
        while self.execution.waiting_for is not None:
            if self._running.done():
                self._running.result()
            await asyncio.sleep(READY_POLL_NS / 1e9)

    async def ended(self) -> None:
        """Return only by raising what ended the order path; the process must then end too."""
        assert self._running is not None
        await self._running

    async def close(self) -> None:
        """Stop deciding first, then listening, then the order path."""
        for role in (self.signals, self.orchestrator, self.market_data, self.observability):
            await role.close()
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await self.execution_health.close()
        for client in self._clients:
            await client.aclose()
        for venue in (*self.parts.venues, *self.parts.market_venues):
            await venue.close()
        await self.parts.journal.close()

    async def _check_order_path(self) -> Verdict:
        execution = self.execution
        if self._running is None or self._running.done():
            return Verdict(Status.UNHEALTHY, "the order path has ended")
        if execution.waiting_for is not None:
            return Verdict(Status.DEGRADED, f"no order is taken yet: {execution.waiting_for}")
        if execution.engine.latched is not None:
            return Verdict(Status.DEGRADED, f"halted: {execution.engine.latched}")
        return Verdict(Status.HEALTHY, "orders are taken")
