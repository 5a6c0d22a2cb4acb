"""`seatrial data check`: every dataset of the catalog, or those whose names begin as asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from seatrial.bootstrap.catalog.importing import archive_of
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import NoData
from seatrial.market.checking import Finding, check_dataset


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at, and what is to be said of it."""

    datasets: int
    rows: int
    findings: list[Finding]

    @property
    def ok(self) -> bool:
        """Nothing is wrong; notes do not count."""
        return not any(finding.wrong for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        findings = [asdict(finding) for finding in self.findings]
        return {"ok": self.ok, "datasets": self.datasets, "rows": self.rows, "findings": findings}


def check_catalog(
    settings: Settings,
    names: Sequence[str],
    ignored: Sequence[str] = (),
    on_progress: Callable[[int, int], None] = lambda done, of: None,
) -> Checked:
    """Check datasets whose names begin with one of `names`; all of them without any. `ignored` rules make notes.

    Raises:
        NoData: there is no catalog, or nothing of that name in it.
    """
    archive = archive_of(settings)
    held = [name for name in archive.datasets() if not names or str(name).startswith(tuple(names))]
    if not held:
        raise NoData(f"{archive.folder} holds nothing that begins with {' or '.join(names) or 'any name'}")
    findings: list[Finding] = []
    for done, name in enumerate(held):
        for finding in check_dataset(archive, name):
            findings.append(replace(finding, wrong=finding.wrong and finding.rule not in ignored))
        on_progress(done + 1, len(held))
    return Checked(len(held), sum(archive.manifest(name).rows for name in held), findings)
