"""The budget keeps every span of its window within the limit, and never stands in the way of a cancel."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.domain.faults import VenueUnavailable
from seatrial.domain.time import MINUTE_NS, SECOND_NS
from seatrial.runs.virtual_time import VirtualClock, VirtualLoop, run_virtual
from seatrial.venues.budget import Budget, Purpose


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 5)), min_size=1, max_size=60))
def test_no_span_of_the_window_holds_more_than_the_limit(requests: list[tuple[int, int]]) -> None:
    async def main(loop: VirtualLoop) -> list[tuple[int, int]]:
        budget = Budget(VirtualClock(loop), limit=20, window_ns=MINUTE_NS)
        sent: list[tuple[int, int]] = []
        for pause_seconds, weight in requests:
            await asyncio.sleep(pause_seconds)
            await budget.admit(Purpose.QUESTION, weight)
            sent.append((loop.now_ns(), weight))
        return sent

    sent = run_virtual(main)

    for start_ns, _ in sent:
        assert sum(weight for at_ns, weight in sent if start_ns <= at_ns < start_ns + MINUTE_NS) <= 20


def test_orders_have_room_that_questions_leave_and_cancels_always_go() -> None:
    async def main(loop: VirtualLoop) -> list[bool]:
        budget = Budget(VirtualClock(loop), limit=100, window_ns=MINUTE_NS)
        budget.spend(90)
        assert budget.wait_ns(Purpose.QUESTION, 1) > 0
        admitted = [await budget.admit(Purpose.ORDER, 1) for _ in range(7)]
        budget.spend(100)
        return [*admitted, await budget.admit(Purpose.CANCEL, 1)]

    assert run_virtual(main) == [True] * 5 + [False] * 2 + [True]


def test_what_others_spent_counts_too() -> None:
    async def main(loop: VirtualLoop) -> bool:
        budget = Budget(VirtualClock(loop), limit=100, window_ns=MINUTE_NS)
        budget.observe(100)
        denied = not await budget.admit(Purpose.ORDER, 1)
        await asyncio.sleep(60)
        return denied and await budget.admit(Purpose.ORDER, 1)

    assert run_virtual(main)


def test_a_long_ban_is_told_and_not_slept_through() -> None:
    async def main(loop: VirtualLoop) -> None:
        budget = Budget(VirtualClock(loop), limit=100, window_ns=MINUTE_NS)
        budget.close_until(loop.now_ns() + 3600 * SECOND_NS)
        await budget.admit(Purpose.QUESTION, 1)

    with pytest.raises(VenueUnavailable, match="3600 s"):
        run_virtual(main)
