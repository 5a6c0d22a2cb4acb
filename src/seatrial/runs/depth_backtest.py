"""A backtest over depth or quotes: one machine and the compiled depth venue, event by event.

The same machine as everywhere: what a strategy says is a request, risk answers, approvals travel to the venue and its
words travel back. The loop is compiled (`core.depth_loop`); Python is entered where a Python strategy wants it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from seatrial.core import depth_loop as loop
from seatrial.core import depth_run as k
from seatrial.core import venue as v
from seatrial.core.depth import Int64Array
from seatrial.core.depth_desk import python_decides
from seatrial.core.depth_orders import new_depth_venue
from seatrial.core.fees import fee_row
from seatrial.core.fingerprint import OutcomeFill
from seatrial.core.in_flight import IN_FLIGHT_MAX, NEVER
from seatrial.core.latency import constant_latency
from seatrial.core.machine import Machine
from seatrial.core.refusal_rows import refusals_in
from seatrial.core.stepping import bind
from seatrial.domain.facts import Transfer
from seatrial.domain.faults import NoData, RequestFault
from seatrial.domain.ids import JournalEpoch, StrategyId
from seatrial.domain.orders import Side
from seatrial.runs.backtest_run import BacktestRun, EquityPoint, LoggedFill
from seatrial.runs.depth_market import DepthBacktest, DepthMarket, DepthRules
from seatrial.runs.refused import refused_orders
from seatrial.strategy.depth_desk import DepthDesk
from seatrial.strategy.depth_strategy import CompiledDepthStrategy, DepthStrategy

EPOCH = JournalEpoch("backtest")
CHUNK_EVENTS = 262_144  # between two words of progress
LATENCY_NS = 10_000_000

OnProgress = Callable[[int, int], None]  # events done, events in all


def depth_backtest(
    market: DepthMarket,
    strategy: DepthStrategy,
    *,
    strategy_id: str = "depth",
    rules: DepthRules | None = None,
    on_progress: OnProgress | None = None,
) -> DepthBacktest:
    """Run one strategy over recorded events.

    Raises:
        NoData: there is not one event.
        RequestFault: a rule, interval or fee out of its bounds.
        Exception: whatever a Python strategy raised, unchanged.
    """
    return _DepthBacktest(market, strategy, strategy_id, rules or DepthRules()).run(on_progress)


class _DepthBacktest:
    def __init__(self, market: DepthMarket, strategy: DepthStrategy, strategy_id: str, rules: DepthRules) -> None:
        table = market.table
        if not len(table):
            raise NoData(f"there is not one event of {table.instrument.symbol}")
        self.market, self.strategy, self.rules = market, strategy, rules
        self.machine = Machine([market.account], [(market.account.id, table.instrument)], EPOCH)
        column = self.machine.strategy_column(StrategyId(strategy_id))
        fills = rules.fills._replace(quotes=table.quotes)
        venue = new_depth_venue(fills, low_tick=table.low_tick, window=table.window)
        memory = strategy.memory() if isinstance(strategy, CompiledDepthStrategy) else [0]
        latency = rules.latency or constant_latency(LATENCY_NS, LATENCY_NS)
        latency.cells[1] = 0
        self.depth = k.new_depth_run(venue, latency, np.array(memory or [0], dtype=np.int64))
        self._set_cells(column)
        self.fills: list[LoggedFill] = []
        self.marks: list[Int64Array] = []
        account = market.account
        self.machine.step(Transfer(table.first_ns, account.id, account.currency, market.cash_units))
        if market.holding_units:
            inst = table.instrument
            self.machine.step(Transfer(table.first_ns, account.id, inst.base, market.holding_units, inst.symbol))

    def _set_cells(self, column: int) -> None:
        cells, table, rules = self.depth.cells, self.market.table, self.rules
        inst = table.instrument
        if rules.mark_ns <= 0 or self.strategy.interval_ms <= 0:
            raise RequestFault("interval", "above zero", min(rules.mark_ns, self.strategy.interval_ms))
        own_maker = inst.fee_ppm if inst.maker_fee_ppm is None else inst.maker_fee_ppm
        maker = own_maker if rules.fee_maker_ppm is None else rules.fee_maker_ppm
        taker = inst.fee_ppm if rules.fee_taker_ppm is None else rules.fee_taker_ppm
        if not 0 <= min(maker, taker) <= max(maker, taker) < 1_000_000:
            raise RequestFault("fee", "0 to 999999 parts per million", (maker, taker))
        cells[k.K_STRATEGY] = column
        cells[k.K_TICK_UNITS], cells[k.K_LOT_UNITS] = inst.tick_units, inst.lot_units
        cells[k.K_INTERVAL] = self.strategy.interval_ms * 1_000_000
        cells[k.K_WAKES] = self.strategy.wake_bits()
        cells[k.K_MARKED] = cells[k.K_MARKS_AT] = table.first_ns
        cells[k.K_MARK_INTERVAL] = rules.mark_ns
        self.depth.fees[:] = fee_row(replace(inst, fee_ppm=taker, maker_fee_ppm=maker))
        if cells[k.K_WAKES] & k.WAKE_TIMER:
            cells[k.K_DECIDES] = table.first_ns + cells[k.K_INTERVAL]

    def run(self, on_progress: OnProgress | None) -> DepthBacktest:
        state, depth, rows = self.machine.state, self.depth, self.market.table.rows
        bind(depth.block, state, depth.fact, depth.effects)
        decides, kept = self._decides()
        row, count = 0, len(rows)
        while row < count:
            last = min(row + CHUNK_EVENTS, count)
            row = self._live(state, depth, rows, row, last, decides)
            self._drain()
            if depth.cells[k.K_STOPPED]:
                break
            if on_progress is not None:
                on_progress(row, count)
        self._come_to_rest(row, decides)
        assert kept is not None
        return self._result(row)

    def _come_to_rest(self, row: int, decides: Any) -> None:
        """What is under way arrives, then the account is valued once more."""
        cells, rows = self.depth.cells, self.market.table.rows
        cells[k.K_WAKES] = cells[k.K_STOPPED] = 0
        cells[k.K_ENDING] = 1
        cells[k.K_DECIDES] = cells[k.K_MARKS_AT] = NEVER
        for _ in range(IN_FLIGHT_MAX):
            self._live(self.machine.state, self.depth, rows, row, row, decides)
            if not cells[k.K_FILLS]:
                break
            self._drain()
        cells[k.K_MARKS_AT] = cells[k.K_NOW]
        self._live(self.machine.state, self.depth, rows, row, row, decides)
        self._drain()

    @staticmethod
    def _live(state: Any, depth: k.DepthRun, rows: Int64Array, first: int, last: int, decides: Any) -> int:
        """One stretch; what a Python strategy raised comes out as it was."""
        try:
            return int(loop.live(state, depth, rows, first, last, decides))
        except SystemError as broken:
            if broken.__cause__ is not None:
                raise broken.__cause__ from None
            raise

    def _decides(self) -> tuple[Any, object]:
        """The strategy's function, and what must live as long as the run."""
        strategy, state, depth = self.strategy, self.machine.state, self.depth
        arrays = k.Desk(
            depth.venue.book,
            state.orders,
            state.positions,
            state.accounts,
            state.scalars,
            depth.outbox,
            depth.cells,
            depth.event,
            depth.word,
            depth.memory,
        )
        desk = DepthDesk(arrays)
        if isinstance(strategy, CompiledDepthStrategy):
            if strategy.decides is None:
                raise RequestFault("decides", "a function made with decides_by", None)
            return strategy.decides, desk
        strategy.on_begin(desk)
        methods = (strategy.on_timer, strategy.on_event, _telling(strategy), desk)
        depth.cells[[k.K_ON_TIMER, k.K_ON_EVENT, k.K_ON_FILL, k.K_DESK]] = [id(each) for each in methods]
        return python_decides, methods

    def _drain(self) -> None:
        """Move the compiled logs into objects."""
        account, inst = self.machine.instruments[0]
        cells = self.depth.cells
        for row in self.depth.fills[: int(cells[k.K_FILLS])].tolist():
            outcome = OutcomeFill(
                at_ns=row[v.L_AT],
                account=account,
                symbol=inst.symbol,
                side=Side(row[v.L_SIDE]),
                qty_units=row[v.L_QTY],
                price_units=row[v.L_PRICE],
                fee_units=row[v.L_FEE],
                fee_currency=inst.base if row[v.L_FEE_IN_BASE] else inst.quote,
            )
            self.fills.append(LoggedFill(outcome, row[v.L_NUMBER], bool(row[v.L_MAKER]), row[v.L_LEFT]))
        self.marks.append(self.depth.marks[: int(cells[k.K_MARKS])].copy())
        cells[k.K_FILLS] = cells[k.K_MARKS] = 0

    def _result(self, events: int) -> DepthBacktest:
        machine, depth = self.machine, self.depth
        cells, marks = depth.cells, np.concatenate(self.marks)
        account = machine.accounts[0].id
        run = BacktestRun(
            finished=lambda: machine,
            fills=self.fills,
            equity=[EquityPoint(at, account, worth) for at, _, worth in marks.tolist()],
            orders=int(cells[k.K_ORDERS]),
            cancels=int(cells[k.K_CANCELS]),
            expired=int(cells[k.K_EXPIRED]),
            trips=int(cells[k.K_TRIPS]),
            refused=refused_orders(refusals_in(depth.refusals), machine),
            bars=events,
        )
        return DepthBacktest(run, marks, int(cells[k.K_REJECTED]))


def _telling(strategy: DepthStrategy) -> Callable[[DepthDesk], None]:
    """What compiled code calls with a fill."""
    on_fill = strategy.on_fill
    return lambda desk: on_fill(desk, desk.fill)
