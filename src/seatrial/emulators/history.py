"""The operation history of a venue: what was asked, what happened, which fault was injected, and when.

A checker reads it after a run: every order that was acknowledged, every execution, every fault. Append
only; in memory up to a bound, and complete in a JSON-lines file where one is given.
"""

from __future__ import annotations

from collections import deque
from pathlib import Path

import msgspec

from seatrial.domain.time import Clock

OPERATIONS_MAX = 1_000_000  # in memory; the file has them all


class Operation(msgspec.Struct, frozen=True):
    """One line: `op` is a verb such as `accepted`, `canceled`, `executed`, `fault`; `at_ns` is API time."""

    at_ns: int
    op: str
    account: str
    client_order_id: str
    what: str


class History:
    """An append-only list of operations.

    Args:
        clock: the venue's API clock.
        path: a JSON-lines file to append to, or None.
    """

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        self._clock = clock
        self._operations: deque[Operation] = deque(maxlen=OPERATIONS_MAX)
        self._file = None if path is None else path.open("ab", buffering=0)
        self._encoder = msgspec.json.Encoder()

    def record(self, op: str, *, account: str = "", client_order_id: str = "", what: str = "") -> None:
        """Append one operation, now."""
        operation = Operation(self._clock.now_ns(), op, account, client_order_id, what)
        self._operations.append(operation)
        if self._file is not None:
            self._file.write(self._encoder.encode(operation) + b"\n")

    @property
    def operations(self) -> list[Operation]:
        """All of them, oldest first."""
        return list(self._operations)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
