"""Which row of the state a currency of an account has. An account's own currency has none: it is `A_CASH`."""

from __future__ import annotations

from collections.abc import Mapping

from seatrial.core import records as r
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import AccountId
from seatrial.domain.money import Currency


class PurseRows:
    """Rows of `state.purses` in the order in which facts first named their currencies."""

    def __init__(self, purses: r.Int64Array, account_index: Mapping[AccountId, int]) -> None:
        self._purses = purses
        self._account_index = account_index
        self._rows: dict[tuple[AccountId, Currency], int] = {}

    def find(self, account: AccountId, currency: Currency) -> int | None:
        """The row, or None where no fact has named this currency yet."""
        return self._rows.get((account, currency))

    def row_of(self, account: AccountId, currency: Currency) -> int:
        """The row; a new currency gets the next.

        Raises:
            RequestFault: there are too many currencies.
        """
        row = self._rows.get((account, currency))
        if row is None:
            row = len(self._rows)
            if row == len(self._purses):
                raise RequestFault("currency", f"at most {len(self._purses)} beside the accounts' own", currency)
            self._rows[account, currency] = row
            self._purses[row, r.W_ACCOUNT] = self._account_index[account]
        return row

    def rows(self) -> Mapping[tuple[AccountId, Currency], int]:
        """All of them."""
        return self._rows
