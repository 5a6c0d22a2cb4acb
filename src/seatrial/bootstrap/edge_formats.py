"""Formats of what guards the edge: hashes, certificates, networks, roles. Doctor checks them before containers do."""

from __future__ import annotations

import re
from collections.abc import Callable

from seatrial.bootstrap import addresses
from seatrial.bootstrap.parsing import Kind


def _matching(pattern: str) -> Callable[[object], str]:
    compiled = re.compile(pattern, re.ASCII)

    def matching(raw: object) -> str:
        text = _text(raw)
        if not compiled.fullmatch(text):
            raise ValueError(raw)
        return text

    return matching


_bcrypt_of = _matching(r"\$2[aby]\$\d{2}\$[./A-Za-z0-9]{53}")
_e_mail = _matching(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def _bcrypt(raw: object) -> str:
    """Compose halves a doubled dollar; both spellings are the same hash."""
    text = _text(raw)
    return _bcrypt_of(text.replace("$$", "$") if text.startswith("$$") else text)


def _certificate(raw: object) -> str:
    text = _text(raw)
    return text if text in ("", "internal") else _e_mail(text)


def _authority(raw: object) -> str:
    text = _text(raw)
    if text not in ("", "internal") and not text.startswith("https://"):
        raise ValueError(raw)
    return text


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise TypeError(raw)
    return raw.strip()


NETWORKS = Kind("networks such as 10.0.0.0/8, separated by commas", addresses.networks)
BCRYPT = Kind("a bcrypt hash such as $2b$12$..., its $ single or doubled", _bcrypt)
CERTIFICATE = Kind("internal, an e-mail address, or empty for ACME", _certificate)
AUTHORITY = Kind("internal, the https:// address of an ACME directory, or empty", _authority)
ROLE_ARN = Kind("arn:aws:iam::ACCOUNT:role/NAME", _matching(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+"))
