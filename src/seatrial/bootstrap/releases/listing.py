"""Every sealed release and where it stands, read from the chains of all stages."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.bootstrap.evidence import chain_of
from seatrial.bootstrap.releases.sealing import sealed_records
from seatrial.bootstrap.releases.store import ReleaseStore
from seatrial.bootstrap.settings import Settings
from seatrial.domain.time import rfc3339
from seatrial.release.case import Case
from seatrial.release.drive import Follower
from seatrial.release.manifest import short_id
from seatrial.release.record import STAGES, Record


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """One release. `stage` is the highest whose chain knows it, `sealed_at` wall time."""

    release: str
    digest: str
    stage: str
    phase: str
    change_class: str
    why: str
    policy: str
    author: str
    sealed_at: str

    def body(self) -> dict[str, str]:
        """For programs."""
        return {name: str(getattr(self, name)) for name in self.__slots__}


def releases(settings: Settings) -> list[ReleaseRow]:
    """Newest first.

    Raises:
        EvidenceFault: a chain was altered.
    """
    books = {stage: Follower(chain_of(settings, stage)).catch_up().cases for stage in STAGES}
    store = ReleaseStore(settings.evidence)
    return [row_of(record, books, store) for record in sealed_records(settings)][::-1]


def row_of(record: Record, books: dict[str, dict[str, Case]], store: ReleaseStore) -> ReleaseRow:
    """The row of one sealing."""
    digest = str(record.draft.release)
    stage, case = standing_of(books, digest)
    manifest = store.get(short_id(digest))
    return ReleaseRow(
        release=manifest.id,
        digest=digest,
        stage=stage,
        phase=str(case.phase),
        change_class=case.change_class,
        why=str(record.body.get("why", "")),
        policy=str(manifest.sections["policy"]["name"]),
        author=case.author,
        sealed_at=rfc3339(record.ts_ns),
    )


def standing_of(books: dict[str, dict[str, Case]], digest: str) -> tuple[str, Case]:
    """The highest stage whose chain knows a release, and its case there."""
    return next((stage, books[stage][digest]) for stage in reversed(STAGES) if digest in books[stage])
