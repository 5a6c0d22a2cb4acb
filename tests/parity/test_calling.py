"""A lone strategy in Python is called by compiled code: it sees, says and leaves what it does one fact at a time."""

from __future__ import annotations

import gc
import sys
import traceback

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.parity.made_markets import account, market, runner, walk
from tests.parity.test_forms_of_a_strategy import BITING, same

from seatrial.domain.faults import RequestFault
from seatrial.runs.backtest import backtest
from seatrial.strategy import ATR, EMA, MACD, SMA, BarView, Context, Strategy


class Whims(Strategy):
    """Says anything at any time, and writes down all it sees."""

    seed = 1
    every = 5

    def on_start(self, context: Context) -> None:
        self.heard: list[object] = []
        self._kept: list[BarView] = []
        self._dice = np.random.default_rng(self.seed)
        self._again: dict[str, dict[str, float]] = {}
        self._fed = {symbol: (SMA(4), ATR(3)) for symbol in self.symbols}
        self._lines = [
            context.indicator(each, symbol) for symbol in self.symbols for each in (EMA(5), MACD(2, 4, 3), SMA(3))
        ]

    def on_bar(self, context: Context, bar: BarView) -> None:
        average, span = self._fed[bar.symbol]
        self._kept.append(bar)
        self.heard.append(
            (
                tuple(bar),
                context.now_ns,
                average.update(bar.close),
                span.update(bar.high, bar.low, bar.close),
                average.value,
                tuple(line.value for line in self._lines),
                tuple(context.position(symbol) for symbol in self.symbols),
                tuple(handle.client_order_id for handle in context.working()),
            )
        )
        if bar.symbol in self._again and self._dice.random() < 0.8:
            context.target(bar.symbol, **self._again[bar.symbol])  # said again, whatever became of it
        if self._dice.random() < 1.0 / self.every:
            for _ in range(self._dice.integers(1, 3)):
                self._say(context, bar, int(self._dice.integers(0, 12)), int(self._dice.integers(-200, 201)))

    def _say(self, context: Context, bar: BarView, what: int, amount: int) -> None:
        side = context.buy if amount > 0 else context.sell
        lots, symbol = abs(amount) + 1, bar.symbol
        match what:
            case 0 | 1 | 2:
                self._again[symbol] = {"quantity": amount}
                context.target(symbol, quantity=amount)
            case 3:
                self._again[symbol] = {"weight": amount / 1_000}
                context.target(symbol, weight=amount / 1_000)
            case 4:
                side(symbol, lots)
            case 5:
                side(symbol, float(lots), limit_price=round(bar.close * 0.999, 2))
            case 6:
                side(symbol, lots, stop_price=round(bar.close * (1.001 if amount > 0 else 0.999), 2))
            case 7:
                side(symbol, lots, trail_percent=0.5)
            case 8:
                context.buy(symbol, lots, take_profit=round(bar.close * 1.01, 2), stop_loss=round(bar.close * 0.99, 2))
            case 9:
                for handle in context.working():
                    context.cancel(handle)
            case 10:
                context.cancel(side(symbol, lots))  # asked for and taken back on one bar
            case _:
                context.signal(symbol, "hold", reason="nothing to do")


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    symbols=st.integers(1, 3),
    every=st.sampled_from([2, 7, 40]),
    limits=st.sampled_from(list(BITING)),
    warmup_bars=st.sampled_from([0, 25]),
    after_stop=st.sampled_from(["wait", "next target"]),
)
def test_called_by_compiled_code_a_strategy_sees_and_leaves_what_it_does_one_fact_at_a_time(
    seed: int, symbols: int, every: int, limits: str, warmup_bars: int, after_stop: str
) -> None:
    made = market(
        [walk(f"S{at}", 300, seed + at, gap=0.3 if symbols > 1 else 0.0) for at in range(symbols)],
        account(**BITING[limits]),
    )
    runs, heard, runners = [], [], []
    for slowly in (False, True):
        strategy = Whims()
        strategy.seed, strategy.every = seed, every
        strategy.warmup_bars, strategy.after_stop = warmup_bars, after_stop
        runners.append(runner(strategy, made))
        runs.append(backtest([made], [runners[-1]], one_by_one=slowly))
        heard.append(strategy.heard)
        assert [tuple(bar) for bar in strategy._kept] == [row[0] for row in strategy.heard], (
            "a kept bar stays as it was"
        )

    assert heard[0] == heard[1]
    same(*runs)
    assert runners[0].bars_seen == runners[1].bars_seen
    assert runners[0].discarded == runners[1].discarded


class Insists(Strategy):
    """Says what it wants with every bar, as the first strategy in the README does."""

    def on_start(self, context: Context) -> None:
        self.average = {symbol: SMA(30) for symbol in self.symbols}

    def on_bar(self, context: Context, bar: BarView) -> None:
        average = self.average[bar.symbol].update(bar.close)
        if average is not None:
            context.target(bar.symbol, quantity=100 if bar.close > average else -100)


@pytest.mark.parametrize("symbols", [1, 2])
def test_a_target_said_again_while_it_stands_is_counted_and_no_more(symbols: int) -> None:
    made = market([walk(f"S{at}", 2_000 // symbols, 3 + at) for at in range(symbols)], account(**BITING["stop-loss"]))

    insisting = backtest([made], [runner(Insists(), made)])

    assert len(insisting.fills) > 100
    same(insisting, backtest([made], [runner(Insists(), made)], one_by_one=True))


class Raises(Strategy):
    """Fails on its fifth bar."""

    def on_start(self, context: Context) -> None:
        self.bars = 0

    def on_bar(self, context: Context, bar: BarView) -> None:
        self.bars += 1
        if self.bars == 5:
            raise ArithmeticError("wrong on the fifth bar") from KeyError("first")


class Slips(Raises):
    """Says what cannot be said."""

    def on_bar(self, context: Context, bar: BarView) -> None:
        context.target(bar.symbol, quantity="many")


def test_what_a_strategy_raises_comes_out_as_it_was_raised() -> None:
    made = market([walk("S0", 60, 3)], account())
    with pytest.raises(ArithmeticError, match="fifth bar") as found:
        backtest([made], [runner(Raises(), made)])
    assert isinstance(found.value.__cause__, KeyError)
    last = traceback.extract_tb(found.value.__traceback__)[-1]
    assert (last.filename, last.name) == (__file__, "on_bar")
    with pytest.raises(RequestFault, match="quantity"):
        backtest([made], [runner(Slips(), made)])


class Stops(Strategy):
    """Is interrupted."""

    def on_bar(self, context: Context, bar: BarView) -> None:
        raise KeyboardInterrupt


def test_an_interruption_is_one() -> None:
    made = market([walk("S0", 60, 3)], account())
    with pytest.raises(KeyboardInterrupt):
        backtest([made], [runner(Stops(), made)])


class Turns(Strategy):
    """Is another from its tenth bar on."""

    def on_start(self, context: Context) -> None:
        self.first, self.second = 0, 0

    def on_bar(self, context: Context, bar: BarView) -> None:
        self.first += 1
        if self.first == 10:
            self.on_bar = self._later  # type: ignore[method-assign]

    def _later(self, context: Context, bar: BarView) -> None:
        self.second += 1


def test_a_strategy_may_put_another_on_bar_in_its_place() -> None:
    made = market([walk("S0", 60, 3)], account())
    strategy = Turns()
    backtest([made], [runner(strategy, made)])
    assert (strategy.first, strategy.second) == (10, 50)


def test_a_run_leaves_no_object_behind() -> None:
    made = market([walk("S0", 3_000, 3)], account())

    def run() -> None:
        strategy = Whims()
        strategy.every = 10**9
        backtest([made], [runner(strategy, made)])

    run()
    gc.collect()
    views, texts = sys.getrefcount(BarView), sys.getrefcount(None)
    run()
    gc.collect()
    assert abs(sys.getrefcount(BarView) - views) < 50
    assert abs(sys.getrefcount(None) - texts) < 1_000
