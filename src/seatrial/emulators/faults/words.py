"""How a venue says what a fault makes it say. Each venue writes its own (`fault_words` in its room)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from seatrial.emulators.faults.fault import Fault

Purpose = Literal["", "place", "cancel"]


def _of_no_order(method: str, path: str) -> Purpose:
    return ""


def _of_no_name(path: str) -> str:
    return ""


class Words(NamedTuple):
    """The venue's words.

    `error` makes the JSON body of a status; `purpose` tells whether a request places or cancels an order;
    `rejection` and `halted` are status and body for a refused order, `halted` None where an order waits
    instead. `cancel_status` answers a cancel before it is applied, None where the venue answers afterwards.
    `ban_status` is 418 where there are bans. `shutdown` is the announcement of `serverShutdown` at a
    millisecond, by stream, None where the venue has none. `stream_of` names the stream behind a WebSocket's path;
    `requests_path` is one that takes requests.
    """

    error: Callable[[int], bytes]
    purpose: Callable[[str, str], Purpose] = _of_no_order
    rejection: tuple[int, bytes] = (403, b"{}")
    halted: tuple[int, bytes] | None = None
    cancel_status: int | None = None
    ban_status: int = 429
    shutdown: Callable[[str, int], str] | None = None
    stream_of: Callable[[str], str] = _of_no_name
    requests_path: str = ""

    def refusal(self, fault: Fault) -> tuple[int, bytes]:
        """Status and JSON body with which a fault refuses a request."""
        match fault.kind:
            case "reject":
                return self.rejection
            case "halt":
                assert self.halted is not None, "a venue whose orders wait refuses none"
                return self.halted
            case "rate_limited" | "banned":
                status = 429 if fault.kind == "rate_limited" else self.ban_status
                return status, self.error(status)
            case _:
                return fault.status_told, self.error(fault.status_told)
