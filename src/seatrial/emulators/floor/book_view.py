"""A book as everybody sees it: its best prices, its levels, and what an instant changed in them."""

from __future__ import annotations

from collections.abc import Iterator

from seatrial.domain.ids import Symbol
from seatrial.emulators.floor.live_book import LiveBook
from seatrial.emulators.floor.shown import Depth, DepthChange, Quote


class BookView:
    """Counts the updates of one book, from `update_id` on, and remembers the quote it told last."""

    def __init__(self, symbol: Symbol, book: LiveBook, *, update_id: int) -> None:
        self.symbol = symbol
        self.book = book
        self._update_id = update_id
        self._quoted = (0, 0, 0, 0)
        self._quoted_ns = 0

    def changes(self, at_ns: int) -> Iterator[DepthChange | Quote]:
        """What the instant changed in the book, and in its best prices."""
        touched = self.book.touched
        if not touched[1] and not touched[-1]:
            return
        bids, asks = ([(price, self.book.total_at(side, price)) for price in touched[side]] for side in (1, -1))
        first_id = self._update_id + 1
        self._update_id += len(bids) + len(asks)
        for each in touched:
            each.clear()
        yield DepthChange(self.symbol, first_id, self._update_id, bids, asks, at_ns)
        best = self._best()
        if best != self._quoted:
            self._quoted, self._quoted_ns = best, at_ns
            yield self.quote()

    def quote(self) -> Quote:
        """The best prices now, and since when they are."""
        bid, bid_qty, ask, ask_qty = self._best()
        return Quote(self.symbol, bid, bid_qty, ask, ask_qty, self._update_id, self._quoted_ns)

    def _best(self) -> tuple[int, int, int, int]:
        return (*(self.book.best(1) or (0, 0)), *(self.book.best(-1) or (0, 0)))

    def depth(self, levels_max: int) -> Depth:
        """The levels now."""
        return Depth(self._update_id, self.book.levels(1, levels_max), self.book.levels(-1, levels_max))
