"""How many errors a stretch of the logs holds, and whether the logs reach back that far: silence is not evidence."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.bootstrap import run_files
from seatrial.bootstrap.log_reader import EVERYTHING, Wanted, stored_records
from seatrial.bootstrap.logs_folder import log_files
from seatrial.bootstrap.settings import Settings


@dataclass(frozen=True, slots=True)
class ErrorCount:
    """ERROR and CRITICAL records from `since` on. `oldest` is the first record there is, None where there is none:
    where it is later than `since`, the logs do not cover what was asked."""

    since: str
    errors: int
    criticals: int
    oldest: str | None

    @property
    def covered(self) -> bool:
        """The logs reach back to `since`."""
        return self.oldest is not None and self.oldest <= self.since


def count_errors(settings: Settings, since: str) -> ErrorCount:
    """Count over all roles; `since` is an RFC 3339 UTC time such as `2026-11-21T12:00:00Z`."""
    counts = {"error": 0, "critical": 0}
    oldest: str | None = None
    for role in run_files.ROLES:
        for path in log_files(settings, role):
            first = next(stored_records(path, EVERYTHING), None)
            begun = str(first.get("timestamp", "")) if first else ""
            oldest = min(filter(None, (oldest, begun)), default=None)
            for record in stored_records(path, Wanted(level="error", since=since)):
                counts[str(record["level"])] += 1
    return ErrorCount(since, counts["error"], counts["critical"], oldest)
