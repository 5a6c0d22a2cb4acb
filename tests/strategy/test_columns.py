"""Every indicator as a column, compiled: the same numbers as fed bar by bar."""

import numpy as np
import pytest

from seatrial import strategy as s
from seatrial.strategy.columns import FIELDS, column, declared
from seatrial.strategy.filling import FILLS

MADE = [
    s.ADX(7), s.ATR(5), s.CCI(9), s.EMA(6), s.KAMA(8), s.MACD(4, 9, 3), s.MFI(6), s.OBV(), s.ROC(5), s.RSI(7), s.SMA(5),
    s.TRIX(4), s.VWAP(), s.WMA(6), s.Aroon(8), s.Bollinger(9), s.Donchian(6), s.Keltner(7, range_length=5),
    s.Momentum(4), s.ParabolicSAR(), s.Slope(6), s.StdDev(7), s.Stochastic(6), s.WilliamsR(5),
]  # fmt: skip


def bars(rows=400):
    """A walk with still stretches, in which some indicators have nothing to say."""
    drawn = np.random.default_rng(11)
    steps = drawn.normal(0, 1, rows) * (drawn.random(rows) < 0.7)
    close = 100 + np.cumsum(steps)
    spread = np.abs(drawn.normal(0, 0.5, (2, rows))) * (drawn.random(rows) < 0.7)
    opened = np.r_[100, close[:-1]]
    high, low = np.maximum(opened, close) + spread[0], np.minimum(opened, close) - spread[1]
    high[100:140] = low[100:140] = close[100:140] = opened[100:140] = close[99]
    return dict(zip(FIELDS, (opened, high, low, close, np.floor(drawn.random(rows) * 9)), strict=True))


def test_all_of_them_are_compiled():
    assert {type(each) for each in MADE} == set(FILLS)
    assert len(FILLS) == 24


@pytest.mark.parametrize("made", MADE, ids=lambda each: type(each).__name__)
def test_a_column_is_what_updates_answer(made):
    fields = bars()
    each = declared({"it": made})[0]
    inputs = [fields[name] for name in each.inputs]
    parameters = {name: value for name, value in vars(made).items() if not name.startswith("_") and name != "value"}
    fresh = declared({"it": _again(made, parameters)})[0]

    told = np.atleast_2d(column(made, *inputs))

    unknown = (np.nan,) * len(told)
    wanted = np.array([fresh.numbers(*row) or unknown for row in zip(*inputs, strict=True)]).T
    assert np.array_equal(told, wanted, equal_nan=True)
    assert np.isfinite(told).any()


def _again(made, parameters):
    if isinstance(made, s.Keltner):
        return s.Keltner(7, range_length=5)
    return type(made)(**parameters)
