"""The limits that hold now: what the settings say, and what an operator said since; of two the stricter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from seatrial.core import records as r
from seatrial.core.limit_rows import ACCOUNT_COLUMNS, SYMBOL_COLUMNS, limits_row, symbol_cell, symbol_cells
from seatrial.domain.facts import LimitsChanged
from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.limits import Account, RiskLimits, SymbolLimits, stricter


class StandingLimits:
    """One machine's. An operator can tighten a limit and take that back, and can loosen none."""

    def __init__(self, accounts: Sequence[Account], instruments: Sequence[tuple[AccountId, Instrument]]) -> None:
        self._accounts = {account.id: (at, account.limits) for at, account in enumerate(accounts)}
        given = {(account.id, symbol): limits for account in accounts for symbol, limits in account.by_symbol}
        self._symbols: dict[tuple[AccountId, Symbol], tuple[int, SymbolLimits, int]] = {}
        for at, (account, instrument) in enumerate(instruments):
            own = given.get((account, instrument.symbol), SymbolLimits())
            listed = instrument.symbol in self._accounts[account][1].restricted_symbols
            own = replace(own, restricted=own.restricted or listed)
            self._symbols[account, instrument.symbol] = (at, own, instrument.qty_scale)
        self._said: dict[tuple[AccountId, Symbol | None, str], LimitsChanged] = {}

    def of(self, account: AccountId) -> RiskLimits:
        """What holds for an account."""
        own = self._accounts[account][1]
        return replace(own, **dict(self._tightened(account, None, own)))

    def of_symbol(self, account: AccountId, symbol: Symbol) -> SymbolLimits:
        """What holds for one of its symbols beside that; KeyError where it is not traded."""
        own = self._symbols[account, symbol][1]
        return replace(own, **dict(self._tightened(account, symbol, own)))

    def _tightened(
        self, account: AccountId, symbol: Symbol | None, own: RiskLimits | SymbolLimits
    ) -> Iterator[tuple[str, Any]]:
        for (whose, of, name), fact in self._said.items():
            if (whose, of) == (account, symbol):
                yield name, _holds(own, fact)

    def said(self, account: AccountId, limit: str, symbol: Symbol | None = None) -> LimitsChanged | None:
        """What an operator said of one limit and did not take back; None where the settings' value stands alone."""
        return self._said.get((account, symbol, limit))

    def knows(self, fact: LimitsChanged) -> bool:
        """Whether there is such an account, symbol and limit, and the value could be one."""
        known = (fact.account, fact.symbol) in self._symbols if fact.symbol else fact.account in self._accounts
        columns = SYMBOL_COLUMNS if fact.symbol else ACCOUNT_COLUMNS
        return known and fact.limit in columns and (fact.value is None or fact.value >= 0)

    def note(self, fact: LimitsChanged) -> None:
        """Remember an operator's word, or that it was taken back."""
        key = (fact.account, fact.symbol, fact.limit)
        if fact.value is None:
            self._said.pop(key, None)
        else:
            self._said[key] = fact

    def cell(self, fact: LimitsChanged) -> tuple[int, int]:
        """The column that a word changes, of the account's limits or of the symbol's rules, and what holds then."""
        if fact.symbol is None:
            return ACCOUNT_COLUMNS.index(fact.limit), _holds(self._accounts[fact.account][1], fact)
        _, own, qty_scale = self._symbols[fact.account, fact.symbol]
        return SYMBOL_COLUMNS[fact.limit], symbol_cell(fact.limit, _holds(own, fact), qty_scale)

    def write(self, state: r.State) -> None:
        """Put all that holds into a state."""
        for account, (at, _) in self._accounts.items():
            state.limits[at] = limits_row(self.of(account))
        for (account, symbol), (at, _, qty_scale) in self._symbols.items():
            for column, value in symbol_cells(self.of_symbol(account, symbol), qty_scale):
                state.rules[at, column] = value

    def words(self) -> list[LimitsChanged]:
        """Everything that operators said and did not take back, for a snapshot."""
        return [self._said[key] for key in sorted(self._said, key=lambda each: (each[0], each[1] or "", each[2]))]


def _holds(own: RiskLimits | SymbolLimits, fact: LimitsChanged) -> int:
    value = getattr(own, fact.limit)
    kept = value if fact.value is None else stricter(fact.limit, value, type(value)(fact.value))
    assert not isinstance(kept, tuple)
    return kept
