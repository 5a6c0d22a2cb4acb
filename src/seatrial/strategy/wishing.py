"""Targets in few words, while nobody but the machine listens: in a backtest of one strategy that compiled code calls.

A target is then a tuple until somebody has to have the fact. And one that is said again while it stands, that is while
it is held to the lot, nothing works and nothing was stopped, is counted and no more: it would change nothing.
"""

from __future__ import annotations

from array import array
from typing import Any, NamedTuple

from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.strategy.grid import Amount, signed_quantity_units, weight_ppm


class Wish(NamedTuple):
    """What a strategy wants to hold of a symbol; one of the two is None."""

    symbol: Symbol
    quantity_units: int | None
    weight_ppm: int | None
    said: Amount | None  # the quantity in the strategy's own number


class Wishes:
    """The wishes of one strategy, in the list of decisions that it shares with its context."""

    __slots__ = ("_clock", "_decisions", "passed_over", "standing")

    def __init__(self, clock: array[int], decisions: list[Any]) -> None:
        self.standing: dict[str, list[Any]] = {}  # by symbol: the wish's number, the batch that said it again, the wish
        self.passed_over = 0  # said again while they stood
        self._clock = clock
        self._decisions = decisions

    def take(self, instrument: Instrument, weight: Amount | None, quantity: Amount | None) -> None:
        """One more decision; exactly one of weight and quantity is given."""
        if self.standing:
            self.recall()
        if quantity is not None:
            units = signed_quantity_units("quantity", quantity, instrument)
            self._decisions.append(Wish(instrument.symbol, units, None, quantity))
        else:
            assert weight is not None
            ppm = weight_ppm("weight", weight, instrument)
            self._decisions.append(Wish(instrument.symbol, None, ppm, None))

    def passes_over(self, known: list[Any]) -> bool:
        """What stands is said again: it is counted, where it is the batch's first decision and said once."""
        now_ns = self._clock[0]
        if self._decisions or known[1] == now_ns:
            return False
        known[1] = now_ns
        self.passed_over += 1
        return True

    def recall(self) -> None:
        """More is decided in a batch in which something was said again: it counts as a decision like the others."""
        for known in self.standing.values():
            if known[1] == self._clock[0]:
                known[1] = 0
                self.passed_over -= 1
                self._decisions.append(known[2])

    def let_stand(self, wishes: list[Wish]) -> None:
        """These change nothing, and will not until anything happens."""
        for wish in wishes:
            self.standing[wish.symbol] = [wish.said, self._clock[0], wish]
        self.passed_over += len(wishes)
