"""How a request to Binance is signed: the form of the secret says with what.

    text                           HMAC-SHA256, in hex
    PEM of an RSA private key      RSASSA-PKCS1-v1_5 with SHA-256, in base64
    PEM of an Ed25519 private key  Ed25519, in base64

Source: Binance Spot, "Request security" (SIGNED endpoint examples).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from seatrial.domain.faults import BadSetting

Sign = Callable[[str], str]
Form = Literal["hmac", "rsa", "ed25519"]

_MARK = "PRIVATE KEY-----"
_ACCEPTED = "accepted is an HMAC secret, or the PEM of an unencrypted RSA or Ed25519 private key"


def form_of(secret: str) -> Form:
    """With what this secret signs.

    Raises:
        BadSetting: a PEM that holds no such key. Never shows it.
    """
    if _MARK not in secret:
        return "hmac"
    return "rsa" if isinstance(_private_key(secret), RSAPrivateKey) else "ed25519"


def signer(secret: str) -> Sign:
    """Signs a payload, of which every byte counts.

    Raises:
        BadSetting: a PEM that holds no RSA or Ed25519 private key. Never shows it.
    """
    if _MARK not in secret:
        return lambda payload: hmac.new(secret.encode(), payload.encode(), hashlib.sha256).hexdigest()
    key = _private_key(secret)
    if isinstance(key, RSAPrivateKey):
        return lambda payload: _text(key.sign(payload.encode(), PKCS1v15(), hashes.SHA256()))
    return lambda payload: _text(key.sign(payload.encode()))


def _private_key(pem: str) -> RSAPrivateKey | Ed25519PrivateKey:
    """A line of an environment file may hold the PEM with `\\n` written out."""
    try:
        key = load_pem_private_key(pem.replace("\\n", "\n").strip().encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as fault:  # TypeError: it is encrypted
        raise BadSetting(f"binance.secret: {_ACCEPTED}, was a PEM that cannot be read as one") from fault
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise BadSetting(f"binance.secret: {_ACCEPTED}, was {type(key).__name__.strip('_')}")
    return key


def _text(signature: bytes) -> str:
    return base64.b64encode(signature).decode()
