"""What an account costs beside its trades, and when its money is good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from seatrial.domain.facts import MoneyFact
from seatrial.domain.ids import Symbol
from seatrial.domain.money import Currency
from seatrial.domain.time import DAY_NS

_EPOCH = date(1970, 1, 1)
# The first trade dates of shorter settlement of US equities; before them it was three business days.
_US_SETTLES_IN = ((date(2024, 5, 28), 1), (date(2017, 9, 5), 2))


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
    """

    debit_ppm: int = 0
    credit_ppm: int = 0
    borrow_ppm: Mapping[Symbol, int] = field(default_factory=dict)
    settles_in: int | None = None
    purses: Mapping[Currency, int] = field(default_factory=dict)
    facts: Sequence[MoneyFact] = ()


NO_TERMS = Terms()


def us_settles_in(at_ns: int) -> int:
    """Business days until a US equity trade of this day settles: 3, from 2017-09-05 on 2, from 2024-05-28 on 1."""
    day = at_ns // DAY_NS
    for first, days in _US_SETTLES_IN:
        if day >= (first - _EPOCH).days:
            return days
    return 3
