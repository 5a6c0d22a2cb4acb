"""The clock of the orchestrator: brings intervals about, notices what was missed, and says that it lives.

Bars carry everything else: a decision on bar close, and the run of a time of the day with the first bars at or after
it. The loop sleeps until the next thing that it has to do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from seatrial.domain.bars import Session
from seatrial.domain.ids import AccountId, StrategyId
from seatrial.domain.time import SECOND_NS, Clock, rfc3339
from seatrial.services.bus import Bus
from seatrial.services.execution.market_time import MarketTime
from seatrial.services.run_records import RunStatus
from seatrial.services.schedule_gate import SessionsNear
from seatrial.services.scheduler_jobs import Job, LastRun
from seatrial.services.schedules import Every, OnBarClose, Schedule
from seatrial.services.topics import Notice

_log = structlog.get_logger("seatrial.services.orchestrator")

REFRESH = "refresh"
LOOK_SECONDS = 5.0  # how soon a missed run is noticed

Refresh = Callable[[], Awaitable[None]]
Carry = Callable[[tuple[StrategyId, AccountId]], Awaitable[None]]


class Scheduled(Protocol):
    """A strategy at its desk, as the scheduler sees it."""

    strategy_id: StrategyId
    account: AccountId

    @property
    def schedule(self) -> Schedule:
        """When it acts, by the version that trades now."""
        ...


@dataclass(frozen=True, slots=True)
class SchedulerRules:
    """`refresh_seconds` between two looks at prices, `heartbeat_seconds` between two records; our own clock's.

    In `virtual` time the loop does not run: gates keep intervals, and nobody waits for a heartbeat.
    """

    refresh_seconds: int = 120
    heartbeat_seconds: int = 300
    virtual: bool = False


class Scheduler:
    """The jobs and their loop. `carry` runs what an interval's strategy wants by now; `refresh` looks at prices."""

    def __init__(
        self,
        desks: Sequence[Scheduled],
        *,
        clock: Clock,
        market: MarketTime,
        calendars: Mapping[AccountId, str],
        bus: Bus,
        rules: SchedulerRules,
        carry: Carry,
        refresh: Refresh | None = None,
    ) -> None:
        self.rules = rules
        self.jobs: dict[str, Job] = {}
        self._desks = tuple(desks)
        self._clock = clock
        self._market = market
        self._sessions = {account: SessionsNear(calendar) for account, calendar in calendars.items()}
        self._bus = bus
        self._carry = carry
        self._refresh = refresh
        self._beat_ns = clock.now_ns() + rules.heartbeat_seconds * SECOND_NS

    def holds(self, desk: tuple[StrategyId, AccountId]) -> bool:
        """Whether the decisions of a strategy wait for an interval's run."""
        return not self.rules.virtual and isinstance(self.job(desk).schedule, Every)

    def job(self, desk: tuple[StrategyId, AccountId]) -> Job:
        """The job of a strategy, with the schedule that it has now."""
        strategy, account = desk
        found = [each for each in self._desks if (each.strategy_id, each.account) == desk]
        schedule = found[0].schedule if found else None
        name = f"execution {strategy}@{account}"
        known = self.jobs.get(name)
        if known is None or (schedule is not None and known.schedule != schedule):
            known = self.jobs[name] = Job(name, schedule or OnBarClose(), desk=desk)
        return known

    def now_ns(self, job: Job) -> int:
        """The time on the clock of a job's schedule."""
        return self._market.now_ns(job.desk[1]) if job.by_market and job.desk is not None else self._clock.now_ns()

    def look_at_jobs(self) -> list[Job]:
        """Every job, planned up to now."""
        if self._refresh is not None and REFRESH not in self.jobs:
            self.jobs[REFRESH] = Job(REFRESH, Every(self.rules.refresh_seconds))
        for desk in self._desks:
            self.job((desk.strategy_id, desk.account))
        for job in self.jobs.values():
            if self._knows_time(job):
                if job.since_ns is None:
                    job.since_ns = self.now_ns(job)
                job.plan(self.now_ns(job), self._days(job))
        return list(self.jobs.values())

    async def run(self) -> None:
        """For ever."""
        while True:
            for job in self.look_at_jobs():
                if job.due(self.now_ns(job)):
                    job.advance()
                    await self._bring_about(job)
            for job in self.look_at_jobs():
                await self._look(job)
            self._beat()
            await asyncio.sleep(self._seconds_left())

    async def _bring_about(self, job: Job) -> None:
        if job.desk is not None:
            await self._carry(job.desk)
            return
        assert self._refresh is not None
        started_ns = self._clock.now_ns()
        await self._refresh()
        ended_ns = self._clock.now_ns()
        job.carried(ended_ns, LastRun(RunStatus.COMPLETED, started_ns, ended_ns))

    async def _look(self, job: Job) -> None:
        if not self._knows_time(job):
            return
        missed_ns = job.look(self.now_ns(job), self._days(job))
        if missed_ns is not None:
            detail = f"{job.id}: the run of {rfc3339(missed_ns)} ({job.schedule}) has not happened"
            _log.warning("run missed", job=job.id, planned_at=rfc3339(missed_ns))
            await self._bus.publish(Notice("run_missed", detail, self.now_ns(job)))

    def _beat(self) -> None:
        now_ns = self._clock.now_ns()
        if now_ns >= self._beat_ns:
            self._beat_ns = now_ns + self.rules.heartbeat_seconds * SECOND_NS
            missed = [job.id for job in self.jobs.values() if job.missed_ns is not None]
            _log.info("heartbeat", interval_seconds=self.rules.heartbeat_seconds, jobs=len(self.jobs), missed=missed)

    def _seconds_left(self) -> float:
        planned = [job.next_ns for job in self.jobs.values() if isinstance(job.schedule, Every) and job.next_ns]
        left_ns = min([*planned, self._beat_ns]) - self._clock.now_ns()
        return min(LOOK_SECONDS, max(left_ns, 0) / SECOND_NS)

    def _knows_time(self, job: Job) -> bool:
        """A time of the day means nothing before the market has said what time it is."""
        return not job.by_market or (job.desk is not None and self._market.known(job.desk[1]))

    def _days(self, job: Job) -> list[Session]:
        if not job.by_market or job.desk is None:
            return []
        return self._sessions[job.desk[1]].at(self.now_ns(job))
