"""Where chance and unguessable names come from."""

from __future__ import annotations

import hashlib
import random
import uuid

from seatrial.bootstrap.secrets import Secret

KEY_LENGTH = 20
SECRET_LENGTH = 40


def seeded(seed: int, purpose: str) -> random.Random:
    """A source of its own for each purpose, so that drawing more in one place changes nothing in another."""
    return random.Random(_digest(seed, purpose))


def fresh_name(prefix: str) -> str:
    """A name nobody has used: journal epochs, request ids."""
    return f"{prefix}-{uuid.uuid4().hex}"


def local_key(seed: int, venue: str, given: Secret) -> str:
    """The API key of a local venue: the one given, else one derived from the seed. Good for nothing elsewhere."""
    return given.reveal() or ("PK" + _digest(seed, f"key {venue}").upper())[:KEY_LENGTH]


def local_secret(seed: int, venue: str, given: Secret) -> str:
    """The API secret that belongs to `local_key`."""
    return given.reveal() or _digest(seed, f"secret {venue}")[:SECRET_LENGTH]


def _digest(seed: int, purpose: str) -> str:
    return hashlib.sha256(f"{seed}\x1f{purpose}".encode()).hexdigest()
