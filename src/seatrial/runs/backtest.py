"""A backtest: one machine and the compiled venue kernel exchanging facts over recorded bars.

The loop lives through one span of bars in compiled code (`core.venue.run_group`), then strategies
decide in Python, and what they decide goes through the same `step` as everywhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from seatrial.core import bar_loop as loop
from seatrial.core import records as r
from seatrial.core import venue as v
from seatrial.core.fingerprint import OutcomeFill
from seatrial.core.machine import Machine
from seatrial.core.step import step
from seatrial.domain.bars import Bar, Session
from seatrial.domain.facts import Fact, OrderRequest, Transfer
from seatrial.domain.faults import NoData, RequestFault
from seatrial.domain.ids import AccountId, ClientOrderId, JournalEpoch, Symbol
from seatrial.domain.limits import Account
from seatrial.domain.orders import Side
from seatrial.domain.refusals import RefusalCode
from seatrial.market.bars import BarTable
from seatrial.runs.backtest_run import BacktestRun, EquityPoint, LoggedFill, outcome_of
from seatrial.runs.backtest_venue import LOG_ROWS, venue_for
from seatrial.strategy.runner import StrategyRunner

PARTICIPATION_PPM = 100_000
EPOCH = JournalEpoch("backtest")

OnProgress = Callable[[int, int], None]  # groups done, groups in all


@dataclass(frozen=True, slots=True)
class Market:
    """What one account trades on: its bars, and its sessions where the market closes at night."""

    account: Account
    cash_units: int
    tables: Mapping[Symbol, BarTable]
    sessions: Sequence[Session] = ()


def backtest(
    markets: Sequence[Market],
    runners: Sequence[StrategyRunner],
    *,
    participation_ppm: int = PARTICIPATION_PPM,
    impact_ppm: int = 0,
    on_progress: OnProgress | None = None,
) -> BacktestRun:
    """Run strategies over recorded bars.

    Strategies decide in the order given; each one's decisions reach the machine before the next decides.

    Args:
        participation_ppm: the part of each print's volume that can be ours.
        impact_ppm: what an order pays that takes a whole print, in millionths of the bar's range; 0 is no impact.

    Raises:
        NoData: there is not one bar.
        RequestFault: bars of several spans are mixed.
    """
    return _Backtest(markets, runners, participation_ppm, impact_ppm).run(on_progress)


class _Backtest:
    def __init__(
        self, markets: Sequence[Market], runners: Sequence[StrategyRunner], participation_ppm: int, impact_ppm: int
    ) -> None:
        self.runners = runners
        self.participation_ppm = participation_ppm
        instruments = [(market.account.id, table.instrument) for market in markets for table in market.tables.values()]
        self.machine = Machine([market.account for market in markets], instruments, EPOCH)
        self.bars = merged_bars(self.machine, markets)
        for runner in runners:
            self.machine.strategy_column(runner.strategy_id)
        self.venue = venue_for(self.machine, self.bars, markets, impact_ppm)
        self.closes = sorted(
            (session.close_ns, self.machine.account_index(market.account.id))
            for market in markets
            for session in market.sessions
            if market.account.calendar != "24x7"
        )
        self.fills: list[LoggedFill] = []
        self._numbers: dict[ClientOrderId, int] = {}
        self._ids: dict[int, ClientOrderId] = {}
        for market in markets:
            opening = Transfer(
                int(self.bars[0, loop.B_START]), market.account.id, market.account.currency, market.cash_units
            )
            self.machine.step(opening)

    def run(self, on_progress: OnProgress | None) -> BacktestRun:
        machine = self.machine
        ends = self.bars[:, loop.B_END]
        starts_of_groups = np.flatnonzero(np.r_[True, np.diff(ends) != 0])
        bounds = [*starts_of_groups.tolist(), len(self.bars)]
        groups = len(bounds) - 1
        equity = np.zeros((groups, len(machine.accounts)), dtype=np.int64)
        for group in range(groups):
            first, last = bounds[group], bounds[group + 1]
            closing = self._close_sessions(int(self.bars[first, loop.B_START]), int(ends[first]))
            tail = loop.run_group(
                machine.state, self.venue, self.bars, first, last, self.participation_ppm, closing, equity[group]
            )
            tail = self._decide(first, last, tail)
            if tail:
                v.deliver(machine.state, self.venue, tail)
            if self.venue.tallies[v.T_FILLS] > LOG_ROWS // 2:
                self._drain()
            if on_progress is not None and group % 256 == 0:
                on_progress(group, groups)
        self._drain()
        if on_progress is not None:
            on_progress(groups, groups)
        return self._result(equity, ends[starts_of_groups].tolist())

    def _close_sessions(self, start_ns: int, end_ns: int) -> r.Int64Array:
        """Close what closed before these bars began; answers which accounts close as they end."""
        closing = np.zeros(len(self.machine.accounts), dtype=np.int64)
        while self.closes and self.closes[0][0] <= end_ns:
            close_ns, account = self.closes.pop(0)
            if close_ns > start_ns:
                closing[account] = 1
                continue
            scalars = self.machine.state.scalars
            scalars[r.S_NOW] = max(int(scalars[r.S_NOW]), close_ns)
            v.close_session(self.machine.state, self.venue, account)
        return closing

    def _decide(self, first: int, last: int, tail: int) -> int:
        """Show the finished bars to each strategy and take its decisions; returns the new end of the effects."""
        batches = self._batches(first, last)
        for runner in self.runners:
            bars = batches.get(runner.account)
            if not bars:
                continue
            positions = self._positions(runner)
            for fact in runner.on_bars(bars, positions, self._working()):
                tail = self._step(fact, tail)
        return tail

    def _batches(self, first: int, last: int) -> dict[AccountId, list[Bar]]:
        batches: dict[AccountId, list[Bar]] = {}
        for row in self.bars[first:last].tolist():
            account, inst = self.machine.instruments[row[loop.B_INST]]
            batches.setdefault(account, []).append(
                Bar(
                    inst.symbol,
                    row[loop.B_START],
                    row[loop.B_END],
                    row[loop.B_OPEN],
                    row[loop.B_HIGH],
                    row[loop.B_LOW],
                    row[loop.B_CLOSE],
                    row[loop.B_VOLUME],
                )
            )
        return batches

    def _positions(self, runner: StrategyRunner) -> dict[Symbol, int]:
        machine = self.machine
        return {
            symbol: int(machine.state.positions[machine.row_of(runner.account, symbol), r.P_QTY])
            for symbol in runner.symbols
        }

    def _working(self) -> list[ClientOrderId]:
        state = self.machine.state
        numbers = state.orders[: int(state.scalars[r.S_ORDERS]), r.O_NUMBER].tolist()
        return [self._ids[number] for number in numbers if number in self._ids]

    def _step(self, fact: Fact, tail: int) -> int:
        """One decision through the machine. Order views are not kept: a backtest may have millions of orders."""
        effects = self.venue.effects
        count = step(self.machine.state, self.machine.encode(fact, self._numbers), effects[tail:])
        if isinstance(fact, OrderRequest) and fact.client_order_id is not None and count:
            number = int(effects[tail, r.E_NUMBER])
            if effects[tail, r.E_KIND] in (r.EFFECT_APPROVED, r.EFFECT_PARKED):
                self._numbers[fact.client_order_id] = number
                self._ids[number] = fact.client_order_id
        return tail + int(count)

    def _drain(self) -> None:
        """Move the compiled log of fills into objects."""
        count = int(self.venue.tallies[v.T_FILLS])
        for row in self.venue.log[:count].tolist():
            account, inst = self.machine.instruments[row[v.L_INST]]
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
        self.venue.tallies[v.T_FILLS] = 0

    def _result(self, equity: r.Int64Array, ends: list[int]) -> BacktestRun:
        machine, tallies = self.machine, self.venue.tallies
        points = [
            EquityPoint(at_ns, account.id, int(equity[group, at]))
            for group, at_ns in enumerate(ends)
            for at, account in enumerate(machine.accounts)
        ]
        return BacktestRun(
            machine=machine,
            fills=self.fills,
            equity=points,
            orders=int(tallies[v.T_ORDERS]),
            cancels=int(tallies[v.T_CANCELS]),
            expired=int(tallies[v.T_EXPIRED]),
            trips=int(tallies[v.T_TRIPS]),
            refusals={code: int(tallies[v.T_REFUSED + code]) for code in RefusalCode if tallies[v.T_REFUSED + code]},
            bars=len(self.bars),
            outcome_fingerprint=outcome_of(machine, (fill.outcome for fill in self.fills)),
        )


def merged_bars(machine: Machine, markets: Sequence[Market]) -> r.Int64Array:
    """All bars of all markets in the order the loop lives through them: by end, then account and symbol."""
    tables = [
        (machine.row_of(market.account.id, symbol), table.rows)
        for market in markets
        for symbol, table in market.tables.items()
        if len(table)
    ]
    if not tables:
        raise NoData("there is not one bar of the symbols asked for in the span asked for")
    bars = np.empty((sum(len(rows) for _, rows in tables), loop.BARS_WIDTH), dtype=np.int64)
    first = 0
    for inst, rows in tables:
        part = bars[first : first + len(rows)]
        part[:, : loop.B_INST], part[:, loop.B_INST] = rows, inst
        first += len(rows)
    spans = bars[:, loop.B_END] - bars[:, loop.B_START]
    if (spans != spans[0]).any():
        raise RequestFault("data", "bars of one length", np.unique(spans).tolist())
    if len(tables) == 1:
        return bars  # a table is in order of time
    return np.ascontiguousarray(bars[np.lexsort((bars[:, loop.B_INST], bars[:, loop.B_END]))])
