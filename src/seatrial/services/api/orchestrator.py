"""The doors of the orchestrator: what runs, what ran, and why something did not."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from seatrial.domain.time import rfc3339
from seatrial.services.access.admission import Gate
from seatrial.services.access.scopes import OPERATE
from seatrial.services.api.doors import Door, Parameter
from seatrial.services.api.envelope import Envelope
from seatrial.services.api.health import health_route
from seatrial.services.api.http import answer, application, refusal
from seatrial.services.api.numbers import bounded
from seatrial.services.api.optional_body import optional_body
from seatrial.services.api.reading import Query, one_of
from seatrial.services.api.run_answers import (
    BreakerNow,
    GroupAnswer,
    NextRun,
    OrchestrationAnswer,
    RunAnswer,
    RunBody,
    RunsAnswer,
    RunStarted,
    summary,
)
from seatrial.services.api.run_doors import FillsOf, RunDoor
from seatrial.services.dependencies import ask_all
from seatrial.services.health import Check
from seatrial.services.orchestrator import Orchestrator
from seatrial.services.order_path import OrderPath, worst_breaker
from seatrial.services.run_records import RUNS_KEPT_MAX


def orchestrator_doors(
    role: Orchestrator,
    *,
    new_request_id: Callable[[], str],
    gate: Gate | None = None,
    dependencies: Mapping[str, Check] | None = None,
    path: OrderPath | None = None,
    fills: FillsOf | None = None,
) -> Envelope:
    """The ASGI app of port 8003.

    `dependencies` are asked for the status, `path` knows kill switch and breakers, `fills` the trades of an order.
    """
    routes = [health_route(role.health), *_doors(_Doors(role, dependencies or {}, path), RunDoor(role, fills))]
    return application(routes, new_request_id=new_request_id, gate=gate, role="orchestrator")


def _doors(doors: _Doors, one: RunDoor) -> list[Door]:
    return [
        Door(
            "/api/v1/orchestration/status",
            doors.status,
            summary="What runs now, what ran last, what comes next.",
            answers={200: OrchestrationAnswer},
        ),
        Door(
            "/api/v1/orchestration/run",
            doors.run,
            method="POST",
            summary="Run a strategy now, or all: what they want is posted again, sized against what is held.",
            scopes=OPERATE,
            body=RunBody,
            answers={202: RunStarted, 409: None},
        ),
        Door(
            "/api/v1/orchestration/runs",
            doors.runs,
            summary="The runs, newest first, with a reason for every skip.",
            answers={200: RunsAnswer},
            parameters=[
                Parameter("limit", bounded(1, RUNS_KEPT_MAX), "at most so many"),
                Parameter("offset", bounded(0, RUNS_KEPT_MAX), "leave out so many of the newest"),
            ],
        ),
        Door(
            "/api/v1/orchestration/runs/{run_id}",
            one.show,
            summary="One run: signal, target, orders and fills by symbol.",
            answers={200: RunAnswer | GroupAnswer},
        ),
    ]


class _Doors:
    def __init__(self, role: Orchestrator, dependencies: Mapping[str, Check], path: OrderPath | None) -> None:
        self._role = role
        self._dependencies = dict(dependencies)
        self._path = path

    async def status(self, _: Request) -> Response:
        role = self._role
        newest = role.runs.newest_first(limit=1)
        dependencies = await ask_all(self._dependencies)
        health = await role.health.report()
        path = None if self._path is None else self._path.state()
        soonest = self._next()
        lost = [name for name, one in dependencies.items() if not one.healthy]
        return answer(
            OrchestrationAnswer(
                status="degraded" if lost else str(health.status),
                in_progress=role.in_progress or role.by_hand.in_progress,
                last_run=summary(newest[0]) if newest else None,
                next_run_at=None if soonest is None else soonest.at,
                next_run=soonest,
                dependencies=dependencies,
                kill_switch=None if path is None else path.kill_switch,
                breaker=None if path is None else BreakerNow(worst_breaker(path.breakers), dict(path.breakers)),
                reason=f"not healthy: {', '.join(lost)}" if lost else role.trouble,
                timestamp=rfc3339(role.clock.now_ns()),
            )
        )

    def _next(self) -> NextRun | None:
        """The soonest by the time that is left on each job's own clock."""
        scheduler = self._role.scheduler
        planned = [job for job in scheduler.look_at_jobs() if job.desk is not None and job.next_ns is not None]
        if not planned:
            return None
        job = min(planned, key=lambda one: (one.next_ns or 0) - scheduler.now_ns(one))
        assert job.next_ns is not None
        return NextRun(job.id, rfc3339(job.next_ns), "market" if job.by_market else "platform")

    async def run(self, request: Request) -> Response:
        """Begin one, unless one is under way. Twice at one market time changes nothing the second time."""
        body = await optional_body(request, RunBody)
        role = self._role
        known = list(dict.fromkeys(str(desk.strategy_id) for desk in role.desks))
        if body.strategy is not None:
            one_of("strategy", body.strategy, known)
        if not known:
            return refusal(503, "no_strategy", "no strategy is configured, so there is nothing to run")
        if role.by_hand.in_progress is not None:
            message = f"{role.by_hand.in_progress} is under way"
            return refusal(409, "in_progress", message, accepted="once it has ended", run_id=role.by_hand.in_progress)
        wanted = [desk for desk in role.desks if body.strategy in (None, desk.strategy_id)]
        name = role.by_hand.start([(desk.strategy_id, desk.account) for desk in wanted])
        return answer(RunStarted(name, "in_progress", [desk.strategy_id for desk in wanted]), 202)

    async def runs(self, request: Request) -> Response:
        query = Query(request, ["limit", "offset"])
        limit = query.integer("limit", default=50, low=1, high=RUNS_KEPT_MAX)
        offset = query.integer("offset", default=0, low=0, high=RUNS_KEPT_MAX)
        page = self._role.runs.newest_first(limit=limit, offset=offset)
        return answer(RunsAnswer([summary(run) for run in page], len(self._role.runs)))
