"""Windows of a walk-forward: a span to choose on, then one to trade, in trading days, and never the other way round.

Between them lies a gap: `purge` days, because a trade opened in them may end in the test; and `embargo` days more, for
what is still remembered of them. Neither is chosen on nor traded with the new choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.domain.bars import Session
from seatrial.domain.faults import RequestFault


@dataclass(frozen=True, slots=True)
class Window:
    """One step. Spans are nanoseconds from the first session's open to the last one's close."""

    number: int
    train_ns: tuple[int, int]
    test_ns: tuple[int, int]
    train_sessions: int
    test_sessions: int


@dataclass(frozen=True, slots=True)
class Steps:
    """How windows are cut, in sessions. `anchored` ones all begin at the first session."""

    train: int
    test: int
    anchored: bool = False
    purge: int = 0
    embargo: int = 0


def windows_of(days: Sequence[Session], steps: Steps) -> list[Window]:
    """Every window that fits; tests follow each other without a hole, the last may be shorter.

    Raises:
        RequestFault: not one window fits.
    """
    gap = steps.purge + steps.embargo
    found: list[Window] = []
    first_test = steps.train + gap
    while first_test < len(days):
        train = days[0 if steps.anchored else first_test - gap - steps.train : first_test - gap]
        test = days[first_test : first_test + steps.test]
        found.append(
            Window(
                len(found),
                (train[0].open_ns, train[-1].close_ns),
                (test[0].open_ns, test[-1].close_ns),
                len(train),
                len(test),
            )
        )
        first_test += steps.test
    if not found:
        accepted = f"train, purge and embargo of less than the {len(days)} trading days of the data together"
        raise RequestFault("train", accepted, f"{steps.train} + {steps.purge} + {steps.embargo}")
    return found
