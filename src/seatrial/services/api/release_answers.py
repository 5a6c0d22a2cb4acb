"""What 8000 answers about releases and their evidence. All times are wall time.

A gate's `as_of` is the moment its verdict speaks of; `age_s` is how long ago that was.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from seatrial.services.api.numbers import When

Word = Literal["PASS", "WAIVED", "PENDING", "INCONCLUSIVE", "STALE", "NODATA", "ERROR", "FAIL"]


class RunningAnswer(msgspec.Struct):
    """What runs here: a sealed release, or null and in which files it differs from the newest."""

    release: str | None
    note: str


class ReleaseRowAnswer(msgspec.Struct):
    """One release. `stage` is the highest it has come to, `why` what made it the change it is."""

    release: str
    digest: str
    stage: str
    phase: str
    change_class: str
    why: str
    policy: str
    author: str
    sealed_at: When
    running: bool


class ReleasesAnswer(msgspec.Struct):
    """Every sealed release, newest first. `policies` are the names in force, as `solo` is shown on every page."""

    running: RunningAnswer
    policies: list[str]
    releases: list[ReleaseRowAnswer]


class GateAnswer(msgspec.Struct):
    """One gate of the release's next step; `blocks` says whether it holds it, `supply` what would change that."""

    gate: str
    asks: str
    verdict: Word
    reason: str
    as_of: When
    age_s: int
    clock: str
    venue: str
    supply: str
    blocks: bool


class ApprovalAnswer(msgspec.Struct):
    """One signature that counts now."""

    owner: str
    roles: list[str]
    at: When
    expires_at: When | None


class ReleaseStepAnswer(msgspec.Struct):
    """One transition, as it stands in the chain of `stage`."""

    stage: str
    seq: int
    at: When
    start: str
    end: str
    reason: str


class ReleaseAnswer(msgspec.Struct):
    """One release whole. `approvals_needed` and `capital_max` (a fraction of the account) are the policy's."""

    release: ReleaseRowAnswer
    gates: list[GateAnswer]
    approvals: list[ApprovalAnswer]
    approvals_needed: int
    steps: list[ReleaseStepAnswer]
    capital_max: str
    manifest: dict[str, Any]


class EvidenceRow(msgspec.Struct):
    """One record of a chain, in short."""

    stage: str
    seq: int
    at: When
    type: str
    release: str | None
    actor: str
    gist: str
    hash: str


class EvidenceAnswer(msgspec.Struct):
    """The newest records of one stage, newest first. `signed` of the `size` records are under a checkpoint."""

    stage: str
    size: int
    signed: int
    records: list[EvidenceRow]


class HistoryRow(msgspec.Struct):
    """Something that was measured or decided: a rehearsal, a smoke check, a soak window, a step."""

    at: When
    stage: str
    kind: str
    release: str | None
    outcome: str
    clock: str


class HistoryAnswer(msgspec.Struct):
    """Newest first."""

    history: list[HistoryRow]
