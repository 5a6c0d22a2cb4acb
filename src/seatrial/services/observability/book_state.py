"""The arrays behind an account's book, laid out as the machine's own, so that one ledger books into both."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from seatrial.core import records as r
from seatrial.core.blank_state import blank_state
from seatrial.core.booking import book_money
from seatrial.core.money_rows import encode_money_fact
from seatrial.core.purse_rows import PurseRows
from seatrial.domain.facts import MoneyFact
from seatrial.domain.instrument import Instrument
from seatrial.domain.limits import Account


class BookState:
    """One account's rows: `positions[i]` is the i-th instrument's, `account` its own."""

    def __init__(self, account: Account, instruments: Sequence[Instrument]) -> None:
        self._state = blank_state([account], [(account.id, one) for one in instruments])
        self._currencies = {account.id: account.currency}
        self._accounts = {account.id: 0}
        self._instruments = {(account.id, one.symbol): at for at, one in enumerate(instruments)}
        self._purses = PurseRows(self._state.purses, self._accounts)
        self._fact = np.zeros(r.ROW_WIDTH, dtype=np.int64)

    @property
    def positions(self) -> r.Int64Array:
        """(I, POSITIONS_WIDTH)."""
        return self._state.positions

    @property
    def account(self) -> r.Int64Array:
        """(ACCOUNTS_WIDTH,)."""
        row: r.Int64Array = self._state.accounts[0]
        return row

    def book(self, fact: MoneyFact) -> None:
        """Book a money fact of this account; the last prices must be in the rows."""
        self._fact[:] = 0
        self._fact[r.F_AT] = fact.at_ns
        encode_money_fact(self._fact, fact, self._accounts, self._instruments, self._currencies, self._purses)
        book_money(self._state, self._fact)

    def income_units(self) -> int:
        """Everything ever realised, dividends and interest with it, fees for borrowed shares taken off."""
        rows = self._state.positions
        gained = rows[:, r.P_REALIZED].sum() + rows[:, r.P_DIVIDENDS].sum() - rows[:, r.P_BORROW_FEES].sum()
        return int(gained + self.account[r.A_INTEREST])
