"""What this machine and process use, against the thresholds of the runbooks. Unknown is None, never 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

CPU_PERCENT_MAX = 70.0
MEMORY_PERCENT_MAX = 80.0
DISK_PERCENT_MAX = 85.0
DISK_FREE_GB_MIN = 10.0
ERRORS_PER_HOUR_MAX = 10
FAILED_SHARE_MAX = 0.01

GB = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at the machine. `disk` is the one the state folder is on; `errors_last_hour` are log records."""

    cpu_percent: float
    memory_percent: float
    disk_percent: float
    disk_free_bytes: int
    process_bytes: int
    errors_last_hour: int


class Probe(Protocol):
    """Whoever can look. It blocks, so it looks on a thread of its own."""

    async def read(self) -> Reading:
        """A look of this moment, or of less than a second ago."""
        ...


@dataclass(frozen=True, slots=True)
class Threshold:
    """One figure against its bound. `ok` is None where nothing is known."""

    name: str
    value: float | None
    bound: float
    at_least: bool = False  # the bound is a minimum

    @property
    def ok(self) -> bool | None:
        """Within the bound."""
        if self.value is None:
            return None
        return self.value >= self.bound if self.at_least else self.value < self.bound


def thresholds(reading: Reading | None, failed_share: float | None) -> list[Threshold]:
    """Every threshold of the runbooks; `failed_share` is that of answers with 5xx."""
    free_gb = None if reading is None else round(reading.disk_free_bytes / GB, 2)
    return [
        Threshold("cpu_percent", None if reading is None else reading.cpu_percent, CPU_PERCENT_MAX),
        Threshold("memory_percent", None if reading is None else reading.memory_percent, MEMORY_PERCENT_MAX),
        Threshold("disk_percent", None if reading is None else reading.disk_percent, DISK_PERCENT_MAX),
        Threshold("disk_free_gb", free_gb, DISK_FREE_GB_MIN, at_least=True),
        Threshold("errors_last_hour", None if reading is None else reading.errors_last_hour, ERRORS_PER_HOUR_MAX),
        Threshold("failed_share", failed_share, FAILED_SHARE_MAX),
    ]
