"""Every account of the venue, as it is stored and as it is valued at the last prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

import msgspec

from seatrial.domain.ids import Symbol
from seatrial.emulators.alpaca.account import Account, Standing, standing
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.store import VenueRecords
from seatrial.emulators.timeline import Print


class AccountBook:
    """The accounts by name.

    A valuation is kept until a print or a trade changes it: an account is asked for its buying power with every
    order, far more often than the market moves.

    Args:
        exchange: whose prints value positions.
        records: where accounts are kept; those it holds are taken up again.
        deposits: names and first deposits in dollars of the accounts to open where they are not stored yet.
        reserved: what an account's open orders hold back.
    """

    def __init__(
        self,
        exchange: Exchange,
        records: VenueRecords,
        deposits: Mapping[str, Decimal],
        reserved: Callable[[str], Decimal],
    ) -> None:
        self.accounts: dict[str, Account] = {}
        self.splits: dict[Symbol, list[tuple[int, Fraction]]] = {}  # from when on, and new shares for one old
        self._exchange = exchange
        self._records = records
        self._reserved = reserved
        self._valued: dict[str, Standing] = {}
        self._encoder = msgspec.json.Encoder()
        for name, body in records.accounts().items():
            self.accounts[name] = msgspec.json.decode(body, type=Account)
        for name, deposit in deposits.items():
            if name not in self.accounts:
                now_ns = exchange.now_ns()
                self.accounts[name] = Account(name=name, cash=deposit, created_ns=now_ns, last_equity=deposit)
                self.put(self.accounts[name])
        exchange.on_print.append(self._moved)

    def put(self, account: Account) -> None:
        """Write an account down; it is durable with the next commit."""
        self._valued.pop(account.name, None)
        self._records.put_account(account.name, self._encoder.encode(account))

    def standing(self, name: str) -> Standing:
        """An account valued now."""
        valued = self._valued.get(name)
        if valued is None:
            valued = standing(self.accounts[name], self._exchange.instruments, self.last_price)
            self._valued[name] = valued
        reserved = self._reserved(name)
        return valued if reserved == valued.reserved else msgspec.structs.replace(valued, reserved=reserved)

    def last_price(self, symbol: Symbol) -> int | None:
        """The newest print's price in price units; in new shares where a split came after it."""
        found = self._exchange.newest_print(symbol)
        if found is None or symbol not in self.splits:
            return None if found is None else found.price_units
        return self.in_new_shares(symbol, found.price_units, found.at_ns, self._exchange.settled_ns)

    def in_new_shares(self, symbol: Symbol, price_units: int, from_ns: int, to_ns: int) -> int:
        """A price of one instant per share as shares are at a later one."""
        ratio = Fraction(1)
        for at_ns, new_for_old in self.splits.get(symbol, ()):
            if from_ns < at_ns <= to_ns:
                ratio *= new_for_old
        return price_units if ratio == 1 else max(round(price_units / ratio), 1)

    def close_day(self) -> None:
        """Remember what every account is worth as of the last session."""
        for account in self.accounts.values():
            standing = self.standing(account.name)
            account.last_equity, account.last_maintenance = standing.equity, standing.maintenance_margin
            self.put(account)

    def _moved(self, _: Print) -> None:
        if self._valued:
            self._valued.clear()
