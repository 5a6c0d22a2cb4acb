"""What the scheduler watches over: one job per strategy and one that refreshes, each with its next time and its last.

Pure but for what it remembers: every time is an argument. Intervals count our own clock, times of the day the
market's; a job that bars drive has no next time and cannot be missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from seatrial.domain.bars import Session
from seatrial.domain.ids import AccountId, StrategyId
from seatrial.domain.time import SECOND_NS
from seatrial.services.run_records import RunRecord, RunStatus
from seatrial.services.schedule_gate import LATE_NS_MAX
from seatrial.services.schedules import Daily, Every, OnBarClose, Schedule, last_run, next_run

INTERVALS_BEFORE_MISSED = 2


@dataclass(frozen=True, slots=True)
class LastRun:
    """How a job's newest run went. Times are our own clock's."""

    status: RunStatus
    started_ns: int
    completed_ns: int
    errors: tuple[str, ...] = ()


@dataclass(slots=True)
class Job:
    """One job. `desk` is whose decisions it carries; None for the refresh.

    `since_ns` is when it began to be watched, on the clock of its schedule, None while nobody knows what that clock
    says; `carried_ns` the newest run's time on it.
    """

    id: str
    schedule: Schedule
    since_ns: int | None = None
    desk: tuple[StrategyId, AccountId] | None = None
    next_ns: int | None = None
    carried_ns: int | None = None
    last: LastRun | None = None
    moved: str | None = None  # why the next run is not at the time that was asked for
    missed_ns: int | None = None  # the run that did not happen, until one does
    missed_count: int = field(default=0)

    @property
    def by_market(self) -> bool:
        """Whether its times are the market's."""
        return isinstance(self.schedule, Daily)

    def plan(self, now_ns: int, sessions: Sequence[Session]) -> None:
        """Know the next run. An interval that was overrun goes on from now, it does not catch up."""
        match self.schedule:
            case OnBarClose():
                self.next_ns = None
            case Every(seconds):
                step_ns = seconds * SECOND_NS
                if self.next_ns is None:
                    self.next_ns = (now_ns if self.since_ns is None else self.since_ns) + step_ns
                elif self.next_ns + step_ns <= now_ns:
                    self.next_ns = now_ns
            case Daily():
                planned = next_run(self.schedule, now_ns, sessions)
                self.next_ns = None if planned is None else planned.at_ns
                self.moved = None if planned is None else planned.moved

    def due(self, now_ns: int) -> bool:
        """Whether an interval's run is to happen now; other jobs are carried by bars."""
        return isinstance(self.schedule, Every) and self.next_ns is not None and self.next_ns <= now_ns

    def advance(self) -> None:
        """The due run begins: the next one is an interval after it was planned, not after it ended."""
        assert isinstance(self.schedule, Every) and self.next_ns is not None
        self.next_ns += self.schedule.seconds * SECOND_NS

    def carried(self, at_ns: int, run: LastRun) -> None:
        """A run has happened; `at_ns` on the schedule's clock."""
        self.last, self.carried_ns, self.missed_ns = run, at_ns, None

    def look(self, now_ns: int, sessions: Sequence[Session]) -> int | None:
        """The time of a run that has just turned out to be missed; None where none has.

        An interval is missed without a completion in twice its length, a time of the day when no bars carried it
        within `LATE_NS_MAX`.
        """
        expected_ns = self._expected_ns(now_ns, sessions)
        if expected_ns is None or (self.missed_ns is not None and expected_ns <= self.missed_ns):
            return None
        self.missed_ns = expected_ns
        self.missed_count += 1
        return expected_ns

    def _expected_ns(self, now_ns: int, sessions: Sequence[Session]) -> int | None:
        """The newest run that should be over by now and is not."""
        if self.since_ns is None:
            return None
        done_ns = max(self.since_ns, self.carried_ns or 0)
        match self.schedule:
            case OnBarClose():
                return None
            case Every(seconds):
                late = self.missed_ns is None and now_ns - done_ns > INTERVALS_BEFORE_MISSED * seconds * SECOND_NS
                return done_ns + seconds * SECOND_NS if late else None
            case Daily():
                planned = last_run(self.schedule, now_ns - LATE_NS_MAX - 1, sessions)
                return planned.at_ns if planned is not None and planned.at_ns > done_ns else None


def last_of(run: RunRecord, started_ns: int, completed_ns: int) -> LastRun:
    """A run as its job remembers it."""
    failed = run.status in {RunStatus.REFUSED, RunStatus.UNANSWERED}
    return LastRun(run.status, started_ns, completed_ns, (run.reason,) if failed and run.reason else ())
