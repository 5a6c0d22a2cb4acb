import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.domain.faults import RequestFault
from seatrial.strategy import ATR, EMA, RSI, SMA

closes = st.lists(st.integers(1, 100_000).map(lambda cents: cents / 100), min_size=1, max_size=80)
lengths = st.integers(1, 12)


def wilder(values, length):
    if len(values) < length:
        return None
    average = sum(values[:length]) / length
    for value in values[length:]:
        average = (average * (length - 1) + value) / length
    return average


def same(left, right):
    if left is None or right is None:
        return left is right
    return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)


@given(closes, lengths)
def test_sma_is_the_plain_mean_of_the_last_values_or_none(values, length):
    sma = SMA(length)
    for end, value in enumerate(values, start=1):
        expected = sum(values[end - length : end]) / length if end >= length else None
        assert same(sma.update(value), expected)


@given(closes, lengths)
def test_ema_starts_with_the_mean_and_then_follows_its_weight(values, length):
    ema, expected = EMA(length), None
    for end, value in enumerate(values, start=1):
        if end == length:
            expected = sum(values[:length]) / length
        elif end > length:
            alpha = 2 / (length + 1)
            expected = alpha * value + (1 - alpha) * expected
        assert same(ema.update(value), expected)


@given(closes, lengths)
def test_rsi_is_wilders_share_of_gains_and_never_a_made_up_neutral(values, length):
    rsi = RSI(length)
    for end, value in enumerate(values, start=1):
        changes = [after - before for before, after in pairwise(values[:end])]
        gain = wilder([max(change, 0) for change in changes], length)
        loss = wilder([max(-change, 0) for change in changes], length)
        expected = 100 * gain / (gain + loss) if gain is not None and gain + loss > 0 else None
        assert same(rsi.update(value), expected)


@given(st.lists(st.tuples(*[st.integers(1, 10_000)] * 3), min_size=1, max_size=60), lengths)
def test_atr_is_wilders_mean_of_true_ranges(bars, length):
    atr, ranges, last = ATR(length), [], None
    for first, second, close in bars:
        high, low = max(first, second, close), min(first, second, close)
        if last is not None:
            ranges.append(max(high, last) - min(low, last))
        last = close
        assert same(atr.update(high, low, close), wilder(ranges, length))


def test_the_running_sum_of_an_sma_does_not_drift():
    sma = SMA(3)
    for value in [1e15, 1e-3, 0.1] + [0.1, 0.2, 0.3] * 100:
        sma.update(value)

    assert sma.value == pytest.approx(0.2, rel=1e-12)


@pytest.mark.parametrize("length", [0, -1, 2.5, True, 10**9])
def test_a_length_that_is_no_count_is_refused(length):
    with pytest.raises(RequestFault, match="length"):
        SMA(length)
