"""What strikes one request, or one message of a stream."""

from __future__ import annotations

from typing import NamedTuple

from seatrial.emulators.faults.fault import Fault


class RequestPlan(NamedTuple):
    """What strikes one request.

    `before` answers in its place, `after` answers once it was applied; `lost_before` and `lost` drop the
    connection at those two moments. `apply_late_ms` is a cancel's; `altered` change what quotes say.
    """

    wait_before_ms: int = 0
    wait_after_ms: int = 0
    before: Fault | None = None
    after: Fault | None = None
    lost_before: bool = False
    lost: bool = False
    apply_late_ms: int = 0
    altered: tuple[Fault, ...] = ()


class StreamPlan(NamedTuple):
    """What strikes one stream message: `copies` of it are sent, after a wait, or only once the next one was.

    `disconnect` ends the stream instead of sending it, `disconnect_after` once it is sent.
    """

    copies: int = 1
    wait_ms: int = 0
    disconnect: bool = False
    disconnect_after: bool = False
    swap_ms: int = 0
    altered: tuple[Fault, ...] = ()


UNTOUCHED = RequestPlan()
PLAIN = StreamPlan()
