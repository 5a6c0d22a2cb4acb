"""Products beyond 64 bits against Python's own integers."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seatrial.core.arithmetic import RESULT_MAX, muldiv_ceil, muldiv_floor, muldiv_toward_zero

factors = st.integers(0, 2**62)
divisors = st.one_of(st.integers(1, 2**32 - 1), st.integers(2**32, 2**62))


@given(factors, factors, divisors)
@example(4_000_000_000_000, 4_000_000_000, 100_000)  # the product that numba's int64 wraps
@example(2**62, 2**62, 2**62)
@example(2**62, 2**33, 2**33 + 1)
def test_a_product_divided_rounds_exactly_as_named(a: int, b: int, divisor: int) -> None:
    exact, rest = divmod(a * b, divisor)
    if exact >= RESULT_MAX:
        with pytest.raises(AssertionError):
            muldiv_ceil(a, b, divisor)
        return
    assert muldiv_floor(a, b, divisor) == exact
    assert muldiv_ceil(a, b, divisor) == exact + (rest > 0)
    assert muldiv_toward_zero(-a, b, divisor) == -exact


def test_a_result_that_does_not_fit_is_an_assertion_and_never_a_wrong_number() -> None:
    with pytest.raises(AssertionError):
        muldiv_floor(2**62, 2**62, 1)
