"""`GET /health/scheduler`: the scheduler's jobs, the price providers, and what the newest run led to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from seatrial.services.access.scopes import PUBLIC
from seatrial.services.api.doors import Door
from seatrial.services.api.http import answer
from seatrial.services.circuits import Circuit
from seatrial.services.orchestrator import Orchestrator
from seatrial.services.order_path import OrderPath
from seatrial.services.run_records import RUNS_KEPT_MAX, RunRecord, RunStatus
from seatrial.services.scheduler_report import ScheduleConfig, SchedulerReport, scheduler_report
from seatrial.services.schedules import Every


def report_of(
    role: Orchestrator,
    path: OrderPath,
    *,
    symbols: Sequence[str],
    missing: Callable[[], Sequence[str]],
    circuits: Callable[[], Mapping[str, Circuit]],
) -> SchedulerReport:
    """The report of a running orchestrator, now."""
    jobs = role.scheduler.look_at_jobs()
    intervals = [job.schedule.seconds for job in jobs if job.desk is not None and isinstance(job.schedule, Every)]
    return scheduler_report(
        now_ns=role.clock.now_ns(),
        enabled=not role.scheduler.rules.virtual,
        running=role.crew.working("schedule"),
        config=ScheduleConfig(tuple(symbols), role.scheduler.rules.refresh_seconds, min(intervals, default=None)),
        jobs=jobs,
        missing=missing(),
        circuits=circuits(),
        last=newest_with_work(role.runs.newest_first(limit=RUNS_KEPT_MAX)),
        path=path.state(),
    )


def newest_with_work(runs: Sequence[RunRecord]) -> RunRecord | None:
    """The newest run that was not skipped; a skipped one where there is no other."""
    worked = [run for run in runs if run.status is not RunStatus.SKIPPED]
    return worked[0] if worked else runs[0] if runs else None


def scheduler_door(report: Callable[[], SchedulerReport]) -> Door:
    """The door, for port 8000. Degraded is an answer, not an outage: 200 either way."""

    async def show(_: Request) -> Response:
        return answer(report())

    return Door(
        "/health/scheduler",
        show,
        summary="What is planned, what ran, what was missed and why.",
        scopes=PUBLIC,
        answers={200: SchedulerReport},
    )
