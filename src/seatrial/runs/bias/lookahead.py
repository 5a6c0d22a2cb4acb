"""Look-ahead: cut the future off, or replace it by another, and nothing decided before may change.

Cuts lie right after decisions, where knowing one bar too many shows. Beyond a cut there is, in turn, nothing, the same
bars in another order, and prices a tenth higher.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

import numpy as np

from seatrial.market.bars import CLOSE, END, OPEN, START, BarTable
from seatrial.runs.backtest import Market
from seatrial.runs.bias.said import BiasReport, BiasVerdict, Difference, Heard, Said

DECISIONS_MIN = 10
CUTS = 8
FUTURE_BARS_MAX = 200  # of an altered future: enough to be seen, and quick
FUTURES = ("with the future cut off", "with the future shuffled", "with a future a tenth dearer")

Run = Callable[[Market], list[Heard]]
OnRun = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Files:
    """Files a strategy opened while it ran: those of the market data, and others."""

    of_market: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def check_lookahead(
    strategy: str, market: Market, run: Run, files: Callable[[], Files], *, seed: int, cuts: int, on_run: OnRun
) -> BiasReport:
    """Run whole, then with other futures; the first decision that differs is named.

    Args:
        run: one backtest over a market from which everything was heard.
        files: what was opened so far, asked at the end.
    """
    whole = run(market)
    decided = [heard.at_ns for heard in whole if heard.said]
    decisions = sum(len(heard.said) for heard in whole)
    places = cut_places(decided, cuts)
    total = 1 + len(places) * len(FUTURES)
    on_run(1, total)
    runs, first = 1, None
    for cut_ns in places:
        for place, future in enumerate(FUTURES):
            market_then = other_future(market, cut_ns, place, seed)
            found = difference(whole, run(market_then), cut_ns, future)
            runs += 1
            on_run(runs, total)
            if found is not None and (first is None or found.at_ns < first.at_ns):
                first = found
    return _report(strategy, first, decisions, runs, files())


def cut_places(decided: Sequence[int], cuts: int) -> list[int]:
    """Up to `cuts` instants of decisions, spread evenly, the first among them; the last needs no cut."""
    if len(decided) < 2:
        return list(decided)
    chosen = np.unique(np.linspace(0, len(decided) - 2, min(cuts, len(decided) - 1)).astype(int))
    return [decided[place] for place in chosen]


def other_future(market: Market, cut_ns: int, kind: int, seed: int) -> Market:
    """The market with the same past up to `cut_ns` and another future: 0 none, 1 shuffled, 2 dearer."""
    return replace(
        market, tables={symbol: _altered(table, cut_ns, kind, seed) for symbol, table in market.tables.items()}
    )


def difference(whole: Sequence[Heard], other: Sequence[Heard], until_ns: int, run: str) -> Difference | None:
    """The first decision up to `until_ns` that is not the same in both."""
    known, seen = ([said for heard in row if heard.at_ns <= until_ns for said in heard.said] for row in (whole, other))
    for one, two in zip_longest(known, seen):
        if one != two:
            first = one if two is None or (one is not None and one.at_ns <= two.at_ns) else two
            assert first is not None
            at_ns = first.at_ns
            return Difference(
                f"decision on {first.symbol or 'an order'}", at_ns, _words(one, at_ns), _words(two, at_ns), run
            )
    return None


def _words(said: Said | None, at_ns: int) -> str:
    return said.words if said is not None and said.at_ns == at_ns else "nothing"


def _altered(table: BarTable, cut_ns: int, kind: int, seed: int) -> BarTable:
    past = int(np.searchsorted(table.rows[:, END], cut_ns, side="right"))
    if kind == 0:
        return replace(table, rows=table.rows[:past])
    rows = table.rows[: past + FUTURE_BARS_MAX].copy()
    future = rows[past:]
    if kind == 1:
        order = np.random.default_rng([seed, cut_ns % 2**32]).permutation(len(future))
        future[:, OPEN:] = future[order, OPEN:]
    else:
        step = table.instrument.tick_units
        future[:, OPEN : CLOSE + 1] = future[:, OPEN : CLOSE + 1] * 11 // 10 // step * step
    assert (rows[:, START] == table.rows[: len(rows), START]).all()
    rows.flags.writeable = False
    return replace(table, rows=rows)


def _report(strategy: str, first: Difference | None, decisions: int, runs: int, files: Files) -> BiasReport:
    def told(verdict: BiasVerdict, reason: str, remedy: str = "") -> BiasReport:
        return BiasReport("lookahead", strategy, verdict, reason, remedy, first, decisions, runs, decisions)

    if first is not None:
        remedy = "Decide from bars that have ended: look for shifts, whole-sample means and data read ahead."
        return told(BiasVerdict.BIASED, f"a decision changes with the future: {first}", remedy)
    if files.of_market:
        reason = f"it opens {files.of_market[0]} itself, which holds the future"
        return told(BiasVerdict.BIASED, reason, "Use the bars that on_bar is given.")
    if files.others:
        reason = f"it opens {files.others[0]} while it runs: what that holds cannot be cut off"
        return told(BiasVerdict.INCONCLUSIVE, reason, "Show otherwise that the file was known before the first bar.")
    if decisions < DECISIONS_MIN:
        reason = f"{DECISIONS_MIN} decisions are needed, it made {decisions}"
        return told(BiasVerdict.INCONCLUSIVE, reason, "Use a longer span or other parameters.")
    return told(BiasVerdict.CLEAN, f"{decisions} decisions are the same in {runs - 1} runs with other futures")
