"""Every indicator against TA-Lib, on recorded days and on random ones.

TA-Lib answers 0 where a definition divides by zero and ours answers nothing; such places are left out and counted.
"""

import math

import duckdb
import numpy as np
import pytest
import talib
from tests.recorded import RECORDED

from seatrial import strategy as ours

DATA = RECORDED
FIRST = 400


def walk(seed: int):
    rng = np.random.default_rng(seed)
    close = np.round(100 * np.exp(np.cumsum(rng.normal(0, 0.01, FIRST))), 2)
    spread = np.round(rng.uniform(0.0, 1.5, (2, FIRST)), 2)
    return close + spread[0], close - spread[1], close, rng.integers(0, 10_000, FIRST).astype(float)


def recorded():
    path = DATA / "crypto" / "klines_1h_binance_spot.parquet"
    if not path.exists():
        pytest.skip(f"no {path.name}: set SEATRIAL_DATA to the folder of recorded data")
    bars = duckdb.sql(f"select high, low, close, volume from '{path}' order by ts limit 3000").fetchnumpy()
    return tuple(np.asarray(bars[name], dtype=float) for name in ("high", "low", "close", "volume"))


# name: ours, which of high, low, close, volume it takes, and TA-Lib's columns in the order of ours
CASES = {
    "SMA": (lambda: ours.SMA(20), "c", lambda h, lo, c, v: talib.SMA(c, 20)),
    "EMA": (lambda: ours.EMA(21), "c", lambda h, lo, c, v: talib.EMA(c, 21)),
    "WMA": (lambda: ours.WMA(15), "c", lambda h, lo, c, v: talib.WMA(c, 15)),
    "KAMA": (lambda: ours.KAMA(10), "c", lambda h, lo, c, v: talib.KAMA(c, 10)),
    "RSI": (lambda: ours.RSI(14), "c", lambda h, lo, c, v: talib.RSI(c, 14)),
    "ATR": (lambda: ours.ATR(14), "hlc", lambda h, lo, c, v: talib.ATR(h, lo, c, 14)),
    "MACD": (lambda: ours.MACD(12, 26, 9), "c", lambda h, lo, c, v: talib.MACD(c, 12, 26, 9)),
    "Stochastic": (lambda: ours.Stochastic(14), "hlc", lambda h, lo, c, v: talib.STOCH(h, lo, c, 14, 3, 0, 3, 0)),
    "WilliamsR": (lambda: ours.WilliamsR(14), "hlc", lambda h, lo, c, v: talib.WILLR(h, lo, c, 14)),
    "CCI": (lambda: ours.CCI(20), "hlc", lambda h, lo, c, v: talib.CCI(h, lo, c, 20)),
    "ROC": (lambda: ours.ROC(10), "c", lambda h, lo, c, v: talib.ROC(c, 10)),
    "Momentum": (lambda: ours.Momentum(10), "c", lambda h, lo, c, v: talib.MOM(c, 10)),
    "TRIX": (lambda: ours.TRIX(9), "c", lambda h, lo, c, v: talib.TRIX(c, 9)),
    "StdDev": (lambda: ours.StdDev(20), "c", lambda h, lo, c, v: talib.STDDEV(c, 20, 1)),
    "Bollinger": (lambda: ours.Bollinger(20, 2.0), "c", lambda h, lo, c, v: talib.BBANDS(c, 20, 2, 2)[::-1]),
    "Donchian": (
        lambda: ours.Donchian(20),
        "hl",
        lambda h, lo, c, v: (talib.MIN(lo, 20), (talib.MIN(lo, 20) + talib.MAX(h, 20)) / 2, talib.MAX(h, 20)),
    ),
    "ADX": (
        lambda: ours.ADX(14),
        "hlc",
        lambda h, lo, c, v: (talib.MINUS_DI(h, lo, c, 14), talib.PLUS_DI(h, lo, c, 14), talib.ADX(h, lo, c, 14)),
    ),
    "Aroon": (lambda: ours.Aroon(14), "hl", lambda h, lo, c, v: talib.AROON(h, lo, 14)),
    "ParabolicSAR": (ours.ParabolicSAR, "hl", lambda h, lo, c, v: talib.SAR(h, lo, 0.02, 0.2)),
    "Slope": (lambda: ours.Slope(14), "c", lambda h, lo, c, v: talib.LINEARREG_SLOPE(c, 14)),
    "OBV": (ours.OBV, "cv", lambda h, lo, c, v: talib.OBV(c, v)),
    "MFI": (lambda: ours.MFI(14), "hlcv", lambda h, lo, c, v: talib.MFI(h, lo, c, v, 14)),
}


def answers(make, takes: str, market) -> np.ndarray:
    columns = [market["hlcv".index(letter)] for letter in takes]
    indicator = make()
    told = [indicator.update(*(float(value) for value in row)) for row in zip(*columns, strict=True)]
    width = next((len(value) for value in told if isinstance(value, tuple)), 1)
    blank = (math.nan,) * width
    return np.array([blank if value is None else value if isinstance(value, tuple) else (value,) for value in told])


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("market", [walk(1), walk(2), "recorded"], ids=["walk 1", "walk 2", "recorded"])
def test_it_gives_what_talib_gives(name, market):
    market = recorded() if market == "recorded" else market
    make, takes, theirs = CASES[name]

    got = answers(make, takes, market)
    told = theirs(*market)
    expected = np.column_stack(told) if isinstance(told, tuple | list) else told[:, None]

    assert got.shape == expected.shape
    both = ~np.isnan(got).any(axis=1)
    assert both.sum() > 0.9 * len(got), "it answers nearly everywhere"
    scale = np.nanmax(np.abs(expected))
    np.testing.assert_allclose(got[both], expected[both], rtol=1e-7, atol=1e-9 * scale)
    early = np.flatnonzero(~np.isnan(expected).any(axis=1))[0]
    unanswered = expected[early:][~both[early:]]
    assert len(unanswered) == 0 or (np.abs(unanswered) < 1e-12).any(axis=1).all(), "only where nothing moved"
    assert not both[:early].any(), "not before it has seen enough"


def test_every_indicator_is_checked_somewhere():
    found = {name for name in ours.__all__ if hasattr(getattr(ours, name), "update")}

    assert found == {*CASES, "Keltner", "VWAP"}


def test_keltner_is_an_average_and_ranges_around_it():
    high, low, close, _ = walk(3)
    got = answers(lambda: ours.Keltner(20, 1.5, range_length=10), "hlc", (high, low, close))
    middle, spread = talib.EMA(close, 20), 1.5 * talib.ATR(high, low, close, 10)
    both = ~np.isnan(got[:, 0])

    np.testing.assert_allclose(got[both], np.column_stack([middle - spread, middle, middle + spread])[both], rtol=1e-9)
    assert both.sum() == FIRST - 19


def test_vwap_weighs_by_volume_and_starts_afresh_when_told():
    vwap = ours.VWAP()

    assert vwap.update(10, 0) is None
    assert vwap.update(10, 1) == 10
    assert vwap.update(20, 3) == 17.5
    vwap.reset()
    assert vwap.value is None
    assert vwap.update(30, 2) == 30
