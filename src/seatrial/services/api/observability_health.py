"""The health doors of observability: how all roles are, alive, ready, migrated."""

from __future__ import annotations

from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from seatrial.domain.faults import JournalFault
from seatrial.domain.time import rfc3339
from seatrial.journal.schema import EXPECTED_VERSION
from seatrial.services.access.scopes import PUBLIC
from seatrial.services.api.doors import Door
from seatrial.services.api.health import health_route
from seatrial.services.api.http import answer
from seatrial.services.api.numbers import NumberText, When
from seatrial.services.api.risk_view import RiskView
from seatrial.services.health import Component, HealthReport, Status, worst
from seatrial.services.observability.role import Observability, RoleState
from seatrial.services.observability.storage import Storage

COLLECTORS = {"market-data": "market_data", "signals": "strategy", "execution": "execution"}


class ExecutionGlance(msgspec.Struct):
    """Gross exposure by currency, and whether the last look found our positions to be the venue's."""

    gross_exposure: dict[str, NumberText]
    positions_synced: bool


class SchedulerGlance(msgspec.Struct):
    """What a runbook reads here; `/health/scheduler` has the rest."""

    execution: ExecutionGlance


class RiskGlance(msgspec.Struct):
    """`breaker` is the worst of all accounts."""

    halted: bool
    reason: str | None
    breaker: Literal["NORMAL", "TRIPPED", "COOLDOWN"]


class SystemHealth(msgspec.Struct):
    """The health of all roles, with what is at stake beside it."""

    status: Status
    service: str
    version: str
    timestamp: When
    stage: str
    mode: str
    components: tuple[Component, ...]
    scheduler: SchedulerGlance
    risk: RiskGlance


class LiveAnswer(msgspec.Struct):
    """This process is alive: it answers."""

    status: Status
    timestamp: When


class ReadyAnswer(msgspec.Struct):
    """Whether the system can be used. `collectors` are true while usable; `unusable` names what keeps it from being so.

    `system` is true while every other role answers too.
    """

    ready: bool
    status: Status
    timestamp: When
    collectors: dict[str, bool]
    unusable: list[str]


class StartupAnswer(msgspec.Struct):
    """Whether the database has the shape this code needs."""

    status: Status
    timestamp: When
    schema_version: int | None
    expected_version: int
    message: str | None


class SystemAnswer(msgspec.Struct):
    """Every role as it answers now; `latency_ms` is null where it does not."""

    status: Status
    stage: str
    mode: str
    services: dict[str, RoleState]
    timestamp: When


class HealthDoors:
    """`risk` adds what is at stake to `/health`; without `storage` the open journal itself shows its schema."""

    def __init__(self, role: Observability, risk: RiskView | None = None, storage: Storage | None = None) -> None:
        self._role = role
        self._risk = risk
        self._storage = storage

    def routes(self) -> list[BaseRoute]:
        """The doors."""
        ready, startup = {200: ReadyAnswer, 503: ReadyAnswer}, {200: StartupAnswer, 503: StartupAnswer}
        live, system = {200: LiveAnswer}, {200: SystemAnswer}
        return [
            self._health(),
            Door("/health/live", self.live, summary="Is this process alive?", scopes=PUBLIC, answers=live),
            Door("/health/ready", self.ready, summary="Can the system be used?", scopes=PUBLIC, answers=ready),
            Door("/health/startup", self.startup, summary="Is the database at head?", scopes=PUBLIC, answers=startup),
            Door("/api/system/status", self.system, summary="Every role as it is now.", answers=system),
        ]

    def _health(self) -> Door:
        risk = self._risk
        if risk is None:
            return health_route(self._role.health)

        async def show(_: Request) -> Response:
            report = await self._role.health.report()
            return answer(with_risk(report, risk), 503 if report.status is Status.UNHEALTHY else 200)

        summary = "How all roles are, and what is at stake."
        return Door("/health", show, summary=summary, scopes=PUBLIC, answers={200: SystemHealth, 503: SystemHealth})

    async def live(self, _: Request) -> Response:
        """It answers, so it is."""
        return answer(LiveAnswer(Status.HEALTHY, self._now()))

    async def ready(self, _: Request) -> Response:
        """Every role asked at once; the vital ones must be usable."""
        report = await self._role.health.report()
        usable = {each.name: each.status is not Status.UNHEALTHY for each in report.components}
        collectors = {COLLECTORS.get(name, name): one for name, one in usable.items() if name in COLLECTORS}
        collectors["system"] = all(one for name, one in usable.items() if name not in COLLECTORS)
        is_ready = report.status is not Status.UNHEALTHY
        said = ReadyAnswer(
            ready=is_ready,
            status=Status.HEALTHY if is_ready and all(collectors.values()) else Status.DEGRADED,
            timestamp=report.timestamp,
            collectors=collectors,
            unusable=[name for name, one in usable.items() if not one],
        )
        return answer(said, 200 if is_ready else 503)

    async def startup(self, _: Request) -> Response:
        """The number of the newest migration, and the one this code needs."""
        found, trouble = await self._schema_version()
        at_head = found == EXPECTED_VERSION
        if trouble is None and not at_head:
            trouble = "stop the platform and run `seatrial db upgrade`"
        status = Status.HEALTHY if at_head else Status.UNHEALTHY
        return answer(StartupAnswer(status, self._now(), found, EXPECTED_VERSION, trouble), 200 if at_head else 503)

    async def _schema_version(self) -> tuple[int | None, str | None]:
        if self._storage is None:
            return EXPECTED_VERSION, None  # a journal opens at head, or not at all
        try:
            return await self._storage.schema_version(), None
        except JournalFault as fault:
            return None, str(fault)

    async def system(self, _: Request) -> Response:
        """Every role, asked at once with bounded patience."""
        services = await self._role.services()
        status = worst([state.status for state in services.values()])
        identity = self._role.identity
        return answer(SystemAnswer(status, identity.stage, identity.mode, services, self._now()))

    def _now(self) -> str:
        return rfc3339(self._role.clock.now_ns())


def with_risk(report: HealthReport, risk: RiskView) -> SystemHealth:
    """A report with what is at stake beside it. Answered from memory: it cannot hang."""
    latched = risk.execution.engine.latched
    return SystemHealth(
        status=report.status,
        service=report.service,
        version=report.version,
        timestamp=report.timestamp,
        stage=report.stage,
        mode=report.mode,
        components=report.components,
        scheduler=SchedulerGlance(ExecutionGlance(risk.gross(), risk.positions_synced)),
        risk=RiskGlance(latched is not None, latched, risk.breakers().state),
    )
