"""One line of evidence: who said what of which release, when, and what stood on the line before.

`hash` is `sha256(0x00 || canonical JSON of the record without its hash)`: the leaf hash of RFC 6962, so the chain
and the Merkle tree over it speak of the same bytes. `ts` is the instant of writing on the chain's clock, which
never goes back; `clock` and `venue` say in whose time and against whom the thing told was seen.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from seatrial.domain.faults import EvidenceFault
from seatrial.domain.time import parse_rfc3339, rfc3339
from seatrial.release.canonical import canonical, canonical_of_ascii, parse
from seatrial.release.verdict import DIGEST, ClockKind, JsonObject, JsonValue, VenueKind

VERSION = 1
LEAF = b"\x00"  # RFC 6962: what tells a leaf's hash from a node's
LINE_BYTES_MAX = 1 << 20  # what is larger is a blob, and the record names its digest
GENESIS = "sha256:" + 64 * "0"  # what the first record follows
STAGES = ("dev", "staging", "prod")

RECORD_TYPES = frozenset({
    "release.sealed", "promotion", "deploy.started", "deploy.fleet", "deploy.done", "gate.verdict", "measurement",
    "drill.journal", "alert.fired", "alert.delivered", "alert.acked", "approval", "waiver", "breakglass", "transition",
    "tier.change", "halt", "kill", "resume", "reject", "rollback", "reconcile", "checkpoint", "key.add", "key.revoke",
    "chain.repaired",
})  # fmt: skip
_MEMBERS = frozenset({
    "v", "seq", "ts", "type", "release", "policy", "env", "actor", "body", "clock", "venue", "prev", "hash",
})  # fmt: skip
_HASH_MEMBER = re.compile(rb',"hash":"sha256:[0-9a-f]{64}"')


@dataclass(frozen=True, slots=True)
class Actor:
    """Who wrote a record: a `service` or a `human`. `key` names the signing key, empty where nothing was signed."""

    kind: str
    id: str
    key: str = ""

    def __post_init__(self) -> None:
        if self.kind not in {"service", "human"} or not self.id:
            raise EvidenceFault(f"an actor is a service or a human with an id, was {self.kind!r} {self.id!r}")

    def body(self) -> JsonObject:
        """As it stands in a record."""
        return {"kind": self.kind, "id": self.id, "key": self.key}


@dataclass(frozen=True, slots=True)
class Draft:
    """What a writer supplies; the chain adds place, time and hashes.

    `release` and `policy` are full digests (`sha256:` and 64 hex), or None where a record concerns neither.
    """

    type: str
    release: str | None
    policy: str | None
    env: str
    actor: Actor
    body: Mapping[str, JsonValue]
    clock: ClockKind
    venue: VenueKind

    def __post_init__(self) -> None:
        if self.type not in RECORD_TYPES:
            raise EvidenceFault(f"no type of record is called {self.type!r}")
        if self.env not in STAGES:
            raise EvidenceFault(f"env is one of {', '.join(STAGES)}, was {self.env!r}")
        for name, digest in (("release", self.release), ("policy", self.policy)):
            if digest is not None and not DIGEST.fullmatch(digest):
                raise EvidenceFault(f"{name} is sha256: and 64 hexadecimal characters, was {digest!r}")


@dataclass(frozen=True, slots=True)
class Record:
    """A draft at its place in a chain. `seq` counts from 1 without gaps."""

    draft: Draft
    seq: int
    ts_ns: int
    prev: str
    hash: str

    @property
    def type(self) -> str:
        """What kind of record this is, one of `RECORD_TYPES`."""
        return self.draft.type

    @property
    def body(self) -> Mapping[str, JsonValue]:
        """What was said, by type."""
        return self.draft.body

    @classmethod
    def of(cls, draft: Draft, *, seq: int, ts_ns: int, prev: str) -> Self:
        """Put a draft at its place and hash it."""
        unhashed = canonical(_members(draft, seq, ts_ns, prev))
        return cls(draft, seq, ts_ns, prev, hash_of(unhashed))

    def line(self) -> bytes:
        """The record as one line of the chain, with its newline.

        Raises:
            EvidenceFault: it is longer than `LINE_BYTES_MAX`.
        """
        line = canonical({**_members(self.draft, self.seq, self.ts_ns, self.prev), "hash": self.hash}) + b"\n"
        if len(line) > LINE_BYTES_MAX:
            raise EvidenceFault(f"a record holds {LINE_BYTES_MAX} bytes, was {len(line)}: keep the rest as a blob")
        return line

    @classmethod
    def parse(cls, line: bytes) -> Self:
        """Read one line back, and refuse it when its spelling, its members or its hash are not what we write.

        Raises:
            EvidenceFault: names what differs.
        """
        text = line.removesuffix(b"\n")
        found = parse(text)
        if not isinstance(found, dict) or frozenset(found) != _MEMBERS:
            raise EvidenceFault(f"a record has the members {', '.join(sorted(_MEMBERS))}")
        if (canonical_of_ascii(found) if text.isascii() else canonical(found)) != text:
            raise EvidenceFault("the line is not in canonical form")
        record = cls._of_members(found)
        computed = hash_of(_without_hash(text))
        if record.hash != computed:
            raise EvidenceFault(f"the hash says {record.hash[:19]}.., the content hashes to {computed[:19]}..")
        return record

    @classmethod
    def _of_members(cls, found: JsonObject) -> Self:
        match found:
            case {
                "v": 1,
                "seq": int() as seq,
                "ts": str() as ts,
                "type": str() as type_,
                "release": (str() | None) as release,
                "policy": (str() | None) as policy,
                "env": str() as env,
                "actor": {"kind": str() as kind, "id": str() as id_, "key": str() as key, **rest},
                "body": dict() as body,
                "clock": str() as clock,
                "venue": str() as venue,
                "prev": str() as prev,
                "hash": str() as digest,
            } if not rest and seq is not True and found["v"] is not True:
                try:
                    words = ClockKind(clock), VenueKind(venue)
                    ts_ns = parse_rfc3339(ts)
                except ValueError as fault:
                    raise EvidenceFault(str(fault)) from fault
                if rfc3339(ts_ns) != ts:
                    raise EvidenceFault(f"ts is written as {rfc3339(ts_ns)}, was {ts}")
                draft = Draft(type_, release, policy, env, Actor(kind, id_, key), body, *words)
                return cls(draft, seq, ts_ns, prev, digest)
            case _:
                raise EvidenceFault("a member of the record is of another type than it must be")


def hash_of(unhashed: bytes) -> str:
    """The leaf hash of RFC 6962 over a record's canonical bytes."""
    return f"sha256:{hashlib.sha256(LEAF + unhashed).hexdigest()}"


def _members(draft: Draft, seq: int, ts_ns: int, prev: str) -> JsonObject:
    return {
        "v": VERSION,
        "seq": seq,
        "ts": rfc3339(ts_ns),
        "type": draft.type,
        "release": draft.release,
        "policy": draft.policy,
        "env": draft.env,
        "actor": draft.actor.body(),
        "body": dict(draft.body),
        "clock": draft.clock.value,
        "venue": draft.venue.value,
        "prev": prev,
    }


def _without_hash(text: bytes) -> bytes:
    """Cut the record's own hash out of its canonical line, which saves spelling it twice.

    The members after `hash` hold no objects, and a quote inside text is escaped, so the last match is the record's.
    """
    found = _HASH_MEMBER.match(text, text.rfind(b',"hash":"'))
    if found is None:
        raise EvidenceFault("the record's hash is not sha256: and 64 hexadecimal characters")
    return text[: found.start()] + text[found.end() :]
