"""The board of releases over the evidence folder: read by the doors, written by commands and the recorder.

Chains are followed, so a question reads only what is new. Asked from several threads at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.evidence import chain_of
from seatrial.bootstrap.releases.journey import explained
from seatrial.bootstrap.releases.listing import ReleaseRow, row_of, standing_of
from seatrial.bootstrap.releases.policies import policy_of
from seatrial.bootstrap.releases.running import RunningRelease
from seatrial.bootstrap.releases.store import ReleaseStore
from seatrial.bootstrap.releases.telling import evidence_row, gate_answer, history_row, step_answer
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import RequestFault
from seatrial.domain.time import rfc3339
from seatrial.release.case import Case, approvers, standing
from seatrial.release.drive import Follower
from seatrial.release.record import STAGES, Record
from seatrial.release.states import blocking, required
from seatrial.services.api.release_answers import (
    ApprovalAnswer,
    EvidenceAnswer,
    HistoryAnswer,
    ReleaseAnswer,
    ReleaseRowAnswer,
    ReleasesAnswer,
    RunningAnswer,
)

RECORDS_KEPT_MAX = 50_000  # of each stage: some four years of soaking
TOLD = frozenset({"measurement", "transition", "promotion", "approval", "release.sealed"})


class EvidenceBoard:
    """See `ReleaseBoard`."""

    def __init__(self, settings: Settings, running: RunningRelease) -> None:
        self._settings = settings
        self._running = running
        self._store = ReleaseStore(settings.evidence)
        self._followers = {stage: Follower(chain_of(settings, stage)) for stage in STAGES}
        self._records: dict[str, list[Record]] = {stage: [] for stage in STAGES}
        self._lock = Lock()

    def releases(self) -> ReleasesAnswer:
        """See `ReleaseBoard.releases`."""
        with self._lock:
            books = self._books()
            release, note = self._running.state()
            rows = [self._row(row, release) for row in self._rows(books)]
        return ReleasesAnswer(RunningAnswer(release, note), sorted({row.policy for row in rows}), rows)

    def release(self, release_id: str) -> ReleaseAnswer | None:
        """See `ReleaseBoard.release`."""
        try:
            found = self._store.find(release_id)
        except RequestFault:
            return None
        with self._lock:
            books = self._books()
            running, _ = self._running.state()
            row = next((self._row(each, running) for each in self._rows(books) if each.release == found), None)
            return None if row is None else self._whole(row, books)

    def evidence(self, stage: str, limit: int) -> EvidenceAnswer:
        """See `ReleaseBoard.evidence`."""
        with self._lock:
            self._books()
            records = self._records[stage]
            signed = max(self._followers[stage].book.checkpoints, default=0)
            return EvidenceAnswer(
                stage, len(records), signed, [evidence_row(each) for each in records[: -limit - 1 : -1]]
            )

    def history(self, limit: int) -> HistoryAnswer:
        """See `ReleaseBoard.history`."""
        with self._lock:
            self._books()
            told = [each for records in self._records.values() for each in records if each.type in TOLD]
        told.sort(key=lambda record: -record.ts_ns)
        return HistoryAnswer([history_row(each) for each in told[:limit]])

    def _books(self) -> dict[str, dict[str, Case]]:
        """Every chain, followed to its end."""
        for stage, follower in self._followers.items():
            before = follower.book.seq
            follower.catch_up()
            if follower.book.seq > before:
                self._records[stage] += follower.chain.read(before)
                del self._records[stage][:-RECORDS_KEPT_MAX]
        return {stage: follower.book.cases for stage, follower in self._followers.items()}

    def _rows(self, books: dict[str, dict[str, Case]]) -> Iterable[ReleaseRow]:
        sealed = [record for record in self._records["dev"] if record.type == "release.sealed"]
        return [row_of(record, books, self._store) for record in reversed(sealed)]

    def _row(self, row: ReleaseRow, running: str | None) -> ReleaseRowAnswer:
        return ReleaseRowAnswer(**row.body(), running=row.release == running)

    def _whole(self, row: ReleaseRowAnswer, books: dict[str, dict[str, Case]]) -> ReleaseAnswer:
        _, case = standing_of(books, row.digest)
        policy, _ = policy_of(self._settings, case.policy)
        now_ns = WallClock().now_ns()
        held = {each.gate for each in blocking(case, now_ns, policy)}
        gates = [explained(standing(case, gate, now_ns, policy)) for gate in required(case, policy)]
        steps = [
            step_answer(record)
            for each in STAGES
            for record in self._records[each]
            if record.type == "transition" and record.draft.release == row.digest
        ]
        signed = [
            ApprovalAnswer(
                each.owner, list(each.roles), rfc3339(each.at_ns), rfc3339(each.expires_ns) if each.expires_ns else None
            )
            for each in approvers(case, now_ns, policy)
        ]
        return ReleaseAnswer(
            release=row,
            gates=[gate_answer(each, now_ns, blocks=each.gate in held) for each in gates],
            approvals=signed,
            approvals_needed=policy.approvals.need,
            steps=steps,
            capital_max=policy.capital_max,
            manifest=dict(self._store.get(row.release).body()),
        )
