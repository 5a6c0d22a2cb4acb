"""The operation history of a venue: what was asked and answered, what happened, which fault struck, and when.

A checker reads it after a run (`checking`). Append only; up to a bound it can be asked for everything, of which the
newest is in memory and the rest in an archive, and it is complete in a JSON-lines file where one is given. No key,
signature or secret is in it.

    request, answer    what came through a door; both carry the same `request` number
    event              what the venue told an account of an order, as its streams say it, in `data`
    fault, control     what went wrong on purpose, and who asked for it
    any other          what the venue did: accepted, executed, canceled, replaced, ...
"""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any

import msgspec

from seatrial.domain.time import Clock, Instant
from seatrial.emulators.archive import Archive

PAGE_OPERATIONS = 4_096
OPERATIONS_MAX = 50 * PAGE_OPERATIONS  # what can be asked for; the file has them all
AT_HAND_MAX = 2 * PAGE_OPERATIONS  # as objects, in memory


class Operation(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One line. `seq` counts from one without gaps; `at_ns` is API time.

    `request` ties an answer to its request, `status` is the answer's. `data` is JSON: the parameters of a
    request that places or cancels, or an event as streams tell it.
    """

    seq: int
    at_ns: int
    op: str
    account: str = ""
    client_order_id: str = ""
    what: str = ""
    request: int = 0
    status: int = 0
    data: Any = None  # JSON as it was written (`msgspec.Raw`); an object once it is read from a file


class History:
    """An append-only list of operations.

    Args:
        clock: the venue's API clock.
        path: a JSON-lines file to append to, or None.
    """

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        self._clock = clock
        self._at_hand: deque[Operation] = deque()
        self._archive: Archive | None = None  # until there is something for it
        self._decoder = msgspec.json.Decoder(Operation)
        self._file = None if path is None else path.open("ab", buffering=0)
        self._encoder = msgspec.json.Encoder()
        self._requests = 0
        self.count = 0

    def now_ns(self) -> Instant:
        """API time, by which faults begin and end."""
        return self._clock.now_ns()

    def next_request(self) -> int:
        """A number for a request and its answer."""
        self._requests += 1
        return self._requests

    def record(
        self,
        op: str,
        *,
        account: str = "",
        client_order_id: str = "",
        what: str = "",
        request: int = 0,
        status: int = 0,
        data: bytes = b"",
    ) -> None:
        """Append one operation, now."""
        self.count += 1
        raw = msgspec.Raw(data) if data else None
        operation = Operation(
            self.count, self._clock.now_ns(), op, account, client_order_id, what, request, status, raw
        )
        self._at_hand.append(operation)
        if self._file is not None:
            self._file.write(self._encoder.encode(operation) + b"\n")
        if len(self._at_hand) == AT_HAND_MAX:
            self._put_away()

    def _put_away(self) -> None:
        """The older half goes where it costs no memory."""
        if self._archive is None:
            self._archive = Archive((OPERATIONS_MAX - AT_HAND_MAX) // PAGE_OPERATIONS)
        page = [self._at_hand.popleft() for _ in range(PAGE_OPERATIONS)]
        self._archive.put(page[-1].seq, self._encoder.encode_lines(page))

    def event(self, account: str, what: str, data: bytes) -> None:
        """Append what the venue tells an account, before anybody hears it or a fault keeps it from them."""
        self.record("event", account=account, what=what, data=data)

    @property
    def operations(self) -> list[Operation]:
        """Those that can be asked for, oldest first."""
        return self.since(0)

    def since(self, seq: int) -> list[Operation]:
        """Those after this one that can be asked for, oldest first."""
        found: list[Operation] = []
        if self._archive is not None and self._at_hand[0].seq > seq + 1:
            for page in self._archive.since(seq):
                found += self._decoder.decode_lines(page)
        found += self._at_hand
        return [operation for operation in found if operation.seq > seq]

    def orders(self) -> list[Operation]:
        """What the venue did and which faults struck, without the traffic of the doors."""
        return [operation for operation in self.operations if operation.op not in ("request", "answer", "event")]

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
        if self._archive is not None:
            self._archive.close()
            self._archive = None
