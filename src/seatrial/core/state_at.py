"""A state known by one address (`core.blocks`)."""

from __future__ import annotations

from typing import Any

from seatrial.core import records as r
from seatrial.core.blocks import RecordAt, record_at, rows_at
from seatrial.core.records import Int64Array, State

STATE_AT = RecordAt(
    "StateAt",
    {
        "rules": (r.RULES_WIDTH,),
        "positions": (r.POSITIONS_WIDTH,),
        "accounts": (r.ACCOUNTS_WIDTH,),
        "limits": (r.LIMITS_WIDTH,),
        "targets": (0,),
        "has_target": (0,),
        "orders": (r.ORDERS_WIDTH,),
        "parked": (r.PARKED_WIDTH,),
        "scalars": (),
        "purses": (r.PURSE_WIDTH,),
        "dues": (r.DUE_WIDTH,),
    },
)
STATE_WORDS = STATE_AT.words
state_at: Any = record_at(STATE_AT)


def write_state(words: Int64Array, state: State) -> None:
    """Write a block; see `RecordAt.write`."""
    STATE_AT.write(words, state)


__all__ = ["STATE_AT", "STATE_WORDS", "rows_at", "state_at", "write_state"]
