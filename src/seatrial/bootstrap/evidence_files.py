"""Evidence as files: chains to verify, records to read, bundles and checkpoints to hand over."""

from __future__ import annotations

from collections import deque
from pathlib import Path

from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.evidence import chain_of, venue_kind
from seatrial.bootstrap.releases.keys import SERVICE, service_key
from seatrial.bootstrap.releases.policies import FOLDER, policy_of
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import EvidenceFault, RequestFault
from seatrial.release.bundle import bundle_name, write_bundle
from seatrial.release.drive import Follower
from seatrial.release.exhibits import LOG
from seatrial.release.manifest import Manifest
from seatrial.release.policy import Policy
from seatrial.release.policy_file import BUILT_IN, built_in, read_policy
from seatrial.release.record import STAGES, Actor, Record
from seatrial.release.verdict import ClockKind


def chains_below(path: Path) -> list[Path]:
    """What there is to verify at a path: the stages of an evidence folder, or the path itself.

    Raises:
        EvidenceFault: there is nothing at this path.
    """
    stages = [path / stage for stage in STAGES if (path / stage / LOG).exists()]
    if stages:
        return stages
    if path.is_dir() and not (path / LOG).exists():
        return []
    if not path.exists():
        raise EvidenceFault(f"there is nothing at {path}")
    return [path]


def known_policies(folder: Path) -> list[Policy]:
    """Policies that came with us, and those kept beside the chains."""
    kept = [
        read_policy(path.read_text(encoding="utf-8"), str(path)) for path in sorted((folder / FOLDER).glob("*.yaml"))
    ]
    return [*(built_in(name) for name in BUILT_IN), *kept]


def newest(settings: Settings, last: int) -> list[Record]:
    """The last records of the stage's chain, oldest first.

    Raises:
        EvidenceFault: the chain was altered.
    """
    return list(deque(chain_of(settings).read(), maxlen=last))


def record_at(settings: Settings, seq: int) -> Record:
    """One record by its number.

    Raises:
        RequestFault: there is none.
        EvidenceFault: the chain was altered before it.
    """
    for record in chain_of(settings).read(seq - 1):
        return record
    raise RequestFault("SEQ", "the number of a record in this stage's chain", seq)


def export_bundle(settings: Settings, manifest: Manifest, output: Path | None) -> tuple[Path, str]:
    """Write the bundle of a release in the settings' stage; where it is, and its sha256.

    Raises:
        EvidenceFault: the chain does not know the release, or was altered.
    """
    chain = chain_of(settings)
    case = Follower(chain).catch_up().cases.get(manifest.digest)
    if case is None:
        raise EvidenceFault(f"the chain of {chain.stage} knows no release {manifest.id}: name its stage with --stage")
    policy, text = policy_of(settings, case.policy)
    key = service_key(settings, chain.stage)
    path = output or Path(bundle_name(manifest.digest))
    return path, write_bundle(path, chain, manifest.digest, policy, text, key=key, at_ns=WallClock().now_ns())


def sign_checkpoint(settings: Settings) -> tuple[Path, int]:
    """Sign the root over the chain of the settings' stage; the note, and how many records it covers.

    Raises:
        EvidenceFault: the chain is empty or was altered.
    """
    chain = chain_of(settings)
    if chain.last() is None:
        raise EvidenceFault(f"the chain of {chain.stage} is empty: there is nothing to sign")
    key = service_key(settings, chain.stage)
    actor = Actor("service", "seatrial")
    record = Follower(chain).sign_checkpoint(
        key, SERVICE, actor=actor, clock=ClockKind.WALL, venue=venue_kind(settings.mode)
    )
    size = record.body["size"]
    assert isinstance(size, int)
    return chain.folder / "checkpoints" / f"{size}.note", size
