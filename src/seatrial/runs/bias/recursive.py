"""Recursion: start later, and after the declared warm-up nothing may differ from a run that started earlier.

Compared are indicators, within a tolerance, and standing targets, exactly. Orders depend on what is held, which rightly
depends on the start, so they are not held against a strategy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from seatrial.market.bars import END, START
from seatrial.runs.backtest import Market
from seatrial.runs.bias.said import BiasReport, BiasVerdict, Difference, Heard

STARTS = 4
COMPARED_MIN = 100
TOLERANCE = 1e-4  # of the value: a hundredth of a per cent

Run = Callable[[Market], list[Heard]]
OnRun = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Apart:
    bars: int  # seen since the late start, this one included
    difference: Difference


def check_recursive(
    strategy: str, market: Market, run: Run, *, warmup_bars: int, tolerance: float, starts: int, on_run: OnRun
) -> BiasReport:
    """Compare a run over the whole market with runs that start later."""
    whole = run(market)
    on_run(1, starts + 1)
    compared, apart, shortest = 0, [], len(whole)
    for number, start_ns in enumerate(late_starts(whole, starts), start=2):
        late = run(starting(market, start_ns))
        on_run(number, starts + 1)
        shortest = min(shortest, len(late))
        known = {heard.at_ns: heard for heard in whole}
        targets = _standing(whole)
        run_name = f"when it starts at bar {len(whole) - len(late) + 1}"
        for found in _compared(known, targets, late, tolerance, run_name):
            if isinstance(found, _Apart):
                apart.append(found)
            else:
                compared += found > warmup_bars
    return _report(
        strategy, apart, compared, sum(len(heard.said) for heard in whole), starts + 1, warmup_bars, shortest
    )


def late_starts(whole: Sequence[Heard], starts: int) -> list[int]:
    """Instants at which runs start late: spread over the first half, so that much is left to compare."""
    places = np.unique(np.linspace(len(whole) * 0.1, len(whole) * 0.5, starts).astype(int))
    return [whole[place].at_ns for place in places if place < len(whole)]


def starting(market: Market, start_ns: int) -> Market:
    """The market without bars that end before `start_ns`."""
    tables = {
        symbol: replace(table, rows=table.rows[int(np.searchsorted(table.rows[:, END], start_ns)) :])
        for symbol, table in market.tables.items()
    }
    first_ns = min((int(table.rows[0, START]) for table in tables.values() if len(table)), default=start_ns)
    return replace(market, tables=tables, sessions=tuple(day for day in market.sessions if day.close_ns > first_ns))


def _standing(row: Sequence[Heard]) -> dict[int, dict[str, str]]:
    """After each batch, the last target said for each symbol."""
    standing: dict[str, str] = {}
    found = {}
    for heard in row:
        for said in heard.said:
            if not said.order:
                standing[said.symbol] = said.words
        found[heard.at_ns] = dict(standing)
    return found


def _compared(
    known: dict[int, Heard], targets: dict[int, dict[str, str]], late: Sequence[Heard], tolerance: float, run: str
) -> Iterator[_Apart | int]:
    """What is apart; for everything that is not, how many bars had been seen."""
    own = _standing(late)
    for bars, heard in enumerate(late, start=1):
        before = known[heard.at_ns]
        for name, value in heard.indicators.items():
            other = before.indicators.get(name)
            if value is None or other is None:
                continue
            if abs(value - other) > tolerance * max(abs(value), abs(other)):
                told = f"{value:.10g}"
                yield _Apart(bars, Difference(f"indicator {name}", heard.at_ns, f"{other:.10g}", told, run))
            else:
                yield bars
        for symbol, words in own[heard.at_ns].items():
            stood = targets[heard.at_ns].get(symbol, "nothing")
            if words != stood:
                yield _Apart(bars, Difference(f"target of {symbol}", heard.at_ns, stood, words, run))
            else:
                yield bars


def _report(
    strategy: str, apart: list[_Apart], compared: int, decisions: int, runs: int, warmup: int, shortest: int
) -> BiasReport:
    late = [each for each in apart if each.bars > warmup]
    first = min(late, key=lambda each: each.difference.at_ns).difference if late else None
    needed = max((each.bars for each in apart), default=0)
    settled = needed * 2 <= shortest  # what differs late in a run would go on differing

    def told(verdict: BiasVerdict, reason: str, remedy: str = "") -> BiasReport:
        known = needed if settled else None
        return BiasReport("recursive", strategy, verdict, reason, remedy, first, decisions, runs, compared, known)

    if first is not None:
        remedy = (
            f"Declare warmup_bars = {needed} or more: by then every start agreed."
            if settled
            else "It never settles: something in it depends on where it started. Rebuild that from a fixed window."
        )
        reason = f"after {warmup} bars of declared warm-up the start still matters: {first}"
        return told(BiasVerdict.BIASED, reason, remedy)
    if compared < COMPARED_MIN:
        reason = f"{COMPARED_MIN} values after the warm-up are needed, {compared} could be compared"
        remedy = "Use a longer span; keep indicators as attributes, so that they can be seen."
        return told(BiasVerdict.INCONCLUSIVE, reason, remedy)
    return told(
        BiasVerdict.CLEAN, f"{compared:,} values after {warmup} bars of warm-up agree in {runs - 1} late starts"
    )
