"""`/health/scheduler`: what is planned, what ran, what was missed, and why that is not well. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seatrial.domain.time import SECOND_NS, rfc3339
from seatrial.services.circuits import Circuit, CircuitState
from seatrial.services.order_path import OrderPathState
from seatrial.services.run_records import RunRecord, RunStatus
from seatrial.services.scheduler_jobs import Job


@dataclass(frozen=True, slots=True)
class ScheduleConfig:
    """What the scheduler goes by. `execution_seconds` is null where strategies act on bars or times of the day."""

    symbols: tuple[str, ...]
    refresh_seconds: int
    execution_seconds: int | None


@dataclass(frozen=True, slots=True)
class JobRun:
    """A job's newest run, by our own clock."""

    status: RunStatus
    started_at: str
    completed_at: str
    duration_seconds: float
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JobReport:
    """One job. `clock` says whether `next_run_at` is market time or our own; null where the next bar brings the run."""

    id: str
    schedule: str
    next_run_at: str | None
    clock: str
    moved: str | None
    last_run: JobRun | None
    missed: bool
    missed_count: int


@dataclass(frozen=True, slots=True)
class ProviderReport:
    """One source of prices and its circuit."""

    success: int
    failures: int
    failure_streak: int
    circuit: CircuitState
    last_success: str | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class ExecutionReport:
    """The newest run that had something to do. `gross_exposure` is exact text by currency, null while not known."""

    status: str
    orders_planned: int
    orders_submitted: int
    orders_skipped: int
    orders_failed: int
    gross_exposure: Mapping[str, str] | None
    positions_synced: bool
    run_id: str | None


@dataclass(frozen=True, slots=True)
class SchedulerReport:
    """The body of the door."""

    status: str
    timestamp: str
    missing_symbols: tuple[str, ...]
    reasons: tuple[str, ...]
    enabled: bool
    running: bool
    config: ScheduleConfig
    jobs: tuple[JobReport, ...]
    providers: Mapping[str, ProviderReport]
    execution: ExecutionReport


def scheduler_report(
    *,
    now_ns: int,
    enabled: bool,
    running: bool,
    config: ScheduleConfig,
    jobs: Sequence[Job],
    missing: Sequence[str],
    circuits: Mapping[str, Circuit],
    last: RunRecord | None,
    path: OrderPathState,
) -> SchedulerReport:
    """Everything in one answer; `reasons` name each thing that makes it degraded."""
    reasons = [f"{job.id}: missed the run of {rfc3339(job.missed_ns)}" for job in jobs if job.missed_ns is not None]
    reasons += [f"no fresh price of {symbol}" for symbol in missing]
    reasons += [
        f"{name}: circuit {one.state}" for name, one in circuits.items() if one.state is not CircuitState.CLOSED
    ]
    if enabled and not running:
        reasons.append("the scheduler does not run")
    if not path.positions_synced:
        reasons.append("positions are not yet compared with the venues, or do not fit")
    if last is not None and last.status in {RunStatus.REFUSED, RunStatus.UNANSWERED}:
        reasons.append(f"{last.run_id}: {last.status}: {last.reason}")
    return SchedulerReport(
        status="degraded" if reasons else "healthy",
        timestamp=rfc3339(now_ns),
        missing_symbols=tuple(missing),
        reasons=tuple(reasons),
        enabled=enabled,
        running=running,
        config=config,
        jobs=tuple(_job(job) for job in jobs),
        providers={name: _provider(circuit) for name, circuit in circuits.items()},
        execution=_execution(last, path),
    )


def _job(job: Job) -> JobReport:
    run = job.last
    return JobReport(
        id=job.id,
        schedule=str(job.schedule),
        next_run_at=None if job.next_ns is None else rfc3339(job.next_ns),
        clock="market" if job.by_market else "platform",
        moved=job.moved,
        last_run=None
        if run is None
        else JobRun(
            run.status,
            rfc3339(run.started_ns),
            rfc3339(run.completed_ns),
            round((run.completed_ns - run.started_ns) / SECOND_NS, 6),
            run.errors,
        ),
        missed=job.missed_ns is not None,
        missed_count=job.missed_count,
    )


def _provider(circuit: Circuit) -> ProviderReport:
    return ProviderReport(
        circuit.successes,
        circuit.failures,
        circuit.failure_streak,
        circuit.state,
        None if circuit.succeeded_ns is None else rfc3339(circuit.succeeded_ns),
        circuit.error,
    )


def _execution(last: RunRecord | None, path: OrderPathState) -> ExecutionReport:
    return ExecutionReport(
        status="no run yet" if last is None else str(last.status),
        orders_planned=0 if last is None else last.planned,
        orders_submitted=0 if last is None else last.submitted,
        orders_skipped=0 if last is None else last.skipped,
        orders_failed=0 if last is None else last.failed,
        gross_exposure=path.gross_exposure,
        positions_synced=path.positions_synced,
        run_id=None if last is None else last.run_id,
    )
