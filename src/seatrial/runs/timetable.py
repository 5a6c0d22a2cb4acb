"""The money facts of a backtest: what is charged, settled, split and paid while its bars are lived through.

Everything happens where a risk day begins that has bars, before the first of them: interest and borrow fees for the
calendar days that ended, then what settles, then dividends (their amounts are per old share), then splits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from seatrial.core import records as r
from seatrial.core.blank_state import XNYS_DAY_OFFSET_NS
from seatrial.core.course import TIMETABLE_WIDTH, Y_ROW
from seatrial.core.machine import Machine
from seatrial.domain.facts import MoneyFact
from seatrial.domain.instrument import Instrument
from seatrial.domain.limits import Account
from seatrial.domain.money_facts import BorrowFee, BusinessDay, CashDividend, FxRate, Interest, Split
from seatrial.domain.time import DAY_NS
from seatrial.market.bars import CLOSE, START, BarTable
from seatrial.runs.terms import Terms, us_settles_in

if TYPE_CHECKING:
    from seatrial.market.corporate_actions import CorporateAction

_RANKS = {Interest: 0, BorrowFee: 1, BusinessDay: 2, FxRate: 3, CashDividend: 4, Split: 5}


class AccountTimetable:
    """The money facts of one account over its bar tables."""

    def __init__(
        self, account: Account, tables: Sequence[BarTable], actions: Sequence[CorporateAction], terms: Terms
    ) -> None:
        self._account = account
        self._tables = {table.instrument.symbol: table for table in tables if len(table)}
        self._actions = [action for action in actions if action.symbol in self._tables]
        self._terms = terms
        self._offset_ns = XNYS_DAY_OFFSET_NS if account.calendar == "XNYS" else 0

    def facts(self) -> list[MoneyFact]:
        """All of them, in the order in which they are told."""
        return in_order([*self._terms.facts, *self._daily(), *self._corporate()])

    def _days(self) -> list[int]:
        """Risk days that have bars, as days since 1970."""
        starts = [table.rows[:, START] for table in self._tables.values()]
        if not starts:
            return []
        days: list[int] = np.unique((np.concatenate(starts) + self._offset_ns) // DAY_NS).tolist()
        return days

    def _daily(self) -> Iterator[MoneyFact]:
        account, terms = self._account.id, self._terms
        settled = self._settlement_matters()
        if not (settled or terms.debit_ppm or terms.credit_ppm or any(terms.borrow_ppm.values())):
            return  # a day that nothing happens on need not be looked for
        before = None
        for day in self._days():
            at_ns = day * DAY_NS - self._offset_ns
            if before is not None and (terms.debit_ppm or terms.credit_ppm):
                yield Interest(at_ns, account, day - before, terms.debit_ppm, terms.credit_ppm)
            for symbol, rate_ppm in terms.borrow_ppm.items():
                if before is not None and rate_ppm:
                    yield BorrowFee(at_ns, account, symbol, day - before, rate_ppm)
            if settled:
                yield BusinessDay(at_ns, account, self._settles_in(at_ns))
            before = day

    def _is_cash_account_of_equities(self) -> bool:
        instruments = [table.instrument for table in self._tables.values()]
        return self._account.calendar == "XNYS" and not any(one.shortable for one in instruments)

    def _settles_in(self, at_ns: int) -> int:
        if self._terms.settles_in is not None:
            return self._terms.settles_in
        return us_settles_in(at_ns) if self._is_cash_account_of_equities() else 0

    def _settlement_matters(self) -> bool:
        if self._terms.settles_in is None:
            return self._is_cash_account_of_equities()
        return self._terms.settles_in > 0

    def _corporate(self) -> Iterator[MoneyFact]:
        for action in self._actions:
            at_ns = (action.ex_ns + self._offset_ns) // DAY_NS * DAY_NS - self._offset_ns
            if action.cash_units:
                yield CashDividend(at_ns, self._account.id, action.symbol, action.cash_units)
            if action.is_split:
                yield self._split(action, at_ns)

    def _split(self, action: CorporateAction, at_ns: int) -> Split:
        """Fractions are paid out at the last close before, in new shares, where whole shares alone can be traded."""
        table = self._tables[action.symbol]
        new, old = action.ratio.numerator, action.ratio.denominator
        whole_units, lieu_units = whole_lot(table.instrument), 0
        earlier = int(np.searchsorted(table.rows[:, START], at_ns))
        if whole_units and earlier:
            lieu_units = max(int(table.rows[earlier - 1, CLOSE]) * old // new, 1)
        if not lieu_units:
            whole_units = 0  # nothing can be held before the first price
        return Split(at_ns, self._account.id, action.symbol, new, old, whole_units, lieu_units)


def in_order(facts: Sequence[MoneyFact]) -> list[MoneyFact]:
    """By time, and at one time charges first, then what settles, rates, dividends, splits."""
    return sorted(facts, key=lambda fact: (fact.at_ns, _RANKS[type(fact)]))


def whole_lot(instrument: Instrument) -> int:
    """What a holding must be a multiple of after a split: a whole share, or 0 where fractions can be traded."""
    return instrument.qty_scale if instrument.lot_units >= instrument.qty_scale else 0


def encoded(facts: Sequence[MoneyFact], machine: Machine, starts_ns: r.Int64Array) -> r.Int64Array:
    """Facts as rows for the compiled loop, each with the row of the first bar after it; none after the last bar.

    Args:
        starts_ns: when the bars begin, in order.
    """
    placed = [
        (place, fact) for fact in facts if (place := int(np.searchsorted(starts_ns, fact.at_ns))) < len(starts_ns)
    ]
    table = np.zeros((len(placed), TIMETABLE_WIDTH), dtype=np.int64)
    for at, (place, fact) in enumerate(placed):
        table[at, : r.ROW_WIDTH] = machine.encode(fact, {})
        table[at, Y_ROW] = place
    return table
