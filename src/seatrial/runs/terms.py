"""What an account costs beside its trades, and when its money is good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from seatrial.domain.facts import MoneyFact
from seatrial.domain.ids import Symbol
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.money_facts import FxRate
from seatrial.domain.time import DAY_NS

_EPOCH = date(1970, 1, 1)
# The first trade dates of shorter settlement of US equities; before them it was three business days.
_US_SETTLES_IN = ((date(2024, 5, 28), 1), (date(2017, 9, 5), 2))


@dataclass(frozen=True, slots=True)
class FeePurse:
    """Commissions are taken from this purse while it has a rate and enough in it; `paid_ppm` of each is left."""

    currency: Currency
    paid_ppm: int


@dataclass(frozen=True, slots=True)
class Terms:
    """Yearly rates in parts per million, actual/360, charged for the calendar days that end where a risk day begins.

    Attributes:
        debit_ppm: what borrowed cash costs.
        credit_ppm: what free and settled cash earns.
        borrow_ppm: what being short costs, by symbol.
        settles_in: business days until proceeds of sales are good. None: as the market's rules were on that day, for
            cash accounts of US equities; at once for all others.
        purses: cash in other currencies the account opens with.
        facts: more that is told at its time, such as exchange rates.
        fee_purse: which of the purses pays commissions (Binance's BNB discount); None: none does.
    """

    debit_ppm: int = 0
    credit_ppm: int = 0
    borrow_ppm: Mapping[Symbol, int] = field(default_factory=dict)
    settles_in: int | None = None
    purses: Mapping[Currency, int] = field(default_factory=dict)
    facts: Sequence[MoneyFact] = ()
    fee_purse: FeePurse | None = None


NO_TERMS = Terms()


def opening_rates(terms: Terms, first_ns: int) -> dict[Currency, int]:
    """The newest rate of each purse at the start of the first bar; a purse without one is absent."""
    known = [fact for fact in terms.facts if isinstance(fact, FxRate) and fact.at_ns <= first_ns]
    known.sort(key=lambda fact: fact.at_ns)
    return {fact.currency: fact.rate_units for fact in known if fact.currency in terms.purses}


def purses_worth(terms: Terms, first_ns: int) -> int:
    """What the purses are worth then, in cash units of the account's currency; those with a rate."""
    rates = opening_rates(terms, first_ns)
    return sum(terms.purses[currency] * rate // CASH_SCALE for currency, rate in rates.items())


def us_settles_in(at_ns: int) -> int:
    """Business days until a US equity trade of this day settles: 3, from 2017-09-05 on 2, from 2024-05-28 on 1."""
    day = at_ns // DAY_NS
    for first, days in _US_SETTLES_IN:
        if day >= (first - _EPOCH).days:
            return days
    return 3
