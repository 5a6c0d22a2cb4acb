"""All the evidence of one release in one file anybody can check: `bundle-<release>.tar`.

    manifest.json  log.jsonl  checkpoints/<size>.note  blobs/<sha256>  keys.json  policy.yaml
    report.html  report.md  attestation.intoto.jsonl

The same chain, key and instant give the same bytes: members are sorted, and times, owners and modes are fixed. The
whole chain of the stage is in it, since a part of a chain could not be checked.
"""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from seatrial.domain.faults import EvidenceFault
from seatrial.release.attestation import ATTESTATION, Claim, envelope, passed_stage
from seatrial.release.canonical import canonical
from seatrial.release.chain import Chain
from seatrial.release.drive import Follower
from seatrial.release.keys import SigningKey, keys_json
from seatrial.release.phases import Transition
from seatrial.release.policy import Policy
from seatrial.release.report import markdown, page_html, page_of
from seatrial.release.verdict import JsonValue

_DIGEST_HEX = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a bundle: bytes in memory, or the first `size` bytes of a file."""

    name: str
    size: int
    sha256: str
    data: bytes = b""
    path: Path | None = field(default=None)


def bundle_name(release: str) -> str:
    """`bundle-<the 16 characters of the release>.tar`."""
    return f"bundle-{release.removeprefix('sha256:')[:16]}.tar"


def write_bundle(
    path: Path, chain: Chain, release: str, policy: Policy, policy_text: str, *, key: SigningKey, at_ns: int
) -> str:
    """Write the bundle and answer its sha256 in hexadecimal. Reads the chain as it is now; later records stay out.

    Raises:
        EvidenceFault: the chain does not know the release, was altered, or the disk refused.
    """
    follower, wanted, steps = _read(chain, release)
    members = list(_members(follower, release, policy, wanted))
    members += _pages(follower, release, policy, policy_text, steps, at_ns)
    case = follower.book.cases[release]
    listed = {member.name: member.sha256 for member in members}
    claim = Claim(release, chain.stage, policy.digest, at_ns, passed_stage(chain.stage, case.phase), listed)
    members.append(_inline(ATTESTATION, envelope(claim, key)))
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file, tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for member in sorted(members, key=lambda each: each.name):
                _add(tar, member)
        beside.replace(path)
        with path.open("rb") as written:
            return hashlib.file_digest(written, "sha256").hexdigest()
    except OSError as fault:
        raise EvidenceFault(f"the bundle {path} was not written: {fault}") from fault


def _read(chain: Chain, release: str) -> tuple[Follower, set[str], list[Transition]]:
    """The chain as it is now, the blobs this release's records name, and the way the release has come."""
    follower, wanted, steps = Follower(chain), {release.removeprefix("sha256:")}, list[Transition]()
    for record, place in chain.follow():
        follower.take(record, place)
        if record.draft.release == release:
            wanted |= set(_digests(dict(record.body)))
            if record.type == "transition":
                steps.append(Transition.parse(record.body))
    if release not in follower.book.cases:
        raise EvidenceFault(f"the chain of {chain.stage} knows no release {release}")
    return follower, wanted, steps


def _members(follower: Follower, release: str, policy: Policy, wanted: set[str]) -> Iterator[Member]:
    chain, rules = follower.chain, policy.digest.removeprefix("sha256:")
    yield _file("log.jsonl", chain.path, follower.place.offset)
    for size in sorted(follower.book.checkpoints):
        yield from _present(f"checkpoints/{size}.note", chain.folder)
    yield _inline(f"blobs/{rules}", canonical(policy.document))
    for digest in sorted(wanted - {rules}):
        yield from _present(f"blobs/{digest}", chain.folder)
    manifest = chain.folder / "blobs" / release.removeprefix("sha256:")
    if manifest.is_file():
        yield _inline("manifest.json", manifest.read_bytes())


def _pages(
    follower: Follower, release: str, policy: Policy, policy_text: str, steps: list[Transition], at_ns: int
) -> Iterator[Member]:
    book = follower.book
    covered = max(book.checkpoints, default=0)
    signed = f"checkpoints cover the first {covered} of {book.seq} records; the attestation covers all of them"
    page = page_of(book.cases[release], follower.chain.stage, policy, at_ns, steps, signed)
    yield _inline("keys.json", keys_json(book.keys))
    yield _inline("policy.yaml", policy_text.encode())
    yield _inline("report.md", markdown(page).encode())
    yield _inline("report.html", page_html(page).encode())


def _digests(value: JsonValue) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _digests(each)
    elif isinstance(value, list):
        for each in value:
            yield from _digests(each)
    elif isinstance(value, str) and (found := _DIGEST_HEX.fullmatch(value)):
        yield found[1]


def _inline(name: str, data: bytes) -> Member:
    return Member(name, len(data), hashlib.sha256(data).hexdigest(), data)


def _present(name: str, folder: Path) -> Iterator[Member]:
    path = folder / name
    if path.is_file():
        yield _file(name, path, path.stat().st_size)


def _file(name: str, path: Path, size: int) -> Member:
    digest, rest = hashlib.sha256(), size
    with path.open("rb") as file:
        while rest and (block := file.read(min(rest, 1 << 20))):
            digest.update(block)
            rest -= len(block)
    if rest:
        raise EvidenceFault(f"{path} shrank while it was read")
    return Member(name, size, digest.hexdigest(), path=path)


def _add(tar: tarfile.TarFile, member: Member) -> None:
    info = tarfile.TarInfo(member.name)
    info.size, info.mode, info.mtime = member.size, 0o644, 0
    if member.path is None:
        tar.addfile(info, io.BytesIO(member.data))
        return
    with member.path.open("rb") as file:
        tar.addfile(info, file)
