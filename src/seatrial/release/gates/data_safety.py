"""The databases were backed up, and the backup was restored somewhere else and counted."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.release.gates.asked import Asked
from seatrial.release.verdict import GateResult


@dataclass(frozen=True, slots=True)
class BackupSeen:
    """One backup and its rehearsed restore, in rows."""

    rows_kept: int
    rows_restored: int
    schema_version: int
    fault: str = ""


def evaluate(seen: BackupSeen | None, asked: Asked) -> GateResult:
    """FAIL where a restored row is missing."""
    if seen is None:
        return asked.lacks("no backup was rehearsed with this release")
    if seen.fault:
        return asked.breaks(f"the backup could not be rehearsed: {seen.fault}")
    if seen.rows_restored != seen.rows_kept:
        return asked.fails(f"{seen.rows_restored:,} of {seen.rows_kept:,} rows came back")
    return asked.passes(f"{seen.rows_restored:,} rows restored from a backup, schema version {seen.schema_version}")
