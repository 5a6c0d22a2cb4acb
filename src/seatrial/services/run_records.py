"""What became of each decision: one record per strategy and decision time, with a reason for every skip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

RUNS_KEPT_MAX = 1_000


class RunStatus(StrEnum):
    """How a run ended."""

    COMPLETED = "completed"  # the door answered; what risk said is in its answer
    SKIPPED = "skipped"  # nothing to do, and the reason says why
    REFUSED = "refused"  # the door understood and said no
    UNANSWERED = "unanswered"  # asked again until it made no more sense


class Trigger(StrEnum):
    """What made a run happen."""

    BAR = "bar"  # a decision went out as it was made
    SCHEDULE = "schedule"  # the strategy's time of the day, or its interval
    MANUAL = "manual"  # somebody asked for it


@dataclass(frozen=True, slots=True)
class RunLine:
    """One symbol of a run: what was said of it, what was wanted, and what came of it.

    `signal` and `target` are null where there was none. `orders` are those that risk approved, as they were then;
    `refused` is risk's no with both numbers. `skipped` says why there is neither.
    """

    symbol: str
    signal: dict[str, Any] | None
    target: dict[str, str] | None
    orders: list[dict[str, Any]]
    refused: list[dict[str, Any]]
    skipped: str | None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run. `decided_at` is market time, the other times are our own clock's.

    `answer` is the door's own, with the intents, approvals and refusals it led to; `lines` are the same by symbol.
    Several runs that were asked for at once share a `group`.
    """

    run_id: str
    strategy: str
    account: str
    decided_at: str
    started_at: str
    completed_at: str
    status: RunStatus
    reason: str | None
    attempts: int
    targets: int
    orders: int
    cancels: int
    answer: Any = None
    trigger: Trigger = Trigger.BAR
    group: str | None = None
    lines: tuple[RunLine, ...] = ()

    @property
    def planned(self) -> int:
        """Intents of this run: approved and refused ones."""
        return self.submitted + self.failed

    @property
    def submitted(self) -> int:
        """Orders that risk approved."""
        return sum(len(line.orders) for line in self.lines)

    @property
    def failed(self) -> int:
        """Intents that risk turned away."""
        return sum(len(line.refused) for line in self.lines)

    @property
    def skipped(self) -> int:
        """Symbols without an order, each with its reason."""
        return sum(line.skipped is not None for line in self.lines)


class RunStore(Protocol):
    """Where runs outlive the process. Each call may be slow and is never made while a decision waits.

    Every method raises `JournalFault` where the store cannot do it.
    """

    async def newest(self, limit: int) -> Sequence[RunRecord]:
        """The newest stored runs, oldest first."""
        ...

    async def keep(self, runs: Sequence[RunRecord]) -> None:
        """Store runs; one that is stored already is replaced."""
        ...

    async def ping(self) -> None:
        """Ask the database anything."""
        ...


class RunLog:
    """The newest runs."""

    def __init__(self) -> None:
        self._runs: dict[str, RunRecord] = {}
        self._unsaved: dict[str, RunRecord] = {}

    def keep(self, run: RunRecord) -> None:
        """Remember a run; the oldest is forgotten."""
        self._runs.pop(run.run_id, None)
        self._runs[run.run_id] = self._unsaved[run.run_id] = run
        for runs in (self._runs, self._unsaved):
            while len(runs) > RUNS_KEPT_MAX:
                del runs[next(iter(runs))]

    def restore(self, runs: Sequence[RunRecord]) -> None:
        """Runs of an earlier process come before everything of this one; `runs` are oldest first."""
        known = {run.run_id: run for run in runs if run.run_id not in self._runs}
        self._runs = {**known, **self._runs}
        while len(self._runs) > RUNS_KEPT_MAX:
            del self._runs[next(iter(self._runs))]

    def unsaved(self) -> list[RunRecord]:
        """What no store has yet."""
        return list(self._unsaved.values())

    def saved(self, runs: Sequence[RunRecord]) -> None:
        """A store has these now."""
        for run in runs:
            if self._unsaved.get(run.run_id) is run:
                del self._unsaved[run.run_id]

    def __len__(self) -> int:
        return len(self._runs)

    def find(self, run_id: str) -> RunRecord | None:
        """One run."""
        return self._runs.get(run_id)

    def group(self, name: str) -> list[RunRecord]:
        """The runs that were asked for at once, in their order."""
        return [run for run in self._runs.values() if run.group == name]

    def newest_first(self, *, limit: int, offset: int = 0) -> Sequence[RunRecord]:
        """A page."""
        return list(reversed(self._runs.values()))[offset : offset + limit]

    def latest(self, strategy: str, account: str) -> RunRecord | None:
        """The newest run of one strategy that had something to do."""
        for run in reversed(self._runs.values()):
            if (run.strategy, run.account) == (strategy, account) and run.status is not RunStatus.SKIPPED:
                return run
        return None
