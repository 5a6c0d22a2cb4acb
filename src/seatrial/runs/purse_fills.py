"""Fills whose commission was taken from a purse: in which coin, and what it was worth then."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seatrial.core.fingerprint import OutcomeFill
from seatrial.domain.ids import AccountId
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.money_facts import FxRate
from seatrial.runs.terms import Terms


@dataclass(frozen=True, slots=True, order=True)
class PurseFill(OutcomeFill):
    """A fill whose fee is in neither coin of its instrument. `fee_worth_units` is in the account's currency."""

    fee_worth_units: int


@dataclass(frozen=True, slots=True)
class PurseRates:
    """The coin an account pays commissions in, and its rates in order of time."""

    currency: Currency
    at_ns: Sequence[int]
    rate_units: Sequence[int]

    def worth(self, units: int, at_ns: int) -> int:
        """Cash units, rounded down; a purse pays only while it has a rate."""
        place = bisect_right(self.at_ns, at_ns) - 1
        assert place >= 0, "the purse paid without a rate"
        return units * self.rate_units[place] // CASH_SCALE


def purse_rates(terms: Mapping[AccountId, Terms]) -> dict[AccountId, PurseRates]:
    """By account, where its terms have a purse that pays."""
    found = {}
    for account, each in terms.items():
        if each.fee_purse is not None:
            coin = each.fee_purse.currency
            rates = [fact for fact in each.facts if isinstance(fact, FxRate) and fact.currency == coin]
            rates.sort(key=lambda fact: fact.at_ns)
            found[account] = PurseRates(coin, [fact.at_ns for fact in rates], [fact.rate_units for fact in rates])
    return found
