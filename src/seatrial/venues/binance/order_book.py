"""An order book kept from a snapshot and the changes after it. Pure: whole, or known not to be.

Source: Binance Spot, "How to manage a local order book correctly".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from heapq import nlargest, nsmallest

from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import MILLISECOND_NS
from seatrial.venues.binance.records import DepthRecord
from seatrial.venues.binance.stream_records import DepthEvent
from seatrial.venues.grid import units

Level = tuple[int, int]  # price units, quantity units


@dataclass(frozen=True, slots=True)
class BookEvent:
    """The best levels of an order book that is known to be whole; `update_id` is the venue's own count."""

    symbol: Symbol
    update_id: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    at_ns: int


class OrderBook:
    """One symbol's levels as of `update_id`."""

    def __init__(self, snapshot: DepthRecord, instrument: Instrument) -> None:
        self.update_id = snapshot.last_update_id
        self._instrument = instrument
        self._bids: dict[int, int] = {}
        self._asks: dict[int, int] = {}
        self._fresh = True  # no change was applied yet, so the first one may overlap the snapshot
        self._take(snapshot.bids, self._bids)
        self._take(snapshot.asks, self._asks)

    def is_old(self, change: DepthEvent) -> bool:
        """The book knows of this change already."""
        return change.u <= self.update_id

    def follows(self, change: DepthEvent) -> bool:
        """Nothing is missing between the book and this change."""
        expected = self.update_id + 1
        return change.U <= expected <= change.u if self._fresh else expected == change.U

    def apply(self, change: DepthEvent) -> None:
        """Take a change that follows."""
        assert self.follows(change), "a change is applied only where nothing is missing before it"
        self._take(change.b, self._bids)
        self._take(change.a, self._asks)
        self.update_id, self._fresh = change.u, False

    def event(self, at_ms: int, levels_max: int) -> BookEvent:
        """The best levels, as of a change."""
        return BookEvent(
            symbol=self._instrument.symbol,
            update_id=self.update_id,
            bids=_best(self._bids, levels_max, descending=True),
            asks=_best(self._asks, levels_max, descending=False),
            at_ns=at_ms * MILLISECOND_NS,
        )

    def _take(self, changed: Iterable[tuple[Decimal, Decimal]], side: dict[int, int]) -> None:
        for price, qty in changed:
            price_units = units(price, self._instrument.price_scale, "depth.price")
            qty_units = units(qty, self._instrument.qty_scale, "depth.quantity")
            if qty_units:
                side[price_units] = qty_units
            else:
                side.pop(price_units, None)


def _best(side: dict[int, int], levels_max: int, *, descending: bool) -> tuple[Level, ...]:
    best = nlargest if descending else nsmallest
    return tuple(best(levels_max, side.items()))
