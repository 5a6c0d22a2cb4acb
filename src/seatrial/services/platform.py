"""The platform: every role but watch, wired over one bus. The same in production, rehearsal and simulation.

Whoever builds it gives it its clock, journal and venue connections; whether those lead to a real venue,
to an emulator over sockets or to one in the same process, it cannot tell.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import httpx
from starlette.types import ASGIApp

from seatrial.domain.faults import InvariantBroken
from seatrial.domain.ids import AccountId
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import MILLISECOND_NS, SECOND_NS
from seatrial.services.access.scopes import LOOK, TRADE
from seatrial.services.api.execution import execution_doors
from seatrial.services.api.market_data import market_data_doors
from seatrial.services.api.observability import observability_doors
from seatrial.services.api.orchestrator import orchestrator_doors
from seatrial.services.api.releases import ReleaseDoors
from seatrial.services.api.signals import signals_doors
from seatrial.services.bus import Bus
from seatrial.services.execution.market_time import MarketTime
from seatrial.services.execution.service import ExecutionService
from seatrial.services.health import Health, Identity
from seatrial.services.market_data import MarketData, build_market_data
from seatrial.services.observability.observed import Observed
from seatrial.services.observability.role import Observability, RoleDoor, build_observability
from seatrial.services.orchestrator import Orchestrator, build_orchestrator
from seatrial.services.order_path import ExecutionOrderPath
from seatrial.services.platform_parts import PlatformParts, PlatformRules, no_auth
from seatrial.services.platform_runs import dependencies_of, fills_of, more_doors
from seatrial.services.positions import ExecutionPositions
from seatrial.services.price_room import build_prices, look_at_all
from seatrial.services.prices import Prices
from seatrial.services.room_metrics import RoomMetrics, count_rooms
from seatrial.services.signals import Signals, build_signals

__all__ = ["Platform", "PlatformParts", "PlatformRules", "no_auth"]

READY_POLL_NS = 10 * MILLISECOND_NS


class Platform:
    """All roles of one process. `start`, then `ready`; `ended` tells when it can no longer trade."""

    def __init__(self, parts: PlatformParts, rules: PlatformRules) -> None:
        self.parts = parts
        self.bus = Bus()
        self.market = MarketTime(parts.clock, speed_ppm=rules.speed_ppm)
        self.execution = ExecutionService(
            parts.machine, parts.journal, parts.venues, clock=parts.clock, market=self.market, rules=rules.reconcile
        )
        self.observed = self._build_observed()
        self._running: asyncio.Task[None] | None = None
        self._died: str | None = None
        self._death = asyncio.Event()
        self._clients: list[httpx.AsyncClient] = []
        self.execution_health = Health(self._identity("execution"), parts.clock, self.execution.parts())
        self.doors: dict[str, ASGIApp] = {
            "execution": execution_doors(
                self.execution, self.execution_health, settings=parts.config, **self._at_every_door()
            )
        }
        self.market_data = self._build_market_data(rules)
        self.prices = self._build_prices()
        self.signals = self._build_signals(rules)
        self.orchestrator = self._build_orchestrator(rules)
        self.doors["market-data"] = market_data_doors(self.market_data, **self._at_every_door())
        self.doors["signals"] = signals_doors(self.signals, **self._at_every_door())
        path = ExecutionOrderPath(self.execution)
        self.doors["orchestrator"] = self._orchestrator_doors(path)
        self.observability = self._build_observability()
        self.doors["observability"] = self._observability_doors(path)
        count_rooms(self.observed, self.doors.values(), self._room_metrics())

    def _orchestrator_doors(self, path: ExecutionOrderPath) -> ASGIApp:
        return orchestrator_doors(
            self.orchestrator,
            dependencies=dependencies_of(self.orchestrator, self.signals.health, self.parts.runs),
            path=path,
            fills=fills_of(self.observed.chronicle),
            **self._at_every_door(),
        )

    def _observability_doors(self, path: ExecutionOrderPath) -> ASGIApp:
        board = self.parts.releases
        more = more_doors(self.orchestrator, self.signals, self.market_data, path, self.prices)
        releases = [] if board is None else ReleaseDoors(board).routes()
        return observability_doors(
            self.observability, observed=self.observed, more=[*more, *releases], **self._at_every_door()
        )

    def _room_metrics(self) -> RoomMetrics:
        listed = [(account, one.symbol) for account, one in self.parts.machine.instruments]
        board, runs = self.market_data.board, self.orchestrator.runs
        return RoomMetrics(board, self.market, listed, runs, self.signals.desks, self.prices)

    def _build_observed(self) -> Observed:
        observed = Observed(
            self.execution,
            self.bus,
            self.parts.clock,
            self.parts.config,
            station=self.parts.station,
            interval_ms=self.parts.metrics_interval_ms,
            on_death=self._on_death,
        )
        observed.read_limit = self.parts.read_limit
        return observed

    def _build_market_data(self, rules: PlatformRules) -> MarketData:
        return build_market_data(
            identity=self._identity("market-data"),
            clock=self.parts.clock,
            market=self.market,
            venues=self.parts.market_venues,
            instruments=self._instruments(),
            execution=self.execution,
            bus=self.bus,
            rules=rules.feed,
            on_death=self._on_death,
        )

    def _build_prices(self) -> Prices:
        venues = {venue.account: venue for venue in self.parts.market_venues}
        return build_prices(self.market_data, self.market, self.parts.clock, venues, self.parts.price_sources)

    def _build_signals(self, rules: PlatformRules) -> Signals:
        return build_signals(
            identity=self._identity("signals"),
            clock=self.parts.clock,
            bus=self.bus,
            sources=self.parts.sources,
            venues={venue.account: venue for venue in self.parts.market_venues},
            positions=ExecutionPositions(self.execution),
            market=self.market,
            instruments={inst.symbol: inst for _, inst in self.parts.machine.instruments},
            rules=rules.desk,
            tapes=self.market_data.tapes,
            on_death=self._on_death,
        )

    def _build_orchestrator(self, rules: PlatformRules) -> Orchestrator:
        return build_orchestrator(
            identity=self._identity("orchestrator"),
            clock=self.parts.clock,
            bus=self.bus,
            execution=self._client("execution", self.parts.role_auth("orchestrator", TRADE)),
            instruments={inst.symbol: inst for _, inst in self.parts.machine.instruments},
            rules=rules.posts,
            desks=self.signals.desks,
            market=self.market,
            calendars={account.id: account.calendar for account in self.parts.machine.accounts},
            schedule=rules.schedule,
            store=self.parts.runs,
            refresh=partial(look_at_all, self.prices, self.market_data),
            on_death=self._on_death,
        )

    def _build_observability(self) -> Observability:
        auth = self.parts.role_auth("observability", LOOK)
        roles = {role: RoleDoor(self.parts.ports[role], self._client(role, auth)) for role in self.doors}
        return build_observability(
            identity=self._identity("observability"),
            clock=self.parts.clock,
            roles={**roles, **self.parts.peers},
            observed=self.observed,
        )

    def _on_death(self, name: str, error: BaseException | None) -> None:
        """A task of a role ended that never should: the process ends with it, and its next start recovers."""
        why = "it returned" if error is None else f"{type(error).__name__}: {error}"
        self._died = self._died or f"{name}: {why}"
        self._death.set()

    def _identity(self, service: str) -> Identity:
        return Identity(service, self.parts.version, self.parts.stage, self.parts.mode)

    def _instruments(self) -> dict[AccountId, list[Instrument]]:
        listed: dict[AccountId, list[Instrument]] = {}
        for account, instrument in self.parts.machine.instruments:
            listed.setdefault(account, []).append(instrument)
        return listed

    def _at_every_door(self) -> dict[str, Any]:
        return {"new_request_id": self.parts.new_request_id, "gate": self.parts.gate}

    def _client(self, role: str, auth: httpx.Auth | None) -> httpx.AsyncClient:
        """A way to another role of this process, with the caller's own right to it."""
        transport = httpx.ASGITransport(self.doors[role])
        client = httpx.AsyncClient(transport=transport, base_url=f"http://{role}", auth=auth)
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
            await asyncio.sleep(READY_POLL_NS / SECOND_NS)

    async def ended(self) -> None:
        """Return only by raising what ended the order path or a role; the process must then end too.

        Raises:
            InvariantBroken: a task died that never should.
        """
        assert self._running is not None
        death = asyncio.ensure_future(self._death.wait())
        try:
            await asyncio.wait({self._running, death}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            death.cancel()
        if self._died is not None:
            raise InvariantBroken("no task dies in silence", self._died)
        self._running.result()

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
