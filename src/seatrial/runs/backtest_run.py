"""What a backtest did: its trades, its equity over time, and what was refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from seatrial.core.fingerprint import OutcomeFill, outcome_fingerprint
from seatrial.core.machine import Machine
from seatrial.domain.ids import AccountId
from seatrial.domain.refusals import RefusalCode
from seatrial.runs.refused import RefusedOrders, counts


@dataclass(frozen=True, slots=True)
class EquityPoint:
    """One account's equity after the bars that ended at `at_ns`."""

    at_ns: int
    account: AccountId
    equity_units: int


@dataclass(frozen=True, slots=True)
class LoggedFill:
    """A trade with what the report wants to know beyond the outcome."""

    outcome: OutcomeFill
    order_number: int
    maker: bool
    left_units: int


@dataclass(frozen=True)
class BacktestRun:
    """What a backtest did. Money in cash units of the account's currency.

    `fills`, `equity` and `machine` hold columns and make their objects as they are asked for (`runs.fill_log`,
    `runs.equity_curve`): a run of millions of bars is a few arrays until somebody looks.
    """

    finished: Callable[[], Machine]
    fills: Sequence[LoggedFill]
    equity: Sequence[EquityPoint]
    orders: int
    cancels: int
    expired: int
    trips: int
    refused: tuple[RefusedOrders, ...]
    bars: int

    @cached_property
    def machine(self) -> Machine:
        """The machine as the run left it."""
        return self.finished()

    @property
    def refusals(self) -> dict[RefusalCode, int]:
        """How many orders risk refused, by code."""
        return counts(self.refused)

    @cached_property
    def outcome_fingerprint(self) -> str:
        """The hash of its trades and of the machine's final cash and positions."""
        return outcome_of(self.machine, (fill.outcome for fill in self.fills))


def outcome_of(machine: Machine, fills: Iterable[OutcomeFill]) -> str:
    """The outcome fingerprint of a run: its trades, and the machine's final cash and positions."""
    return outcome_fingerprint(
        fills,
        ((account.id, account.currency, machine.cash(account.id, account.currency)) for account in machine.accounts),
        ((view.account, view.symbol, view.qty_units) for view in machine.positions()),
    )
