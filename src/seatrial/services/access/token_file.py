"""The file the tokens are kept in, read again whenever it changed: a revocation works on a running platform."""

from __future__ import annotations

from pathlib import Path

import structlog

from seatrial.domain.faults import BadSetting
from seatrial.services.access.token_records import read_tokens
from seatrial.services.access.tokens import TokenBook

_log = structlog.get_logger("seatrial.services.access")


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


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """Changes whenever the file does: it is always replaced, so its inode changes even within one tick of mtime."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ino, found.st_size)
