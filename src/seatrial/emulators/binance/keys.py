"""The key pairs a client can sign with: HMAC, RSA and Ed25519, told apart by what was deposited.

A secret that is a PEM block is a key of RSA or Ed25519; anything else is an HMAC secret. Either half of a pair
will do, as an operator may hand the bot's own file to the emulator: only the public half is kept. Signatures
of HMAC are hexadecimal in any case; those of RSA (PKCS#1 v1.5, SHA-256) and Ed25519 are base64.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from seatrial.domain.faults import BadSetting

Scheme = Literal["HMAC", "RSA", "ED25519"]
KEYS_REMEMBERED_MAX = 1_024


class Verifier(Protocol):
    """What the venue keeps of a key pair."""

    @property
    def scheme(self) -> Scheme:
        """Some methods ask for one: `session.logon` takes Ed25519 only."""
        ...

    def fits(self, signature: str, payload: bytes) -> bool:
        """Whether the holder of the key signed exactly these bytes."""
        ...


def hmac_hex(secret: str, payload: bytes) -> str:
    """The HMAC signature a client must have sent."""
    signed = _begun(secret).copy()
    signed.update(payload)
    return signed.hexdigest()


@lru_cache(KEYS_REMEMBERED_MAX)
def _begun(secret: str) -> hmac.HMAC:
    """What a key makes of an empty payload: half of the work of a signature, which never changes."""
    return hmac.new(secret.encode(), None, hashlib.sha256)


@dataclass(frozen=True, slots=True)
class HmacKey:
    """A secret both sides know."""

    secret: str
    scheme: Scheme = "HMAC"

    def fits(self, signature: str, payload: bytes) -> bool:
        """Not case sensitive, as documented."""
        return hmac.compare_digest(hmac_hex(self.secret, payload).encode(), signature.lower().encode())


@dataclass(frozen=True, slots=True)
class RsaKey:
    """The public half of an RSA pair."""

    public: RSAPublicKey
    scheme: Scheme = "RSA"

    def fits(self, signature: str, payload: bytes) -> bool:
        """PKCS#1 v1.5 over SHA-256, in base64."""
        try:
            self.public.verify(_decoded(signature), payload, PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Ed25519Key:
    """The public half of an Ed25519 pair."""

    public: Ed25519PublicKey
    scheme: Scheme = "ED25519"

    def fits(self, signature: str, payload: bytes) -> bool:
        """Base64 of 64 bytes."""
        try:
            self.public.verify(_decoded(signature), payload)
        except InvalidSignature:
            return False
        return True


def verifier_of(secret: str) -> Verifier:
    """What checks the signatures of this secret's holder.

    Raises:
        BadSetting: a PEM block that is no readable RSA or Ed25519 key.
    """
    if "-----BEGIN" not in secret:
        return HmacKey(secret)
    try:
        if "PRIVATE KEY" in secret:
            private = load_pem_private_key(secret.encode(), password=None)
            held: object = private.public_key() if isinstance(private, RSAPrivateKey | Ed25519PrivateKey) else None
        else:
            held = load_pem_public_key(secret.encode())
    except (ValueError, TypeError) as error:
        raise BadSetting("secret: accepted is an HMAC secret or an unencrypted PEM key of RSA or Ed25519") from error
    if isinstance(held, RSAPublicKey):
        return RsaKey(held)
    if isinstance(held, Ed25519PublicKey):
        return Ed25519Key(held)
    raise BadSetting("secret: accepted PEM keys are RSA and Ed25519, was another kind")


def _decoded(signature: str) -> bytes:
    try:
        return base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidSignature from None
