"""The book by level: its best prices, whatever is told to it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seatrial.core import depth as d

levels = st.lists(st.tuples(st.sampled_from([1, -1]), st.integers(0, 19), st.integers(0, 3)), max_size=60)


def best_of(book: d.DepthBook) -> list[int]:
    return [int(book.cells[d.B_BEST_BID]), int(book.cells[d.B_BEST_ASK])]


@given(levels)
def test_the_best_prices_are_the_best_and_never_cross(updates: list[tuple[int, int, int]]) -> None:
    book = d.new_depth_book(low_tick=0, window=20)
    for side, tick, lots in updates:
        d.set_level(book, side, tick, lots)
        bids, asks = np.flatnonzero(book.lots[d.BID]), np.flatnonzero(book.lots[d.ASK])
        assert best_of(book) == [bids.max(initial=-1), asks.min(initial=20)]
        assert best_of(book)[0] < best_of(book)[1]


@given(levels)
def test_a_quote_leaves_one_price_a_side(updates: list[tuple[int, int, int]]) -> None:
    book = d.new_depth_book(low_tick=0, window=20)
    for side, tick, lots in updates:
        d.set_top(book, side, tick, lots)
        assert (book.lots > 0).sum(axis=1).max() <= 1
        if lots:
            assert best_of(book)[0 if side > 0 else 1] == tick


@given(levels, st.lists(st.tuples(st.integers(0, 1), st.integers(0, 19)), max_size=5))
def test_what_was_taken_is_counted_and_forgotten_as_told(
    updates: list[tuple[int, int, int]], takes: list[tuple[int, int]]
) -> None:
    book = d.new_depth_book(low_tick=0, window=20)
    for row, tick in takes:
        d.take(book, row, tick, 1)
    for side, tick, lots in updates:
        d.set_level(book, side, tick, lots)
        assert book.taken[d.BID if side > 0 else d.ASK, tick] == 0
        assert book.cells[d.B_TAKEN] == np.count_nonzero(book.taken)
    d.clear(book)
    assert book.cells[d.B_TAKEN] == 0
    assert best_of(book) == [d.NOTHING, 20]
