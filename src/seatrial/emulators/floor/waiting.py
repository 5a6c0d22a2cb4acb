"""Orders that are not in the book yet: stops until a price is touched, others until the market is there for them."""

from __future__ import annotations

import heapq
from itertools import count

from seatrial.emulators.floor.resting import Resting


class Stops:
    """Orders that wait for a trade at their stop price or beyond, in order of price, then of arrival."""

    def __init__(self) -> None:
        self._rising: list[tuple[int, int, Resting]] = []
        self._falling: list[tuple[int, int, Resting]] = []
        self._arrivals = count()

    def add(self, order: Resting) -> None:
        """A buy stop waits for the price to rise, a take-profit for the other way."""
        assert order.terms is not None
        terms = order.terms
        rising = (terms.side > 0) != terms.if_touched
        key = terms.stop_units if rising else -terms.stop_units
        heapq.heappush(self._rising if rising else self._falling, (key, next(self._arrivals), order))

    def touched(self, price: int) -> list[Resting]:
        """Take out whoever a trade at this price sets off; those that were cancelled are forgotten on the way."""
        found = []
        for heap, reached in ((self._rising, price), (self._falling, -price)):
            while heap and (heap[0][0] <= reached or not heap[0][2].left):
                order = heapq.heappop(heap)[2]
                if order.left:
                    found.append(order)
        return found
