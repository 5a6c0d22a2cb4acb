"""Compiled, vectorised and Python: three forms of one strategy, one outcome; and calm stretches change nothing."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.parity.made_markets import PythonWishes, VectorWishes, account, market, runner, walk

from seatrial.domain.faults import ConfigurationFault, RequestFault
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.refusals import RefusalCode
from seatrial.runs.backtest import Ground, backtest
from seatrial.runs.backtest_run import BacktestRun
from seatrial.strategy import ATR, EMA, MACD, RSI, SMA, BarView, CompiledStrategy, Context, Strategy, VectorStrategy
from seatrial.strategy.columns import column
from seatrial.strategy.vector_form import Columns

BITING = {
    "stop-loss": {"default_stop_loss_ppm": 8_000},
    "trailing": {"enable_trailing_stop": True, "trailing_stop_ppm": 6_000},
    "breaker": {"breaker_enabled": True, "breaker_daily_loss_units": 400 * CASH_SCALE},
    "drawdown": {"breaker_enabled": True, "max_drawdown_ppm": 5_000},
    "all": {
        "default_stop_loss_ppm": 9_000,
        "enable_trailing_stop": True,
        "trailing_stop_ppm": 7_000,
        "breaker_enabled": True,
        "breaker_daily_loss_units": 600 * CASH_SCALE,
        "breaker_consecutive_losses_max": 4,
        "breaker_cooldown_ns": 45 * 60 * 10**9,
        "breaker_auto_resume": True,
    },
}


def same(one: BacktestRun, other: BacktestRun) -> None:
    assert one.machine.state_fingerprint() == other.machine.state_fingerprint()
    assert one.outcome_fingerprint == other.outcome_fingerprint
    assert list(one.equity) == list(other.equity)
    assert (one.orders, one.cancels, one.expired, one.trips, one.refusals) == (
        other.orders,
        other.cancels,
        other.expired,
        other.trips,
        other.refusals,
    )


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    symbols=st.integers(1, 3),
    every=st.sampled_from([2, 9, 60, 400]),
    limits=st.sampled_from(list(BITING)),
    sessions=st.booleans(),
)
def test_a_stretch_leaves_what_bar_by_bar_leaves(
    seed: int, symbols: int, every: int, limits: str, sessions: bool
) -> None:
    tables = [walk(f"S{at}", 1_500, seed + at, gap=0.3 if symbols > 1 else 0.0) for at in range(symbols)]
    made = market(tables, account(**BITING[limits]), sessions)
    strategy, plain = VectorWishes(), PythonWishes()
    strategy.seed = plain.seed = seed
    strategy.every = plain.every = every

    at_once = backtest([made], [runner(strategy, made)])

    same(at_once, backtest([made], [runner(plain, made)], one_by_one=True))
    assert len(at_once.fills) > 0 or every == 400


class Compiled(CompiledStrategy, says="weight", memory=2):
    """Momentum with a memory: everything a compiled strategy can see is looked at."""

    fast = 5
    slow = 21
    weight = 0.2
    shy = True
    warmup_bars = 30

    def indicators(self) -> dict[str, object]:
        return {
            "above": SMA(self.fast),
            "below": EMA(self.slow),
            "strength": RSI(9),
            "span": ATR(9),
            "peak": ("high", SMA(4)),
            "macd": MACD(3, 8, 4),
        }

    @staticmethod
    def decide(now, own, memory):
        memory[0] += 1.0
        if now.held != 0.0 and own.shy and now.close < memory[1] - 3.0 * now.span:
            return 0.0
        if now.above > now.below and now.strength > 40.0 and now.close < now.peak + now.span and now.macd_line > -9.0:
            memory[1] = now.close
            return own.weight * (1.0 if now.symbol == 0 else 0.5)
        if now.above < now.below:
            memory[1] = now.close
            return -own.weight / 2.0
        return math.nan


class Plain(Strategy):
    """The same by hand."""

    fast = 5
    slow = 21
    weight = 0.2
    shy = True
    warmup_bars = 30

    def on_start(self, context: Context) -> None:
        self._kept = {
            symbol: (SMA(self.fast), EMA(self.slow), RSI(9), ATR(9), SMA(4), MACD(3, 8, 4)) for symbol in self.symbols
        }
        self._mark = dict.fromkeys(self.symbols, 0.0)
        self._said: dict[str, float] = {}
        self._bars = dict.fromkeys(self.symbols, 0)

    def on_bar(self, context: Context, bar: BarView) -> None:
        above, below, strength, span, peak, macd = self._kept[bar.symbol]
        found = (
            above.update(bar.close),
            below.update(bar.close),
            strength.update(bar.close),
            span.update(bar.high, bar.low, bar.close),
            peak.update(bar.high),
            macd.update(bar.close),
        )
        self._bars[bar.symbol] += 1
        if None in found or self._bars[bar.symbol] <= self.warmup_bars:
            return
        wanted = self._wanted(bar, context.position(bar.symbol), *found)
        if wanted is not None and self._said.get(bar.symbol) != wanted:
            self._said[bar.symbol] = wanted
            context.target(bar.symbol, weight=wanted)

    def _wanted(self, bar, held, above, below, strength, span, peak, macd):
        if held and self.shy and bar.close < self._mark[bar.symbol] - 3.0 * span:
            return 0.0
        if above > below and strength > 40.0 and bar.close < peak + span and macd.line > -9.0:
            self._mark[bar.symbol] = bar.close
            return self.weight * (1.0 if bar.symbol == min(self.symbols) else 0.5)
        if above < below:
            self._mark[bar.symbol] = bar.close
            return -self.weight / 2.0
        return None


@pytest.mark.parametrize("symbols", [1, 2])
def test_a_compiled_strategy_decides_what_its_python_form_decides(symbols: int) -> None:
    tables = [walk(f"S{at}", 20_000 // symbols, 5 + at, gap=0.1 if symbols > 1 else 0.0) for at in range(symbols)]
    made = market(tables, account(**BITING["all"]))

    compiled = backtest([made], [runner(Compiled(), made)])

    assert len(compiled.fills) > 100
    same(compiled, backtest([made], [runner(Compiled(), made)], one_by_one=True))
    same(compiled, backtest([made], [runner(Plain(), made)], one_by_one=True))
    same(compiled, Ground([made]).run([runner(Compiled(), made)]))


class Crossed(VectorStrategy):
    """A cross of averages in columns."""

    def targets(self, bars: Columns) -> np.ndarray:
        fast, slow = column(SMA(5), bars.close), column(SMA(20), bars.close)
        return np.where(np.isnan(slow), np.nan, np.where(fast > slow, 50.0, -50.0))


class CrossedCompiled(CompiledStrategy):
    """The same compiled."""

    def indicators(self) -> dict[str, object]:
        return {"fast": SMA(5), "slow": SMA(20)}

    @staticmethod
    def decide(now, own, memory):
        return 50.0 if now.fast > now.slow else -50.0


@pytest.mark.parametrize("notional", [10**9, 40])
def test_three_forms_have_one_outcome_and_a_lowered_limit_refuses_in_all(notional: int) -> None:
    owner = account(max_notional_per_position_units=notional * CASH_SCALE)
    made = market([walk("S0", 900, 3)], owner)
    runs = [
        backtest([made], [runner(strategy, made)], one_by_one=slowly)
        for strategy, slowly in (
            (Crossed(), False),
            (Crossed(), True),
            (CrossedCompiled(), False),
            (CrossedCompiled(), True),
        )
    ]
    for other in runs[1:]:
        same(runs[0], other)
    refused = runs[0].refusals.get(RefusalCode.MAX_POSITION_NOTIONAL, 0)
    assert (refused > 0) == (notional == 40)


class Wrong(CompiledStrategy):
    """Asks for what nobody can hold."""

    @staticmethod
    def decide(now, own, memory):
        return 1e30 if now.start_ns % 7 == 0 else math.inf


class Lost(CompiledStrategy):
    """Reads beyond its memory."""

    @staticmethod
    def decide(now, own, memory):
        return memory[3]


class Unknown(CompiledStrategy):
    """Names what is not there."""

    @staticmethod
    def decide(now, own, memory):
        return now.yesterday


@pytest.mark.parametrize(
    ("strategy", "fault", "words"),
    [(Wrong, RequestFault, "quantity"), (Lost, RequestFault, "decide"), (Unknown, ConfigurationFault, "yesterday")],
)
def test_a_compiled_strategy_that_goes_wrong_says_so(strategy, fault, words, capfd) -> None:
    made = market([walk("S0", 50, 3)], account())
    with pytest.raises(fault, match=words):
        backtest([made], [runner(strategy(), made)])


def test_what_a_compiled_strategy_can_be_is_checked_when_it_is_written() -> None:
    with pytest.raises(RequestFault, match="says"):
        type("Bad", (CompiledStrategy,), {}, says="money")
    with pytest.raises(RequestFault, match="memory"):
        type("Bad", (CompiledStrategy,), {}, memory=-1)


KEPT = """
import sys
from seatrial.bootstrap.numba_cache import prepare_compiled_core
prepare_compiled_core()
import numba.core.compiler as compiler
from pathlib import Path
from seatrial.strategy.load import load_strategy
from seatrial.strategy.compiled_form import numeric_parameters
from seatrial.strategy.scanning import scan_of
compiled = []
plain = compiler.compile_extra
compiler.compile_extra = lambda typing, target, func, *rest, **more: (
    compiled.append(func.__name__), plain(typing, target, func, *rest, **more))[1]
strategy = load_strategy(Path(sys.argv[1])).strategy
assert scan_of(strategy, ("average",), numeric_parameters(strategy)).address
print(sum(name.startswith("scan_") for name in compiled))
"""
FILE = """
from seatrial.strategy import SMA, CompiledStrategy
LEVEL = {level}

class Kept(CompiledStrategy):
    symbols = ("S0",)

    @staticmethod
    def decide(now, own, memory):
        return 1.0 if now.close > now.average + LEVEL else 0.0
"""


def test_a_second_start_compiles_a_strategys_file_only_where_it_was_edited(tmp_path) -> None:
    path = tmp_path / "kept.py"
    said = []
    for level in (1.0, 1.0, 2.0):
        path.write_text(FILE.format(level=level))
        done = subprocess.run([sys.executable, "-c", KEPT, str(path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        said.append(int(done.stdout.strip()))
    assert said == [1, 0, 1]
