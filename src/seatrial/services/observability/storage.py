"""How the databases are. Reading them blocks, so whoever is wired here does it on threads of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StorageFigures:
    """Rows and bytes as last read; None where they cannot be read, and `trouble` says why."""

    trade_events_rows: int | None = None
    system_metrics_rows: int | None = None
    events_bytes: int | None = None
    metrics_bytes: int | None = None
    trouble: str | None = None

    @property
    def size_bytes(self) -> int | None:
        """Everything that could be measured; None where nothing could."""
        known = [each for each in (self.events_bytes, self.metrics_bytes) if each is not None]
        return sum(known) if known else None


class Storage(Protocol):
    """The journal's database and the metrics history."""

    async def schema_version(self) -> int:
        """The newest migration the journal's database has seen.

        Raises:
            JournalFault: it cannot be read.
        """
        ...

    async def figures(self) -> StorageFigures:
        """Rows and sizes; never raises."""
        ...
