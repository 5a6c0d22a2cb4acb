"""Records a person signs: approvals, waivers, break-glass, resumes, rejections.

What is signed is the record's type, release, policy, stage and body, all at once: a signature for one release, one
policy or one evidence root is worth nothing for another.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace

from seatrial.domain.faults import EvidenceFault
from seatrial.domain.time import parse_rfc3339
from seatrial.release.canonical import canonical
from seatrial.release.keys import Keyring, PublicKey, SigningKey, signature_holds, unbase64
from seatrial.release.record import Draft, Record

SIGNED_TYPES = frozenset({"approval", "waiver", "breakglass", "resume"})


@dataclass(frozen=True, slots=True)
class Signature:
    """A checked signature: whose, with which roles, from when until when it counts, and what it is bound to.

    `root` (base64) and `size` name the checkpoint the signer had seen; empty and 0 where none is asked for.
    """

    owner: str
    key: str
    roles: tuple[str, ...]
    at_ns: int
    expires_ns: int | None
    root: str = ""
    size: int = 0
    tier: int | None = None
    gate: str = ""

    def counts_at(self, now_ns: int) -> bool:
        """Whether it has been given and has not run out."""
        return self.at_ns <= now_ns and (self.expires_ns is None or now_ns < self.expires_ns)


def signed(draft: Draft, key: SigningKey) -> Draft:
    """The draft with `key` and `signature` in its body, and the key named by its actor."""
    body = {**draft.body, "key": key.id}
    unsigned = replace(draft, body=body, actor=replace(draft.actor, key=key.id))
    signature = key.sign(signed_bytes(unsigned))
    return replace(unsigned, body={**body, "signature": base64.b64encode(signature).decode()})


def signed_bytes(draft: Draft) -> bytes:
    """Exactly what is signed: a line that names the kind of statement, then canonical JSON."""
    body = {name: value for name, value in draft.body.items() if name != "signature"}
    said = canonical({"release": draft.release, "policy": draft.policy, "env": draft.env, "body": body})
    return f"seatrial/{draft.type}/v1\n".encode() + said


def signer_of(draft: Draft, keys: Keyring, at_ns: int) -> PublicKey:
    """Whose signature a draft or a record's draft carries.

    Raises:
        EvidenceFault: it carries none, the key is unknown or was not valid at `at_ns`, or the signature is false.
    """
    id_, encoded = draft.body.get("key"), draft.body.get("signature")
    if not isinstance(id_, str) or not isinstance(encoded, str):
        raise EvidenceFault(f"a {draft.type} is signed: its body holds key and signature")
    key = keys.get(id_)
    if key is None:
        raise EvidenceFault(f"the {draft.type} is signed with {id_}, which nobody added")
    if not key.valid_at(at_ns):
        raise EvidenceFault(f"the key {id_} of {key.owner} was not valid when the {draft.type} was signed")
    if not signature_holds(key.public, unbase64(encoded), signed_bytes(draft)):
        raise EvidenceFault(f"the signature of {key.owner} does not fit the {draft.type}")
    return key


def signature_of(record: Record, keys: Keyring) -> Signature:
    """What a signed record is worth.

    Raises:
        EvidenceFault: as `signer_of`, or its expiry is no time.
    """
    key = signer_of(record.draft, keys, record.ts_ns)
    body = record.body
    try:
        expires = body.get("expires")
        expires_ns = None if expires is None else parse_rfc3339(str(expires))
    except ValueError as fault:
        raise EvidenceFault(f"the expiry of the {record.type}: {fault}") from fault
    size, tier = body.get("size", 0), body.get("tier")
    return Signature(
        owner=key.owner,
        key=key.id,
        roles=key.roles,
        at_ns=record.ts_ns,
        expires_ns=expires_ns,
        root=str(body.get("root", "")),
        size=size if isinstance(size, int) else 0,
        tier=tier if isinstance(tier, int) else None,
        gate=str(body.get("gate", "")),
    )
