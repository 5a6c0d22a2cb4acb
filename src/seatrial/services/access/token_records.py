"""What is written in the file of tokens, and how it is read and replaced. Light: commands use it too."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from seatrial.domain.faults import BadSetting
from seatrial.services.access.tokens import TokenBook, TokenRecord

FILE_BYTES_MAX = 1 << 20


class TokenRecords(msgspec.Struct, forbid_unknown_fields=True):
    """The file: what it is, and its records."""

    version: int = 1
    tokens: list[TokenRecord] = []


def read_tokens(path: Path) -> TokenBook:
    """The tokens of a file; none where there is no file.

    Raises:
        BadSetting: it is not our file, or others can read it.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise BadSetting(f"{path} can be read by others: `chmod 600 {path}`")
        data = path.read_bytes()
        if len(data) > FILE_BYTES_MAX:
            raise BadSetting(f"{path} has {len(data)} bytes, accepted are at most {FILE_BYTES_MAX}")
        return TokenBook(msgspec.json.decode(data, type=TokenRecords).tokens)
    except FileNotFoundError:
        return TokenBook()
    except (OSError, msgspec.DecodeError, ValueError) as fault:
        raise BadSetting(f"{path} is not a token file: {fault}") from fault


def write_tokens(path: Path, records: list[TokenRecord]) -> None:
    """Replace the file at once and for good; only its owner may read it."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(TokenRecords(tokens=records)), indent=2) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
