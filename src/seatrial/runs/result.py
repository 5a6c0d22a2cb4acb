"""What a run was and what came of it, whichever driver ran it. Reports and figures are made from this alone.

Money is in cash units of the account's own currency; accounts of two currencies are never summed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seatrial.core.views import PositionView
from seatrial.domain.ids import AccountId, StrategyId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.limits import Account
from seatrial.market.bars import CLOSE, END
from seatrial.market.shift import Timeline
from seatrial.runs.backtest import Market
from seatrial.runs.backtest_run import BacktestRun, EquityPoint, LoggedFill
from seatrial.runs.refused import RefusedOrders
from seatrial.strategy.load import LoadedStrategy
from seatrial.strategy.runner import StrategyRunner

Int64Array = NDArray[np.int64]
Holding = tuple[AccountId, Symbol]


@dataclass(frozen=True, slots=True)
class StrategyNote:
    """Which strategy decided: enough to run it again."""

    id: StrategyId
    name: str  # the class
    path: str
    account: AccountId
    parameters: Mapping[str, str]
    digest: str


def note_of(loaded: LoadedStrategy, runner: StrategyRunner) -> StrategyNote:
    """What a report says about the strategy that decided."""
    texts = {
        name: ",".join(value) if isinstance(value, tuple) else str(value) for name, value in loaded.parameters.items()
    }
    return StrategyNote(runner.strategy_id, loaded.name, str(loaded.path), runner.account, texts, loaded.digest)


@dataclass(frozen=True, slots=True, eq=False)
class PriceLine:
    """The bars of one instrument over the run; `rows` has the columns of `market.bars`."""

    rows: Int64Array

    @property
    def at_ns(self) -> Int64Array:
        """The bars' ends."""
        return self.rows[:, END]

    @property
    def close_units(self) -> Int64Array:
        """Their closing prices."""
        return self.rows[:, CLOSE]


@dataclass(frozen=True, slots=True)
class RunResult:
    """Everything a report shows."""

    kind: str  # backtest, rehearsal
    accounts: tuple[Account, ...]
    opening_units: Mapping[AccountId, int]
    instruments: Mapping[Holding, Instrument]
    prices: Mapping[Holding, PriceLine]
    fills: Sequence[LoggedFill]
    equity: Sequence[EquityPoint]
    positions: Sequence[PositionView]
    cash_units: Mapping[AccountId, int]
    orders: int
    cancels: int
    expired: int
    trips: int
    refused: tuple[RefusedOrders, ...]
    bars: int
    outcome_fingerprint: str
    participation_ppm: int
    strategies: tuple[StrategyNote, ...]
    data_lines: tuple[str, ...]  # original dates, shift and source, one line per table
    seed: int | None = None  # of a made-up market or padding; None where nothing was drawn


def backtest_result(
    run: BacktestRun,
    markets: Sequence[Market],
    timeline: Timeline,
    strategies: Sequence[StrategyNote],
    *,
    participation_ppm: int,
    seed: int | None = None,
    kind: str = "backtest",
) -> RunResult:
    """The result of a backtest over `timeline`."""
    tables = {(market.account.id, symbol): table for market in markets for symbol, table in market.tables.items()}
    accounts = tuple(market.account for market in markets)
    return RunResult(
        kind=kind,
        accounts=accounts,
        opening_units={market.account.id: market.opening_units for market in markets},
        instruments={holding: table.instrument for holding, table in tables.items()},
        prices={holding: PriceLine(table.rows) for holding, table in tables.items()},
        fills=run.fills,
        equity=run.equity,
        positions=run.machine.positions(),
        cash_units={account.id: run.machine.cash(account.id, account.currency) for account in accounts},
        orders=run.orders,
        cancels=run.cancels,
        expired=run.expired,
        trips=run.trips,
        refused=run.refused,
        bars=run.bars,
        outcome_fingerprint=run.outcome_fingerprint,
        participation_ppm=participation_ppm,
        strategies=tuple(strategies),
        data_lines=tuple(timeline.lines()),
        seed=seed,
    )
