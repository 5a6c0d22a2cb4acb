"""How the venue behaves where clients may want it otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from seatrial.emulators.binance.rules import Rules

CONNECTION_DAY_SECONDS = 86_400.0


def as_listed(rules: Rules) -> Rules:
    """The rules as the instrument has them."""
    return rules


@dataclass(frozen=True, slots=True)
class Habits:
    """What may be chosen.

    Args:
        listen_keys: play the listenKeys that the venue removed on 2026-02-20.
        answer_order: decides by lot whether an answer comes before or after its events; None: always after.
        connection_seconds: how long a stream's connection lives, a day at the venue; None: until somebody ends it, as
            in virtual time, where a day passes in a moment.
        adjust: gives pairs other rules than their instruments', such as a largest position.
    """

    listen_keys: bool = False
    answer_order: Random | None = None
    connection_seconds: float | None = None
    adjust: Callable[[Rules], Rules] = as_listed
