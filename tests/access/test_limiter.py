"""The limiter: never more than the rate, no memory without bound, and no answer where it cannot know."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seatrial.domain.time import SECOND_NS
from seatrial.services.access.failures import FREE_MAX, WAIT_S_MAX, Failures
from seatrial.services.access.limiter import Limiter

rates = st.integers(1, 2_000)
steps = st.lists(st.integers(0, SECOND_NS // 2), min_size=1, max_size=200)


@given(rates, steps)
def test_no_second_holds_more_than_two_buckets_whatever_the_rhythm(rate: int, waits: list[int]) -> None:
    """A full bucket at once, and what is refilled within the second."""
    limiter, now_ns, passed = Limiter(rate), 0, []
    for wait in waits:
        now_ns += wait
        if limiter.take("one", now_ns).wait_s is None:
            passed.append(now_ns)
    for at_ns in passed:
        assert sum(at_ns <= each < at_ns + SECOND_NS for each in passed) <= 2 * rate


@given(rates)
def test_a_caller_has_its_whole_bucket_at_once_and_then_waits(rate: int) -> None:
    limiter = Limiter(rate)
    told = [limiter.take("one", 0) for _ in range(rate + 1)]
    assert [each.remaining for each in told] == [*range(rate - 1, -1, -1), 0]
    assert [each.wait_s is None for each in told] == [True] * rate + [False]
    assert told[-1].wait_s == 1


@given(rates, st.integers(1, 50))
def test_whoever_waits_as_long_as_told_passes(rate: int, over: int) -> None:
    limiter = Limiter(rate)
    for _ in range(rate + over):
        refused = limiter.take("one", 0)
    assert limiter.take("one", refused.wait_s * SECOND_NS).wait_s is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, SECOND_NS)), max_size=100))
def test_one_callers_haste_costs_another_nothing(requests: list[tuple[str, int]]) -> None:
    together, alone, now_ns = Limiter(5), Limiter(5), 0
    for caller, wait in requests:
        now_ns += wait
        shared = together.take(caller, now_ns)
        if caller == "a":
            assert shared == alone.take(caller, now_ns)


@given(st.lists(st.integers(-2 * SECOND_NS, 2 * SECOND_NS), max_size=100))
def test_a_clock_that_goes_back_gives_nobody_more(waits: list[int]) -> None:
    limiter, now_ns, forward_ns, passed = Limiter(5), 10**12, 0, 0
    for wait in waits:
        now_ns += wait
        forward_ns += max(wait, 0)
        passed += limiter.take("one", now_ns).wait_s is None
    assert passed <= 5 + 5 * forward_ns // SECOND_NS + 1


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, SECOND_NS // 4)), max_size=300))
def test_memory_is_bounded_and_whoever_does_not_fit_is_not_let_pass(requests: list[tuple[int, int]]) -> None:
    limiter, now_ns = Limiter(2, callers_max=8), 0
    for caller, wait in requests:
        now_ns += wait
        known = len(limiter)
        if limiter.take(f"caller {caller}", now_ns) is None:
            assert known == 8
        assert len(limiter) <= 8


def test_wrong_tokens_wait_longer_each_time_up_to_a_minute_and_are_forgotten() -> None:
    failures, waits = Failures(), []
    for _ in range(14):
        failures.note("here", 0)
        waits.append(failures.waiting_s("here", 0))
    assert waits == [0] * (FREE_MAX - 1) + [1, 2, 4, 8, 16, 32] + [WAIT_S_MAX] * 4
    assert failures.waiting_s("elsewhere", 0) == 0
    failures.forgive("here")
    assert failures.waiting_s("here", 0) == 0


@given(st.lists(st.integers(0, 10_000), max_size=200))
def test_failures_are_remembered_of_a_bounded_number_of_addresses(addresses: list[int]) -> None:
    failures = Failures(addresses_max=5)
    for address in addresses:
        failures.note(str(address), 0)
    assert len(failures._streaks) <= 5
