"""What people sign: approvals of a release, bound to the policy and to the evidence they had before them."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.bootstrap.evidence import chain_of, venue_kind
from seatrial.bootstrap.releases.keys import persons_key
from seatrial.bootstrap.releases.policies import policy_of
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import RequestFault
from seatrial.release.case import Case
from seatrial.release.drive import Follower
from seatrial.release.manifest import Manifest
from seatrial.release.phases import APPROVING, TRADING
from seatrial.release.record import Actor, Draft
from seatrial.release.signing import signed
from seatrial.release.verdict import ClockKind, JsonObject


@dataclass(frozen=True, slots=True)
class Approval:
    """A signature that was written: whose, with which key, over how many records."""

    owner: str
    key: str
    size: int


def approve(settings: Settings, manifest: Manifest, *, owner: str | None, comment: str) -> Approval:
    """Sign for a release in the chain of the settings' stage.

    Raises:
        RequestFault: it does not wait for anybody, or nobody here has a key that counts.
        EvidenceFault: the chain was altered.
    """
    follower = Follower(chain_of(settings))
    book = follower.catch_up()
    case = _waiting(book.cases.get(manifest.digest), manifest, str(settings.stage))
    key, owner = persons_key(settings, owner)
    policy, _ = policy_of(settings, case.policy)
    barred = {"author": case.author, "committer": case.committer}
    if owner in {barred.get(role) for role in policy.approvals.excluded}:
        raise RequestFault("--key", "somebody who neither wrote nor committed the change", owner)
    size = max(book.checkpoints)
    body: JsonObject = {"root": book.checkpoints[size], "size": size, "comment": comment}
    actor = Actor("human", owner, key.id)
    draft = Draft(
        "approval",
        manifest.digest,
        case.policy,
        follower.chain.stage,
        actor,
        body,
        ClockKind.WALL,
        venue_kind(settings.mode),
    )
    follower.chain.append(signed(draft, key))
    return Approval(owner, key.id, size)


def _waiting(case: Case | None, manifest: Manifest, stage: str) -> Case:
    if case is None:
        raise RequestFault("RELEASE", f"a release in stage {stage}: `seatrial promote {stage}`", manifest.id)
    if case.phase not in APPROVING | TRADING:
        raise RequestFault("RELEASE", f"a release that waits for approval; this one is in {case.phase}", manifest.id)
    return case
