"""What an account has and is owed, for readers. A sum over currencies without a fresh rate is not given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.core import records as r
from seatrial.domain.ids import AccountId
from seatrial.domain.money import Currency

if TYPE_CHECKING:
    from seatrial.core.machine import Machine


@dataclass(frozen=True, slots=True)
class PurseView:
    """Cash in another currency than the account's own, and the rate it was last told. `rate_at_ns` is 0 without one."""

    account: AccountId
    currency: Currency
    cash_units: int
    rate_units: int
    rate_at_ns: int
    fees_units: int


@dataclass(frozen=True, slots=True)
class CashView:
    """One account's money in cash units of its own currency. What is not settled is part of `cash_units`."""

    account: AccountId
    currency: Currency
    cash_units: int
    unsettled_units: int
    due_units: int
    interest_units: int

    @property
    def withdrawable_units(self) -> int:
        """What is good and may leave."""
        return max(self.cash_units - max(self.unsettled_units, 0), 0)


@dataclass(frozen=True, slots=True)
class Insufficient:
    """There is no honest number: these currencies have no rate, or one that is too old."""

    missing: tuple[Currency, ...]
    stale: tuple[Currency, ...]

    def __str__(self) -> str:
        parts = [f"no rate for {', '.join(self.missing)}"] if self.missing else []
        parts += [f"rate too old for {', '.join(self.stale)}"] if self.stale else []
        return "; ".join(parts)


def purses_of(machine: Machine, account: AccountId) -> list[PurseView]:
    """Every other currency the account was ever told of, by name."""
    found = []
    for (owner, currency), at in sorted(machine.purse_rows.rows().items()):
        if owner == account:
            row = machine.state.purses[at].tolist()
            found.append(PurseView(account, currency, row[r.W_CASH], row[r.W_RATE], row[r.W_RATE_AT], row[r.W_FEES]))
    return found


def cash_of(machine: Machine, account: AccountId) -> CashView:
    """The account's own currency: cash, and what of it is not good yet."""
    at = machine.account_index(account)
    row = machine.state.accounts[at].tolist()
    unsettled = sum(row[r.A_UNSETTLED : r.A_UNSETTLED + r.SETTLES_IN_MAX])
    return CashView(account, machine.accounts[at].currency, row[r.A_CASH], unsettled, row[r.A_DUE], row[r.A_INTEREST])


def worth_of(machine: Machine, account: AccountId, rate_age_ns_max: int | None = None) -> int | Insufficient:
    """Cash, holdings, what is owed and other currencies, in the account's own; or why that cannot be said.

    Args:
        rate_age_ns_max: how old a rate may be by the machine's market time; None takes any.
    """
    held = [purse for purse in purses_of(machine, account) if purse.cash_units]
    missing = tuple(purse.currency for purse in held if not purse.rate_units)
    stale = tuple(
        purse.currency
        for purse in held
        if purse.rate_units and rate_age_ns_max is not None and machine.now_ns - purse.rate_at_ns > rate_age_ns_max
    )
    if missing or stale:
        return Insufficient(missing, stale)
    return machine.equity_units(account)
