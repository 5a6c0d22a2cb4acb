"""Bars become decision batches: none lost, none repeated, none out of order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seatrial.domain.bars import Bar
from seatrial.domain.ids import AccountId, Symbol
from seatrial.services.batcher import OPEN_BATCHES_MAX, Batcher
from seatrial.services.topics import BarBatch

MINUTE = 60
GRACE = 5
A, B, C = Symbol("A"), Symbol("B"), Symbol("C")


def bar(symbol: Symbol, minute: int) -> Bar:
    return Bar(symbol, (minute - 1) * MINUTE, minute * MINUTE, 1, 1, 1, 1, 1)


def batcher(*symbols: Symbol) -> Batcher:
    return Batcher(AccountId("one"), symbols, grace_ns=GRACE)


def told(batches: list[BarBatch]) -> list[tuple[int, str, int]]:
    return [(each.end_ns // MINUTE, "".join(bar.symbol for bar in each.bars), each.revision) for each in batches]


def test_a_batch_leaves_when_every_symbol_has_reported() -> None:
    gathering = batcher(A, B)
    assert gathering.take(bar(B, 1), 0) == []
    assert told(gathering.take(bar(A, 1), 1)) == [(1, "AB", 0)]
    assert gathering.closes_at_ns is None


def test_a_batch_leaves_incomplete_when_its_grace_is_over() -> None:
    gathering = batcher(A, B)
    gathering.take(bar(B, 1), 10)
    assert gathering.closes_at_ns == 10 + GRACE
    assert gathering.close_due(10 + GRACE - 1) == []
    [batch] = gathering.close_due(10 + GRACE)
    assert told([batch]) == [(1, "B", 0)]
    assert not batch.complete


def test_a_late_bar_is_a_batch_of_its_own_with_a_time_of_its_own() -> None:
    gathering = batcher(A, B, C)
    gathering.take(bar(B, 1), 0)
    gathering.close_due(GRACE)
    late = [*gathering.take(bar(A, 1), 8), *gathering.take(bar(C, 1), 9)]
    assert told(late) == [(1, "A", 1), (1, "C", 2)]
    assert [each.decided_at_ns for each in late] == [MINUTE + 1, MINUTE + 2]


def test_a_complete_batch_waits_for_an_earlier_one() -> None:
    gathering = batcher(A, B)
    gathering.take(bar(A, 1), 0)
    gathering.take(bar(A, 2), 1)
    assert gathering.take(bar(B, 2), 2) == []
    assert told(gathering.close_due(GRACE)) == [(1, "A", 0), (2, "AB", 0)]


def test_a_repeated_bar_is_absorbed_and_counted() -> None:
    gathering = batcher(A)
    assert told(gathering.take(bar(A, 1), 0)) == [(1, "A", 0)]
    assert gathering.take(bar(A, 1), 1) == []
    assert gathering.repeated == 1


def test_never_more_than_a_bounded_number_of_batches_waits() -> None:
    gathering = batcher(A, B)
    left = [batch for minute in range(1, 40) for batch in gathering.take(bar(A, minute), minute)]
    assert told(left) == [(minute, "A", 0) for minute in range(1, 40 - OPEN_BATCHES_MAX)]


def test_backfilled_bars_complete_what_waits_and_only_old_ones_are_history() -> None:
    gathering = batcher(A, B)
    gathering.take(bar(A, 3), 0)
    batches = gathering.backfill([bar(A, 2), bar(B, 2), bar(A, 3), bar(B, 3)], 2 * MINUTE)
    assert told(batches) == [(2, "AB", 0), (3, "AB", 0)]
    assert [each.backfilled for each in batches] == [True, False]


arrivals = st.lists(st.tuples(st.sampled_from([A, B, C]), st.integers(1, 8), st.integers(0, 2 * GRACE)), max_size=40)


def played(events: list[tuple[Symbol, int, int]]) -> list[BarBatch]:
    """Take bars as time passes, closing what is due in between, as a feed does."""
    gathering, now, left = batcher(A, B, C), 0, []
    for symbol, minute, wait in events:
        now += wait
        while gathering.closes_at_ns is not None and gathering.closes_at_ns <= now:
            left += gathering.close_due(gathering.closes_at_ns)
        left += gathering.take(bar(symbol, minute), now)
    while gathering.closes_at_ns is not None:
        left += gathering.close_due(gathering.closes_at_ns)
    return left


@given(arrivals)
def test_every_bar_leaves_exactly_once(events: list[tuple[Symbol, int, int]]) -> None:
    left = [(bar.symbol, bar.end_ns // MINUTE) for batch in played(events) for bar in batch.bars]
    assert sorted(left) == sorted({(symbol, minute) for symbol, minute, _ in events})


@given(arrivals)
def test_no_two_batches_have_the_same_name(events: list[tuple[Symbol, int, int]]) -> None:
    names = [batch.decided_at_ns for batch in played(events)]
    assert len(set(names)) == len(names)


@given(st.lists(st.tuples(st.sampled_from([A, B, C]), st.integers(1, 4)), max_size=40))
def test_batches_of_a_stream_in_order_leave_in_order(steps: list[tuple[Symbol, int]]) -> None:
    """However the symbols' bars interleave: when none is late, ends never go back."""
    next_minute = {A: 1, B: 1, C: 1}
    events = []
    for symbol, skipped in steps:
        events.append((symbol, next_minute[symbol], 0))
        next_minute[symbol] += skipped
    ends = [batch.end_ns for batch in played(events) if batch.revision == 0 and len(steps) <= OPEN_BATCHES_MAX]
    assert ends == sorted(ends)


@given(arrivals)
def test_the_same_arrivals_give_the_same_batches(events: list[tuple[Symbol, int, int]]) -> None:
    assert played(events) == played(events)


@given(st.lists(st.integers(1, 3), max_size=30))
def test_bars_that_arrive_in_time_are_never_reordered(waits: list[int]) -> None:
    """One symbol's bars leave as they came, whatever the other symbols do."""
    events = [(symbol, 1 + at // 3, wait) for at, (symbol, wait) in enumerate(zip([A, B, C] * 10, waits, strict=False))]
    left = [bar.end_ns for batch in played(events) for bar in batch.bars if bar.symbol == A]
    assert left == sorted(left)
