"""What became of each decision: one record per strategy and decision time, with a reason for every skip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

RUNS_KEPT_MAX = 1_000


class RunStatus(StrEnum):
    """How a run ended."""

    COMPLETED = "completed"  # the door answered; what risk said is in its answer
    SKIPPED = "skipped"  # nothing to do, and the reason says why
    REFUSED = "refused"  # the door understood and said no
    UNANSWERED = "unanswered"  # asked again until it made no more sense


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run. `answer` is the door's own, with the intents, approvals and refusals it led to."""

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
    answer: object = None


class RunLog:
    """The newest runs."""

    def __init__(self) -> None:
        self._runs: dict[str, RunRecord] = {}

    def keep(self, run: RunRecord) -> None:
        """Remember a run; the oldest is forgotten."""
        self._runs[run.run_id] = run
        if len(self._runs) > RUNS_KEPT_MAX:
            del self._runs[next(iter(self._runs))]

    def __len__(self) -> int:
        return len(self._runs)

    def find(self, run_id: str) -> RunRecord | None:
        """One run."""
        return self._runs.get(run_id)

    def newest_first(self, *, limit: int, offset: int = 0) -> Sequence[RunRecord]:
        """A page."""
        return list(reversed(self._runs.values()))[offset : offset + limit]
