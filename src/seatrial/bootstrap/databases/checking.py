"""`seatrial db verify`: can it be reached, is it whole, and do its tables say what the journal says?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from seatrial.bootstrap.databases.places import LedgerPlace
from seatrial.domain.faults import JournalFault
from seatrial.journal.verifying import Finding, OnEntry, verify


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found. `rows` is empty where no table could be read."""

    name: str
    findings: list[Finding]
    rows: dict[str, int]

    @property
    def ok(self) -> bool:
        """No check failed; one that could not be made does not count as failed and is told."""
        return all(finding.ok is not False for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        findings = [{"check": each.check, "ok": each.ok, "told": each.told} for each in self.findings]
        return {"database": self.name, "ok": self.ok, "findings": findings, "rows": self.rows}


def check_ledger(place: LedgerPlace, on_entry: OnEntry | None = None) -> Checked:
    """Everything `journal.verifying` can say of a ledger; reads only, also while the platform writes."""
    try:
        database = place.connect(read_only=True)
    except JournalFault as fault:
        return Checked(place.name, [Finding("connect", False, str(fault))], {})
    try:
        segments = place.segments if place.segments.is_dir() else None
        findings, rows = verify(database, segments, on_entry)
    except JournalFault as fault:
        return Checked(place.name, [Finding("connect", False, str(fault))], {})
    finally:
        database.close()
    return Checked(place.name, [Finding("connect", True, place.name), *findings], rows)


def check_connection(place: LedgerPlace) -> Checked:
    """Only: does it answer, and which schema has it? For a look before anything is changed."""
    from seatrial.journal.schema import EXPECTED_VERSION, version_of

    if not place.exists:
        return Checked(
            place.name, [Finding("connect", True, f"{place.name} is not there yet: an upgrade makes it")], {}
        )
    try:
        database = place.connect(read_only=True)
        try:
            version = version_of(database)
        finally:
            database.close()
    except JournalFault as fault:
        return Checked(place.name, [Finding("connect", False, str(fault))], {})
    told = f"{place.name} answers; schema version {version} of {EXPECTED_VERSION}"
    return Checked(place.name, [Finding("connect", True, told)], {})
