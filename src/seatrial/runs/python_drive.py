"""The driver of strategies written in Python: they see the bars, the machine hears of calm ones a stretch at a time.

While nothing but prices can change, a lone strategy that acts on every bar is shown bar after bar without a call into
compiled code. Several strategies, and those with schedules, decide a group of bars at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from seatrial.core import course as c
from seatrial.core import records as r
from seatrial.core.bar_loop import B_END, B_INST, B_START
from seatrial.core.machine import Machine
from seatrial.core.stepping import step_now
from seatrial.core.stretch_loop import mark_shown
from seatrial.domain.bars import Bar
from seatrial.domain.facts import Fact, OrderRequest, Rebalance, Target
from seatrial.domain.ids import AccountId, ClientOrderId, Symbol
from seatrial.market.bars import BAR_WIDTH
from seatrial.runs.backtest_run import BacktestRun
from seatrial.runs.passage import Passage
from seatrial.runs.prepared import PreparedMarkets, check_spans
from seatrial.runs.views import ViewChunks
from seatrial.strategy.runner import StrategyRunner

PROGRESS_ROWS = 4_096
SHOWN_AT_ONCE = 128  # rows: what is cut out of a chunk beyond a decision is cut out again


class HeldUnits(Mapping[Symbol, int]):
    """What an account holds now, read when asked for."""

    def __init__(self, machine: Machine, runner: StrategyRunner) -> None:
        self._positions = machine.state.positions
        self._rows = {symbol: machine.row_of(runner.account, symbol) for symbol in runner.symbols}

    def __getitem__(self, symbol: Symbol) -> int:
        return int(self._positions[self._rows[symbol], r.P_QTY])

    def __iter__(self) -> Iterator[Symbol]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class PythonDrive:
    """Strategies that decide in the order given; each one's decisions reach the machine before the next decides."""

    def __init__(
        self,
        prepared: PreparedMarkets,
        runners: Sequence[StrategyRunner],
        *,
        participation_ppm: int,
        one_by_one: bool = False,
    ) -> None:
        self.runners = runners
        self.rows = prepared.rows
        self.passage = Passage(prepared, participation_ppm=participation_ppm, desk_width=c.D_FREE)
        self.machine, self.venue = self.passage.machine, self.passage.venue
        for runner in runners:
            self.machine.strategy_column(runner.strategy_id)
        self._held = [HeldUnits(self.machine, runner) for runner in runners]
        self._alone = len(runners) == 1 and runners[0].can_be_shown_stretches and not one_by_one
        self.passage.desk[c.D_ONE_BY_ONE] = one_by_one
        check_spans(self.rows, int(self.rows[0, B_END] - self.rows[0, B_START]))
        self._numbers: dict[ClientOrderId, int] = {}
        self._ids: dict[int, ClientOrderId] = {}

    def run(self, on_progress: Callable[[int, int], None] | None) -> BacktestRun:
        """Live through every bar."""
        passage, progress, rows = self.passage, self.passage.course.progress, len(self.rows)
        views = ViewChunks(self.machine, self.rows, self.runners[0]) if self._alone else None
        told = 0
        while True:
            passage.travel(0, rows)
            first, last = int(progress[c.G_ROW]), int(progress[c.G_REACH])
            if first == last:
                break
            if progress[c.G_CALM] == 1 and views is not None:
                self._show_stretch(views, first, last)
            elif progress[c.G_CALM] == 1:
                self._show_groups(first, last)
            else:
                if views is not None:
                    views.reach(first)
                self._decide(first, last)
            if passage.is_full:
                passage.drain()
            if on_progress is not None and first - told >= PROGRESS_ROWS:
                told = first
                on_progress(first, rows)
        if on_progress is not None:
            on_progress(rows, rows)
        return passage.result()

    def _show_stretch(self, views: ViewChunks, first: int, last: int) -> None:
        """Show calm bars until the strategy says something; what it says is taken by the next `travel`."""
        runner, progress = self.runners[0], self.passage.course.progress
        while first < last:
            part, part_last = views.between(first, min(last, views.whole_groups(first + SHOWN_AT_ONCE)))
            shown = runner.show_calm(part, self._held[0])
            first = part_last if shown == len(part) else views.row_after(first, shown)
            facts = runner.close_calm()
            if facts:
                progress[c.G_REACH] = first
                self._take(facts)
                return

    def _show_groups(self, first: int, last: int) -> None:
        """Show calm bars a group at a time, until anybody says anything."""
        progress, ends = self.passage.course.progress, self.rows[first:last, B_END]
        bounds = (np.flatnonzero(np.r_[np.diff(ends) != 0, True]) + 1 + first).tolist()
        for bound in bounds:
            progress[c.G_REACH] = bound
            if self._decide(first, bound):
                return
            first = bound

    def _decide(self, first: int, last: int) -> bool:
        """Show one group of finished bars to each strategy and take its decisions; whether there were any."""
        batches = self._batches(self.rows[first:last])
        decided = False
        for runner, held in zip(self.runners, self._held, strict=True):
            bars = batches.get(runner.account)
            if not bars:
                continue
            facts = runner.on_bars(bars, held, self._working())
            if facts:
                decided = True
                self._take(facts)
        return decided

    def _batches(self, rows: r.Int64Array) -> dict[AccountId, list[Bar]]:
        batches: dict[AccountId, list[Bar]] = {}
        for row in rows.tolist():
            account, inst = self.machine.instruments[row[B_INST] if len(row) > BAR_WIDTH else 0]
            batches.setdefault(account, []).append(Bar(inst.symbol, *row[:BAR_WIDTH]))
        return batches

    def _working(self) -> Iterator[ClientOrderId]:
        state = self.machine.state
        numbers = state.orders[: int(state.scalars[r.S_ORDERS]), r.O_NUMBER].tolist()
        if state.scalars[r.S_PARKED]:  # an entry lives in its exits
            parked = state.parked[: int(state.scalars[r.S_PARKED]), [r.K_NUMBER, r.K_PARENT]]
            numbers = sorted({*numbers, *parked.ravel().tolist()})
        return (self._ids[number] for number in numbers if number in self._ids)

    def _take(self, facts: Sequence[Fact]) -> None:
        """Let the machine have decisions: a lone strategy's targets with the next `travel`, others one by one."""
        progress = self.passage.course.progress
        if self._alone and all(isinstance(fact, Target | Rebalance) for fact in facts):
            targets = [fact for fact in facts if isinstance(fact, Target)]
            if 2 * len(targets) == len(facts):  # one rebalance each: no symbol twice
                self._say(targets)
                return
        mark_shown(self.venue.block)
        for fact in facts:
            progress[c.G_TAIL] += self._step(fact, int(progress[c.G_TAIL]))

    def _say(self, targets: Sequence[Target]) -> None:
        course, machine = self.passage.course, self.machine
        for place, target in enumerate(targets):
            said = course.said[place]
            said[c.W_INST] = machine.row_of(target.account, target.symbol)
            said[c.W_QTY] = target.quantity_units or 0
            said[c.W_WEIGHT_PPM] = target.weight_ppm or 0
            said[c.W_IS_WEIGHT] = target.weight_ppm is not None
        course.desk[c.D_STRATEGY] = machine.strategies[targets[0].strategy]
        course.desk[c.D_SAID] = len(targets)

    def _step(self, fact: Fact, tail: int) -> int:
        """One decision through the machine. Order views are not kept: a backtest may have millions of orders."""
        effects = self.venue.effects
        self.venue.fact[:] = self.machine.encode(fact, self._numbers)
        count = step_now(self.venue.block, tail)
        if isinstance(fact, OrderRequest) and fact.client_order_id is not None and count:
            number = int(effects[tail, r.E_NUMBER])
            if effects[tail, r.E_KIND] in (r.EFFECT_APPROVED, r.EFFECT_PARKED):
                self._numbers[fact.client_order_id] = number
                self._ids[number] = fact.client_order_id
        return int(count)
