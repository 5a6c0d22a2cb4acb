"""The file the tokens are kept in, read again whenever it changed: a revocation works on a running platform."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import structlog

from seatrial.domain.faults import BadSetting
from seatrial.services.access.tokens import TokenBook, TokenRecord

FILE_BYTES_MAX = 1 << 20

_log = structlog.get_logger("seatrial.services.access")


class TokenRecords(msgspec.Struct, forbid_unknown_fields=True):
    """The file: what it is, and its records."""

    version: int = 1
    tokens: list[TokenRecord] = []


class TokenFile:
    """`state/tokens.json`. A file that cannot be read admits nobody: no token is good until it can be."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._book = TokenBook()

    def book(self) -> TokenBook:
        """The tokens as the file has them now."""
        seen = _stamp(self._path)
        if seen != self._seen:
            self._seen = seen
            try:
                self._book = read_tokens(self._path)
            except BadSetting as fault:
                self._book = TokenBook()
                _log.error("auth: the token file cannot be read, no token is good", why=str(fault))
        return self._book


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


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """Changes whenever the file does: it is always replaced, so its inode changes even within one tick of mtime."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ino, found.st_size)
