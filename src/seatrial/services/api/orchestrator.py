"""The doors of the orchestrator: what runs, what ran, and why something did not."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from seatrial.services.access.admission import Gate
from seatrial.services.api.doors import Door, Parameter
from seatrial.services.api.envelope import Envelope
from seatrial.services.api.health import health_route
from seatrial.services.api.http import answer, application, refusal
from seatrial.services.api.numbers import bounded
from seatrial.services.api.reading import Query
from seatrial.services.orchestrator import Orchestrator
from seatrial.services.run_records import RUNS_KEPT_MAX, RunRecord


class OrchestrationAnswer(msgspec.Struct):
    """What runs now, and what ran last."""

    status: str
    in_progress: str | None
    last_run: RunRecord | None
    reason: str | None


class RunsAnswer(msgspec.Struct):
    """A page of runs, newest first; `total` is how many are kept."""

    runs: list[RunRecord]
    total: int


def orchestrator_doors(role: Orchestrator, *, new_request_id: Callable[[], str], gate: Gate | None = None) -> Envelope:
    """The ASGI app of port 8003."""

    async def status(_: Request) -> Response:
        newest = role.runs.newest_first(limit=1)
        return answer(
            {
                "status": "degraded" if role.trouble else "healthy",
                "in_progress": role.in_progress,
                "last_run": newest[0] if newest else None,
                "reason": role.trouble,
            }
        )

    async def runs(request: Request) -> Response:
        query = Query(request, ["limit", "offset"])
        limit = query.integer("limit", default=50, low=1, high=RUNS_KEPT_MAX)
        offset = query.integer("offset", default=0, low=0, high=RUNS_KEPT_MAX)
        return answer({"runs": role.runs.newest_first(limit=limit, offset=offset), "total": len(role.runs)})

    async def run(request: Request) -> Response:
        found = role.runs.find(request.path_params["run_id"])
        if found is None:
            text = f"no run of that id among the newest {RUNS_KEPT_MAX}"
            return refusal(404, "not_found", text, field="run_id", accepted="an id from /api/v1/orchestration/runs")
        return answer(found)

    routes = [
        health_route(role.health),
        Door(
            "/api/v1/orchestration/status",
            status,
            summary="What runs now, and what ran last.",
            answers={200: OrchestrationAnswer},
        ),
        Door(
            "/api/v1/orchestration/runs",
            runs,
            summary="The runs, newest first, with a reason for every skip.",
            answers={200: RunsAnswer},
            parameters=[
                Parameter("limit", bounded(1, RUNS_KEPT_MAX), "at most so many"),
                Parameter("offset", bounded(0, RUNS_KEPT_MAX), "leave out so many of the newest"),
            ],
        ),
        Door("/api/v1/orchestration/runs/{run_id}", run, summary="One run.", answers={200: RunRecord}),
    ]
    return application(routes, new_request_id=new_request_id, gate=gate, role="orchestrator")
