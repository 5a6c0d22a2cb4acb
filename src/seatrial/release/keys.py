"""Who may sign: Ed25519 keys, named by a fingerprint, valid for an interval, for the roles they were added with.

A private key is a file of one line with mode 0600 in `evidence/keys/` and goes into no bundle. Public keys are told
to the chain by `key.add` and `key.revoke` records, so everybody who reads it can check every signature in it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from seatrial.domain.faults import EvidenceFault
from seatrial.domain.time import parse_rfc3339, rfc3339
from seatrial.release.canonical import canonical
from seatrial.release.verdict import JsonObject, JsonValue

SEED_BYTES = 32
OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


def key_id(public: bytes) -> str:
    """`ed25519:` and 16 hexadecimal characters of the digest of the 32 public bytes."""
    return f"ed25519:{hashlib.sha256(public).hexdigest()[:16]}"


def signature_holds(public: bytes, signature: bytes, data: bytes) -> bool:
    """Whether `signature` over `data` was made by the private half of `public`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


class SigningKey:
    """A private key. Its text form and its `repr` never hold the secret."""

    def __init__(self, seed: bytes) -> None:
        """`seed` is 32 bytes of chance, brought by the caller."""
        if len(seed) != SEED_BYTES:
            raise EvidenceFault(f"a signing key is made of {SEED_BYTES} bytes")
        self._seed = seed
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._private.public_key().public_bytes_raw()
        self.id = key_id(self.public)

    def __repr__(self) -> str:
        return f"SigningKey({self.id})"

    def sign(self, data: bytes) -> bytes:
        """64 bytes over exactly these bytes."""
        return self._private.sign(data)

    def save(self, path: Path) -> None:
        """Write the key, readable by its owner only.

        Raises:
            EvidenceFault: the file exists, or the disk refused; a key is never overwritten.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(base64.b64encode(self._seed) + b"\n")
                file.flush()
                os.fsync(descriptor)
        except OSError as fault:
            raise EvidenceFault(f"the key {path} was not written: {fault.strerror}") from fault

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a key back.

        Raises:
            EvidenceFault: the file is absent, is no key, or others than its owner may read it.
        """
        try:
            if path.stat().st_mode & 0o077:
                raise EvidenceFault(f"{path} can be read by others: run chmod 600 on it, and think of a new key")
            return cls(unbase64(path.read_text("ascii").strip()))
        except (OSError, UnicodeError) as fault:
            raise EvidenceFault(f"the key {path} cannot be read: {fault}") from fault


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One line of the key register: whose key it is, what for, and from when until when (`None`: no end)."""

    id: str
    owner: str
    public: bytes
    roles: tuple[str, ...]
    valid_from_ns: int
    valid_to_ns: int | None = None

    def valid_at(self, at_ns: int) -> bool:
        """Whether a signature made at this instant counts; the end itself does not."""
        return self.valid_from_ns <= at_ns and (self.valid_to_ns is None or at_ns < self.valid_to_ns)

    def body(self) -> JsonObject:
        """The body of a `key.add` record, and a line of a bundle's `keys.json`."""
        return {
            "key": self.id,
            "owner": self.owner,
            "public": base64.b64encode(self.public).decode(),
            "roles": list(self.roles),
            "valid_from": rfc3339(self.valid_from_ns),
            "valid_to": None if self.valid_to_ns is None else rfc3339(self.valid_to_ns),
        }

    @classmethod
    def parse(cls, body: Mapping[str, JsonValue]) -> Self:
        """The inverse of `body`.

        Raises:
            EvidenceFault: it is no key, or its id is not the digest of its bytes.
        """
        match dict(body):
            case {
                "key": str() as id_,
                "owner": str() as owner,
                "public": str() as public,
                "roles": list() as roles,
                "valid_from": str() as since,
                "valid_to": (str() | None) as until,
            }:
                raw = unbase64(public)
            case _:
                raise EvidenceFault("a key says key, owner, public, roles, valid_from and valid_to")
        if len(raw) != SEED_BYTES or key_id(raw) != id_ or not OWNER.fullmatch(owner):
            raise EvidenceFault(f"the key {id_} of {owner!r} is not what it says it is")
        try:
            end_ns = None if until is None else parse_rfc3339(until)
            return cls(id_, owner, raw, tuple(str(role) for role in roles), parse_rfc3339(since), end_ns)
        except ValueError as fault:
            raise EvidenceFault(f"the key {id_}: {fault}") from fault


class Keyring:
    """Every public key a chain was told of, by id."""

    def __init__(self, keys: Mapping[str, PublicKey] | None = None) -> None:
        self._keys = dict(keys or {})

    def all(self) -> tuple[PublicKey, ...]:
        """Every key, in the order they were added."""
        return tuple(self._keys.values())

    def get(self, id_: str) -> PublicKey | None:
        """The key of this id, valid or not; None when it was never added."""
        return self._keys.get(id_)

    def add(self, key: PublicKey) -> None:
        """Learn a key.

        Raises:
            EvidenceFault: the id is taken; a key that was revoked cannot come back.
        """
        if key.id in self._keys:
            raise EvidenceFault(f"the key {key.id} was added before")
        self._keys[key.id] = key

    def revoke(self, id_: str, at_ns: int) -> None:
        """From `at_ns` on this key signs nothing any more.

        Raises:
            EvidenceFault: nobody added it.
        """
        key = self._keys.get(id_)
        if key is None:
            raise EvidenceFault(f"the key {id_} was never added")
        if key.valid_to_ns is None or key.valid_to_ns > at_ns:
            self._keys[id_] = replace(key, valid_to_ns=at_ns)


def keys_json(keys: Keyring) -> bytes:
    """The key register of a chain as a file."""
    return canonical([key.body() for key in keys.all()])


def unbase64(text: str) -> bytes:
    """Strict base64.

    Raises:
        EvidenceFault: it is not.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise EvidenceFault(f"not base64: {fault}") from fault
    if base64.b64encode(raw).decode() != text:
        raise EvidenceFault("not base64 in its one form")
    return raw
