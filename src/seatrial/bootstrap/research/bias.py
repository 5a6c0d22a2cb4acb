"""`seatrial lookahead` and `seatrial recursive`: a strategy run again and again over altered markets, listened to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import isnan
from pathlib import Path
from typing import Any

import seatrial
from seatrial.bootstrap.numba_cache import default_cache
from seatrial.bootstrap.research.job import Job, runner_of
from seatrial.domain.bars import Bar
from seatrial.domain.facts import Fact
from seatrial.domain.ids import ClientOrderId, Symbol
from seatrial.market.bars import END
from seatrial.runs.backtest import Market, backtest
from seatrial.runs.bias.lookahead import CUTS, Files, check_lookahead
from seatrial.runs.bias.recursive import STARTS, TOLERANCE, check_recursive
from seatrial.runs.bias.said import BiasReport, Heard, Said, said_of
from seatrial.strategy.lines import Line
from seatrial.strategy.runner import StrategyRunner
from seatrial.strategy.strategy import Strategy, view_of
from seatrial.strategy.vector_form import VectorStrategy, answered, columns_of

OnRun = Callable[[int, int], None]
_CODE = (".py", ".pyc", ".pyi", ".so", ".nbi", ".nbc", ".zip", ".pth")


class ListeningRunner(StrategyRunner):
    """A runner that writes down what is decided on each batch and where every indicator stands."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.heard: list[Heard] = []

    def on_bars(
        self,
        bars: Sequence[Bar],
        positions: Mapping[Symbol, int],
        working: Iterable[ClientOrderId] | None = None,
    ) -> list[Fact]:
        """As `StrategyRunner.on_bars`."""
        facts = super().on_bars(bars, positions, working)
        if bars:
            self.heard.append(Heard(bars[0].end_ns, said_of(facts), dict(indicators_of(self.strategy))))
        return facts


def indicators_of(strategy: Strategy) -> Iterator[tuple[str, float | None]]:
    """Every indicator a strategy keeps as an attribute, alone or in a dict, list or tuple: its name and value."""
    for name, held in vars(strategy).items():
        each: Iterable[tuple[str, object]] = [(name, held)]
        if isinstance(held, dict):
            each = ((f"{name}[{key!r}]", value) for key, value in held.items())
        elif isinstance(held, list | tuple):
            each = ((f"{name}[{place}]", value) for place, value in enumerate(held))
        for path, thing in each:
            yield from _values(path, thing)


def lookahead(
    job: Job, data: Path | None, *, seed: int = 1, cuts: int = CUTS, on_run: OnRun = lambda done, of: None
) -> BiasReport:
    """Look for look-ahead. Raises as the strategy and `backtest` do."""
    with opened_files() as opened:

        def files() -> Files:
            own = {str(job.path.resolve()), str(job.path)}
            read = [name for name in dict.fromkeys(opened) if name not in own]
            market = [name for name in read if data is not None and Path(name).resolve().is_relative_to(data.resolve())]
            return Files(tuple(market), tuple(name for name in read if name not in market))

        return check_lookahead(
            job.path.stem, job.market, lambda market: _listen(job, market), files, seed=seed, cuts=cuts, on_run=on_run
        )


def recursive(
    job: Job, *, tolerance: float = TOLERANCE, starts: int = STARTS, on_run: OnRun = lambda done, of: None
) -> BiasReport:
    """Look for recursion. Raises as the strategy and `backtest` do."""
    warmup = job.load({}).strategy.warmup_bars
    return check_recursive(
        job.path.stem,
        job.market,
        lambda market: _listen(job, market),
        warmup_bars=warmup,
        tolerance=tolerance,
        starts=starts,
        on_run=on_run,
    )


def _listen(job: Job, market: Market) -> list[Heard]:
    runner = runner_of(job, job.load({}), market, ListeningRunner)
    assert isinstance(runner, ListeningRunner)
    if isinstance(runner.strategy, VectorStrategy):
        return answers_of(runner.strategy, market)
    backtest([market], [runner], one_by_one=True)
    return runner.heard


def answers_of(strategy: VectorStrategy, market: Market) -> list[Heard]:
    """What a vectorised strategy says of whole columns, asked at once as by a backtest: look-ahead is easy there."""
    heard: dict[int, list[Said]] = {}
    for symbol in sorted(set(strategy.symbols)):
        table = market.tables[Symbol(symbol)]
        if not len(table):
            continue
        answers = answered(strategy, columns_of(symbol, [view_of(bar, table.instrument) for bar in table.bars()]))
        before = float("nan")
        for place, (end_ns, wanted) in enumerate(zip(table.rows[:, END].tolist(), answers.tolist(), strict=True)):
            said = heard.setdefault(end_ns, [])
            if place >= strategy.warmup_bars and not isnan(wanted) and wanted != before:
                said.append(Said(end_ns, symbol, f"target {wanted:.10g}"))
                before = wanted
    return [Heard(end_ns, tuple(said), {}) for end_ns, said in sorted(heard.items())]


def _values(path: str, thing: object) -> Iterator[tuple[str, float | None]]:
    if not (hasattr(thing, "update") and hasattr(thing, "value")) and not isinstance(thing, Line):
        return
    value = thing.value
    if value is None or isinstance(value, int | float):
        yield path, value
    elif isinstance(value, tuple):
        yield from ((f"{path}.{place}", each) for place, each in enumerate(value) if isinstance(each, int | float))


# ---------------------------------------------------------------- open files

_OURS = (
    *("/dev/", "/proc/", "/sys/", "/usr/share/", sys.prefix, sys.base_prefix),
    str(Path(seatrial.__file__).parent),
    str(default_cache()),  # of compiled code
)
_ears: list[list[str]] = []  # who listens now; an audit hook cannot be taken away again
_hooked = False


@contextmanager
def opened_files() -> Iterator[list[str]]:
    """The files that Python code opens to read while this lasts; code and devices are left out."""
    global _hooked
    if not _hooked:
        sys.addaudithook(_hear)
        _hooked = True
    opened: list[str] = []
    _ears.append(opened)
    try:
        yield opened
    finally:
        _ears.remove(opened)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if not _ears or event != "open":
        return
    name, mode = arguments[0], arguments[1]
    reads = mode is None or not set(str(mode)) & set("wax")
    if isinstance(name, str) and reads and not name.endswith(_CODE) and not name.startswith(_OURS):
        for opened in _ears:
            opened.append(name)
