"""A stream's own counting tells of what it has skipped, and of nothing else."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from seatrial.domain.bars import Bar
from seatrial.domain.ids import ClientOrderId, ExecutionId, Symbol, VenueOrderId
from seatrial.domain.money import Currency
from seatrial.domain.orders import OrderStatus, OrderType, Side
from seatrial.domain.time import MINUTE_NS
from seatrial.venues.continuity import AccountWord, OrderContinuity, TapeContinuity
from seatrial.venues.port import FillEvent, OrderEvent, StreamGap, TickEvent, VenueFill, VenueOrder

ORDER = ClientOrderId("ELEGANT-LAMP")
BTC = Symbol("BTCUSDT")


def report(trade_units: int, filled_units: int) -> list[AccountWord]:
    """One message: a trade where there is one, and how the order stands after it."""
    order = VenueOrder(
        ORDER, VenueOrderId("7"), BTC, Side.BUY, OrderType.LIMIT, 100, filled_units, OrderStatus.WORKING, 1
    )
    trade = VenueFill(
        ExecutionId(str(filled_units)), ORDER, VenueOrderId("7"), BTC, Side.BUY, trade_units, 1, 0, Currency("USDT"), 1
    )
    return [FillEvent(trade), OrderEvent(order)] if trade_units else [OrderEvent(order)]


def gaps(*messages: list[AccountWord]) -> list[int]:
    """Behind which of the messages a gap was told."""
    orders = OrderContinuity("numbers")
    return [
        at for at, message in enumerate(messages) for told in orders.checked(message) if isinstance(told, StreamGap)
    ]


@given(st.lists(st.integers(1, 30), max_size=10), st.integers(0, 9))
def test_p_ts95_every_dropped_trade_of_an_order_is_noticed_with_the_next_word_on_it(
    trades: list[int], dropped: int
) -> None:
    told = [report(0, 0), *(report(trade, sum(trades[: at + 1])) for at, trade in enumerate(trades))]

    assert gaps(*told) == []
    if dropped + 1 < len(trades):
        assert gaps(*told[: dropped + 1], *told[dropped + 2 :]) == [dropped + 1]


def test_a_trade_told_twice_or_late_is_no_gap() -> None:
    assert gaps(report(0, 0), report(10, 10), report(10, 10)) == []
    assert gaps(report(0, 0), report(5, 15), report(10, 10)) == [1]


def test_an_order_first_heard_of_half_filled_is_left_to_the_backfill() -> None:
    assert gaps(report(5, 50)) == []


@given(st.lists(st.integers(1, 40), min_size=1, max_size=30, unique=True).map(sorted))
def test_a_tape_counts_what_it_skipped(ids: list[int]) -> None:
    tape = TapeContinuity("tape")

    told = [word for each in ids for word in tape.tick(TickEvent(BTC, 1, 1, each), each)]

    skipped = sum(int(word.missing.split()[0]) for word in told if isinstance(word, StreamGap))
    assert skipped == ids[-1] - ids[0] + 1 - len(ids)
    assert [word.at_ns for word in told if isinstance(word, TickEvent)] == ids


def test_a_missing_minute_is_told_before_the_bar_that_shows_it() -> None:
    tape = TapeContinuity("tape")
    first = Bar(BTC, 0, MINUTE_NS, 1, 1, 1, 1, 0)
    fourth = replace(first, start_ns=3 * MINUTE_NS, end_ns=4 * MINUTE_NS)

    assert len(tape.bar(first)) == 1
    assert tape.bar(fourth)[0] == StreamGap("tape", "2 bars of BTCUSDT")
    assert len(tape.bar(fourth)) == 1
