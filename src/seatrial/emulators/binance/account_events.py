"""What an account is told on its user data stream, in JSON as the stream tells it."""

from __future__ import annotations

from typing import NamedTuple


class AccountEvent(NamedTuple):
    """One event. `what` is the name faults know it by: its type, and for a report the execution and the status."""

    type: str
    what: str
    json: bytes
