"""Bias detectors against strategies that cheat, strategies that forget slowly, and honest ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.bootstrap.research.bias import lookahead, opened_files, recursive
from seatrial.bootstrap.research.job import job_of
from seatrial.bootstrap.settings import load_settings
from seatrial.runs.bias.lookahead import cut_places, difference
from seatrial.runs.bias.said import BiasVerdict, Heard, Said

HEAD = "from seatrial.strategy import EMA, SMA, BarView, Context, Strategy\n"

HONEST = (
    HEAD
    + """
class Honest(Strategy):
    symbols = ("AAPL", "SPY")
    length = 10

    def on_start(self, context):
        self.averages = {symbol: SMA(self.length) for symbol in self.symbols}

    def on_bar(self, context, bar):
        average = self.averages[bar.symbol].update(bar.close)
        if average is not None:
            context.target(bar.symbol, weight=0.04 if bar.close > average else 0)
"""
)

# It walks up to the loop that feeds it and reads the next bar: what a vectorised shift by -1 does in one word.
PEEKS = (
    HEAD
    + """
import sys


class Peeks(Strategy):
    symbols = ("AAPL",)

    def on_bar(self, context, bar):
        frame = sys._getframe()
        while frame is not None and not hasattr(frame.f_locals.get("self"), "passage"):
            frame = frame.f_back
        rows = frame.f_locals["self"].rows
        after = rows[rows[:, 1] > bar.end_ns]
        rises = len(after) > 0 and after[0, 5] > after[0, 2]
        context.target("AAPL", weight=0.04 if rises else 0)
"""
)

READS = (
    HEAD
    + """
from pathlib import Path


class Reads(Strategy):
    symbols = ("AAPL",)
    file = "{file}"

    def on_start(self, context):
        self.known = Path(self.file).read_bytes()

    def on_bar(self, context, bar):
        context.target("AAPL", weight=0.04 if bar.end_ns // 60_000_000_000 % 2 else 0)
"""
)

SLOW = (
    HEAD
    + """
class Slow(Strategy):
    symbols = ("AAPL",)
    warmup_bars = {warmup}

    def on_start(self, context):
        self.average = EMA(50)

    def on_bar(self, context, bar):
        average = self.average.update(bar.close)
        if average is not None:
            context.target("AAPL", weight=0.04 if bar.close > average else 0)
"""
)

REMEMBERS = (
    HEAD
    + """
class Remembers(Strategy):
    symbols = ("AAPL",)

    def on_start(self, context):
        self.first = None

    def on_bar(self, context, bar):
        self.first = self.first or bar.close
        context.target("AAPL", weight=0.04 if bar.close > self.first else 0)
"""
)

SILENT = (
    HEAD
    + """
class Silent(Strategy):
    symbols = ("AAPL",)

    def on_bar(self, context, bar):
        pass
"""
)


def job(folder: Path, source: str, sessions: int = 2):
    path = folder / "planted.py"
    path.write_text(source)
    return job_of(load_settings({}, {}), path, {}, session_count=sessions)


def test_an_honest_strategy_is_clean_of_both(tmp_path):
    honest = job(tmp_path, HONEST)

    ahead, back = lookahead(honest, None, cuts=4), recursive(honest)

    assert ahead.verdict is BiasVerdict.CLEAN, ahead.reason
    assert ahead.decisions > 10
    assert ahead.runs == 1 + 4 * 3
    assert back.verdict is BiasVerdict.CLEAN, back.reason
    assert back.compared > 1_000
    assert back.warmup_needed == 0


def test_a_strategy_that_reads_the_next_bar_is_caught_with_decision_bar_and_value(tmp_path):
    report = lookahead(job(tmp_path, PEEKS), None, cuts=6)

    assert report.verdict is BiasVerdict.BIASED
    assert report.first.what == "decision on AAPL"
    assert {report.first.whole, report.first.other} == {"target weight 40000 ppm", "target weight 0 ppm"}
    assert report.first.at_ns > 0
    assert "Z: target weight" in report.reason


def test_a_file_of_the_market_itself_is_the_future_and_another_is_a_doubt(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "prices.csv").write_text("1,2,3")
    reads = job(tmp_path, READS.replace("{file}", str(data / "prices.csv")))

    assert lookahead(reads, data, cuts=2).verdict is BiasVerdict.BIASED
    elsewhere = lookahead(reads, tmp_path / "other", cuts=2)
    assert elsewhere.verdict is BiasVerdict.INCONCLUSIVE
    assert "prices.csv" in elsewhere.reason


def test_a_slow_average_needs_the_warm_up_that_is_told_and_then_is_clean(tmp_path):
    unsound = recursive(job(tmp_path, SLOW.format(warmup=0)))

    assert unsound.verdict is BiasVerdict.BIASED
    assert unsound.first.what in {"indicator average", "target of AAPL"}
    assert 50 < unsound.warmup_needed < 500
    assert f"warmup_bars = {unsound.warmup_needed}" in unsound.remedy
    sound = recursive(job(tmp_path, SLOW.format(warmup=unsound.warmup_needed)))
    assert sound.verdict is BiasVerdict.CLEAN, sound.reason


def test_what_never_settles_is_told_so(tmp_path):
    report = recursive(job(tmp_path, REMEMBERS))

    assert report.verdict is BiasVerdict.BIASED
    assert report.warmup_needed is None
    assert "never settles" in report.remedy


def test_silence_is_inconclusive_and_not_clean(tmp_path):
    silent = job(tmp_path, SILENT)

    assert lookahead(silent, None).verdict is BiasVerdict.INCONCLUSIVE
    assert recursive(silent).verdict is BiasVerdict.INCONCLUSIVE


def test_the_first_difference_is_found_in_either_run():
    def row(*instants):
        return [Heard(at, (Said(at, "SPY", f"target {words}"),), {}) for at, words in instants]

    assert difference(row((1, "a"), (5, "b")), row((1, "a")), 3, "cut") is None
    missing = difference(row((1, "a"), (2, "b")), row((1, "a")), 3, "cut")
    assert (missing.at_ns, missing.whole, missing.other) == (2, "target b", "nothing")
    added = difference(row((2, "b")), row((1, "a"), (2, "b")), 3, "cut")
    assert (added.at_ns, added.whole, added.other) == (1, "nothing", "target a")


@pytest.mark.parametrize(("decided", "cuts"), [([], []), ([7], [7]), ([1, 2, 3, 4, 5], [1, 2, 4])])
def test_cuts_lie_at_decisions_and_leave_a_future(decided, cuts):
    assert cut_places(decided, 3) == cuts


def test_only_files_that_are_read_and_are_no_code_are_heard(tmp_path):
    (tmp_path / "told.csv").write_text("x")
    with opened_files() as opened:
        (tmp_path / "told.csv").read_text()
        (tmp_path / "written.txt").write_text("y")
        Path(__file__).read_text()

    assert opened == [str(tmp_path / "told.csv")]


VECTOR = """
import numpy as np
from seatrial.strategy import VectorStrategy


class Columns(VectorStrategy):
    symbols = ("AAPL",)

    def targets(self, bars):
        rises = {rises}
        return np.where(rises, 0.04, 0.0)
"""


@pytest.mark.parametrize(
    ("rises", "verdict"),
    [
        ("np.r_[False, np.diff(bars.close) > 0]", BiasVerdict.CLEAN),
        ("np.r_[np.diff(bars.close) > 0, False]", BiasVerdict.BIASED),  # the next bar
        ("bars.close > bars.close.mean()", BiasVerdict.BIASED),  # a mean of the whole sample
    ],
)
def test_whole_columns_are_asked_as_a_backtest_asks_them(tmp_path, rises, verdict):
    report = lookahead(job(tmp_path, VECTOR.replace("{rises}", rises)), None, cuts=6)

    assert report.verdict is verdict, report.reason
