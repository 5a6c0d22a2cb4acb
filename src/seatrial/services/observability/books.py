"""The accounts as the committed entries leave them: a replica for readers, kept beside the machine.

The machine is stepped before its commit returns, so whoever shows its state may show what never became
durable. These books learn from entries only, use the same ledger, and agree with the machine to the unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from seatrial.core import records as r
from seatrial.core.blank_state import XNYS_DAY_OFFSET_NS
from seatrial.core.ledger import market_value, post_fill
from seatrial.core.records import Int64Array
from seatrial.domain.bars import Bar
from seatrial.domain.facts import Fill, Transfer
from seatrial.domain.ids import AccountId, ExecutionId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.limits import Account
from seatrial.domain.time import DAY_NS

UNIX_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
PERIODS = ("today", "week", "month", "all")


@dataclass(slots=True)
class PeriodBook:
    """What was realised since a risk day, week or month began. Money in cash units of the account's currency.

    `baseline_units` is the equity it began with, moved by every transfer since: a deposit is no profit. None
    before the first bar.
    """

    number: int = -1
    baseline_units: int | None = None
    realized_units: int = 0
    fees_units: int = 0  # those taken in coin at their trade's price, rounded down
    fills: int = 0
    closed_trades: int = 0
    won_trades: int = 0


@dataclass(slots=True, eq=False)
class Holding:
    """One instrument of one account. `row` is laid out as the machine's own position rows, for the same ledger.

    What is asked for at every bar is kept beside it as plain integers: `qty_units` signed, `value_units` at the last
    price, 0 before the first.
    """

    account: AccountId
    instrument: Instrument
    row: Int64Array = field(default_factory=lambda: np.zeros(r.POSITIONS_WIDTH, dtype=np.int64))
    executions: set[ExecutionId] = field(default_factory=set)
    cost_known: bool = True  # False while something is held that came by a transfer, at no price of ours
    qty_units: int = 0
    cost_units: int = 0
    value_units: int = 0
    price_units: int = 0
    price_at_ns: int = 0

    @property
    def unrealized_units(self) -> int:
        """Value less cost."""
        return self.value_units - self.cost_units

    def mark(self, price_units: int, at_ns: int) -> None:
        """A new price."""
        self.price_units, self.price_at_ns = price_units, at_ns
        if self.qty_units:
            self.value_units = int(market_value(self.qty_units, price_units, self.instrument.value_div))

    def settle(self) -> None:
        """The row has moved."""
        self.qty_units, self.cost_units = int(self.row[r.P_QTY]), int(self.row[r.P_COST])
        self.value_units = int(market_value(self.qty_units, self.price_units, self.instrument.value_div))


class AccountBook:
    """One account: cash, holdings, and what each period brought."""

    def __init__(self, account: Account, instruments: Iterable[Instrument]) -> None:
        self.account = account
        self.holdings: Mapping[Symbol, Holding] = {one.symbol: Holding(account.id, one) for one in instruments}
        self.periods: dict[str, PeriodBook] = {name: PeriodBook() for name in PERIODS}
        self.periods["all"].baseline_units = 0
        self.as_of_ns = 0  # market time of the newest price; 0 before the first
        self.cash_units = 0
        self.worth_known = True  # False once something came in before it had a price
        self._row = np.zeros(r.ACCOUNTS_WIDTH, dtype=np.int64)
        self._day = -1
        self._day_offset_ns = XNYS_DAY_OFFSET_NS if account.calendar == "XNYS" else 0

    @property
    def equity_units(self) -> int:
        """Cash and holdings at their last prices."""
        return self.cash_units + sum(holding.value_units for holding in self.holdings.values())

    @property
    def realized_units(self) -> int:
        """Everything ever realised, after fees: those in cash, and those in coin as part of the trade."""
        return self.periods["all"].realized_units

    @property
    def unrealized_units(self) -> int | None:
        """Value of all holdings less their cost; None while a cost is not known."""
        if not all(holding.cost_known for holding in self.holdings.values()):
            return None
        return sum(holding.unrealized_units for holding in self.holdings.values())

    # ---------------------------------------------------------------- facts

    def mark(self, bar: Bar) -> None:
        """A bar: perhaps a new risk day, then a new price. Late bars are history and no price."""
        holding = self.holdings.get(bar.symbol)
        if holding is None:
            return
        day = (bar.start_ns + self._day_offset_ns) // DAY_NS
        if day > self._day:
            self._turn(day)
        if bar.end_ns >= holding.price_at_ns:
            holding.mark(bar.close_units, bar.end_ns)
            self.as_of_ns = max(self.as_of_ns, bar.end_ns)

    def _turn(self, day: int) -> None:
        moment = date.fromordinal(UNIX_EPOCH_ORDINAL + day)
        numbers = {"today": day, "week": (day + 3) // 7, "month": moment.year * 12 + moment.month}
        for name, number in numbers.items():
            if self.periods[name].number != number:
                self.periods[name] = PeriodBook(number, self.equity_units)
        self._day = day

    def post(self, fill: Fill) -> int | None:
        """A fill: what it realised, after its fee in cash. None where it is a repetition or not ours."""
        holding = self.holdings.get(fill.symbol)
        if holding is None or fill.execution_id in holding.executions:
            return None
        holding.executions.add(fill.execution_id)
        instrument, row = holding.instrument, holding.row
        in_base = int(fill.fee_currency != self.account.currency)
        before, fees_before = int(row[r.P_REALIZED]), int(row[r.P_FEES])
        post_fill(
            row,
            self._row,
            int(fill.side),
            fill.qty_units,
            fill.price_units,
            instrument.value_div,
            instrument.lot_units,
            fill.fee_units,
            in_base,
        )
        fee_units = 0 if in_base else fill.fee_units
        realized_units = int(row[r.P_REALIZED]) - before - fee_units
        holding.settle()
        self.cash_units = int(self._row[r.A_CASH])
        holding.cost_known = holding.cost_known or holding.qty_units == 0
        self._count(row, realized_units, int(row[r.P_FEES]) - fees_before)
        return realized_units

    def _count(self, row: Int64Array, realized_units: int, fees_units: int) -> None:
        closed = self._row[r.A_TRADE_CLOSED] == 1
        won = closed and row[r.P_TRADE_REALIZED] > 0
        if closed:
            self._row[r.A_TRADE_CLOSED] = 0
            row[r.P_TRADE_REALIZED] = 0
        for period in self.periods.values():
            period.realized_units += realized_units
            period.fees_units += fees_units
            period.fills += 1
            period.closed_trades += bool(closed)
            period.won_trades += bool(won)

    def transfer(self, fact: Transfer) -> None:
        """Money or coin in or out."""
        worth = fact.amount_units
        if fact.symbol is None:
            self._row[r.A_CASH] += fact.amount_units
            self.cash_units += fact.amount_units
        else:
            holding = self.holdings.get(fact.symbol)
            if holding is None:
                return
            before = holding.value_units
            holding.row[r.P_QTY] += fact.amount_units
            holding.settle()
            holding.cost_known = holding.qty_units == 0
            self.worth_known = self.worth_known and bool(holding.price_units)
            worth = holding.value_units - before
        for period in self.periods.values():
            if period.baseline_units is not None:
                period.baseline_units += worth


class Books:
    """Every account's book, by account."""

    def __init__(self, accounts: Iterable[Account], instruments: Iterable[tuple[AccountId, Instrument]]) -> None:
        listed = list(instruments)
        self.accounts: Mapping[AccountId, AccountBook] = {
            account.id: AccountBook(account, [one for owner, one in listed if owner == account.id])
            for account in accounts
        }
