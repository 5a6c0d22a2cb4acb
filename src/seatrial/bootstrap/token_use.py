"""When each token was last used, so that `seatrial token list` shows which are still needed.

Every process keeps a small file of its own beside the tokens; a token's line is written at most once a minute.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from seatrial.domain.time import MINUTE_NS

WRITTEN_EVERY_NS = MINUTE_NS
PREFIX = "token_use."


class TokenUse:
    """What one process remembers."""

    def __init__(self, folder: Path, role: str) -> None:
        self._path = folder / f"{PREFIX}{role}.json"
        self._used = _read(self._path)

    def note(self, token_id: str, at_ns: int) -> None:
        """A token was used. A disk that does not take the note never keeps a caller outside."""
        if abs(at_ns - self._used.get(token_id, 0)) < WRITTEN_EVERY_NS:
            return
        self._used[token_id] = at_ns
        fresh = self._path.with_suffix(".new")
        with contextlib.suppress(OSError):
            fresh.write_bytes(msgspec.json.encode(self._used))
            fresh.replace(self._path)


def last_used(folder: Path) -> dict[str, int]:
    """When each token was used last, in nanoseconds since 1970, over all processes."""
    found: dict[str, int] = {}
    for path in folder.glob(f"{PREFIX}*.json"):
        for token_id, at_ns in _read(path).items():
            found[token_id] = max(at_ns, found.get(token_id, 0))
    return found


def _read(path: Path) -> dict[str, int]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, int])
    except (OSError, msgspec.DecodeError):
        return {}
