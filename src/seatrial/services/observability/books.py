"""The accounts as the committed entries leave them: a replica for readers, kept beside the machine.

The machine is stepped before its commit returns, so whoever shows its state may show what never became
durable. These books learn from entries only, use the same ledger, and agree with the machine to the unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from seatrial.core import records as r
from seatrial.core.blank_state import XNYS_DAY_OFFSET_NS
from seatrial.core.ledger import market_value, move_out, post_fill
from seatrial.core.records import Int64Array
from seatrial.domain.bars import Bar
from seatrial.domain.facts import Fill, MoneyFact, Transfer
from seatrial.domain.ids import AccountId, ExecutionId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.limits import Account
from seatrial.domain.money_facts import BorrowFee, CashDividend, FxRate, Split
from seatrial.domain.time import DAY_NS
from seatrial.services.observability.book_periods import PERIODS, PeriodBook
from seatrial.services.observability.book_purses import BookPurses
from seatrial.services.observability.book_state import BookState

UNIX_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


@dataclass(slots=True, eq=False)
class Holding:
    """One instrument of one account. `row` is laid out as the machine's own position rows, for the same ledger.

    What is asked for at every bar is kept beside it as plain integers: `qty_units` signed, `value_units` at the last
    price, 0 before the first.
    """

    account: AccountId
    instrument: Instrument
    row: Int64Array
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

    def mark(self, price_units: int, at_ns: int) -> int:
        """A new price; returns what was held before there was any, at this one: that is no profit."""
        first = self.price_units == 0
        self.price_units, self.price_at_ns = price_units, at_ns
        if self.qty_units:
            self.value_units = int(market_value(self.qty_units, price_units, self.instrument.value_div))
        return self.value_units if first else 0

    def settle(self) -> None:
        """The row has moved."""
        self.qty_units, self.cost_units = int(self.row[r.P_QTY]), int(self.row[r.P_COST])
        self.value_units = int(market_value(self.qty_units, self.price_units, self.instrument.value_div))


class AccountBook:
    """One account: cash, holdings, and what each period brought."""

    def __init__(self, account: Account, instruments: Iterable[Instrument]) -> None:
        self.account = account
        listed = list(instruments)
        self._state = BookState(account, listed)
        self._row = self._state.account
        self.holdings: Mapping[Symbol, Holding] = {
            one.symbol: Holding(account.id, one, self._state.positions[at]) for at, one in enumerate(listed)
        }
        self.purses = BookPurses()
        self.periods: dict[str, PeriodBook] = {name: PeriodBook() for name in PERIODS}
        self.periods["all"].baseline_units = 0
        self.as_of_ns = 0  # market time of the newest price; 0 before the first
        self.cash_units = 0
        self.due_units = 0  # dividends between their ex-date and their pay date
        self._day = -1
        self._day_offset_ns = XNYS_DAY_OFFSET_NS if account.calendar == "XNYS" else 0

    @property
    def equity_units(self) -> int:
        """Cash, holdings at their last prices, what is owed, and other currencies at their rates."""
        held = sum(holding.value_units for holding in self.holdings.values())
        return self.cash_units + held + self.due_units + self.purses.worth_units

    @property
    def worth_known(self) -> bool:
        """Whether everything that is held has a price, and every other currency a rate."""
        return self.purses.all_rated and all(one.price_units or not one.qty_units for one in self.holdings.values())

    @property
    def realized_units(self) -> int:
        """Everything ever realised, after fees: those in cash, and those in coin as part of the trade.

        Dividends are part of it from their ex-date on, interest and fees for borrowed shares as they are charged.
        """
        return self.periods["all"].realized_units

    @property
    def unrealized_units(self) -> int | None:
        """Value of all holdings less their cost; None while a cost is not known."""
        if not all(holding.cost_known for holding in self.holdings.values()):
            return None
        return sum(holding.unrealized_units for holding in self.holdings.values()) + self.purses.gained_units

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
            self._shift(holding.mark(bar.close_units, bar.end_ns))
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
        if not holding.price_units:
            self._shift(holding.mark(fill.price_units, fill.at_ns))
        in_quote, in_base = fill.fee_currency == self.account.currency, fill.fee_currency == instrument.base
        before, fees_before = int(row[r.P_REALIZED]), int(row[r.P_FEES])
        post_fill(
            row,
            self._row,
            int(fill.side),
            fill.qty_units,
            fill.price_units,
            instrument.value_div,
            instrument.lot_units,
            fill.fee_units if in_quote or in_base else 0,
            int(in_base),
        )
        fee_units = fill.fee_units if in_quote else 0
        if not in_quote and not in_base:
            fee_units = -self.purses.move(fill.fee_currency, -fill.fee_units)
            row[r.P_FEES] += fee_units
            row[r.P_TRADE_REALIZED] -= fee_units
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
        if fact.symbol is None and fact.currency != self.account.currency:
            worth = self.purses.move(fact.currency, fact.amount_units)
        elif fact.symbol is None:
            self._row[r.A_CASH] += fact.amount_units
            self.cash_units += fact.amount_units
        else:
            holding = self.holdings.get(fact.symbol)
            if holding is None:
                return
            before = holding.value_units
            move_out(holding.row, fact.amount_units)
            holding.settle()
            holding.cost_known = holding.qty_units == 0
            worth = holding.value_units - before
        self._shift(worth)

    def money(self, fact: MoneyFact) -> None:
        """A corporate action, interest, settlement or a rate, by the machine's own ledger."""
        if isinstance(fact, FxRate):
            self._shift(self.purses.rate(fact))
            return
        if isinstance(fact, Split | CashDividend | BorrowFee) and fact.symbol not in self.holdings:
            return
        equity_units, income_units = self.equity_units, self._state.income_units()
        for holding in self.holdings.values():
            holding.row[r.P_LAST] = holding.price_units
        self._state.book(fact)
        for holding in self.holdings.values():
            holding.price_units = int(holding.row[r.P_LAST])
            holding.settle()
        self.cash_units, self.due_units = int(self._row[r.A_CASH]), int(self._row[r.A_DUE])
        self._row[r.A_TRADE_CLOSED] = 0  # paid out in full by a split: nobody traded
        realized_units = self._state.income_units() - income_units
        for name, period in self.periods.items():
            period.realized_units += realized_units
            if isinstance(fact, Split) and name != "all" and period.baseline_units is not None:
                period.baseline_units += self.equity_units - equity_units  # rounding is neither profit nor loss

    def _shift(self, units: int) -> None:
        """Equity changed by what is no profit: every period is measured from there."""
        for period in self.periods.values():
            if period.baseline_units is not None:
                period.baseline_units += units


class Books:
    """Every account's book, by account."""

    def __init__(self, accounts: Iterable[Account], instruments: Iterable[tuple[AccountId, Instrument]]) -> None:
        listed = list(instruments)
        self.accounts: Mapping[AccountId, AccountBook] = {
            account.id: AccountBook(account, [one for owner, one in listed if owner == account.id])
            for account in accounts
        }
