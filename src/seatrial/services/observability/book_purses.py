"""An account's cash in other currencies, as the books see it: worth something only at a rate somebody told."""

from __future__ import annotations

from dataclasses import dataclass, field

from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.money_facts import FxRate


@dataclass(slots=True)
class BookPurse:
    """One currency. `entered_units` is what its cash was worth as it came, less what it was worth as it left."""

    cash_units: int = 0
    rate_units: int = 0
    rate_at_ns: int = 0
    entered_units: int = 0

    @property
    def worth_units(self) -> int:
        """In the account's own currency, magnitude rounded down; 0 without a rate."""
        worth = abs(self.cash_units) * self.rate_units // CASH_SCALE
        return worth if self.cash_units >= 0 else -worth

    def move(self, units: int) -> int:
        """Cash in (+) or out (-); returns what that is worth at the rate."""
        before = self.worth_units
        self.cash_units += units
        worth = self.worth_units - before
        self.entered_units += worth
        return worth


@dataclass(slots=True)
class BookPurses:
    """All of them. `worth_units` leaves out what has no rate; `all_rated` says whether there is such a thing."""

    by_currency: dict[Currency, BookPurse] = field(default_factory=dict)
    worth_units: int = 0

    @property
    def gained_units(self) -> int:
        """What rates have brought since the cash came."""
        return sum(one.worth_units - one.entered_units for one in self.by_currency.values())

    @property
    def all_rated(self) -> bool:
        """Whether every currency that is held has a rate."""
        return all(one.rate_units or not one.cash_units for one in self.by_currency.values())

    def move(self, currency: Currency, units: int) -> int:
        """Cash in (+) or out (-); returns what that is worth."""
        worth = self.by_currency.setdefault(currency, BookPurse()).move(units)
        self._sum()
        return worth

    def rate(self, fact: FxRate) -> int:
        """A rate; returns what had none before and is worth something now, which is no profit."""
        purse = self.by_currency.setdefault(fact.currency, BookPurse())
        if fact.at_ns < purse.rate_at_ns:
            return 0
        first = purse.rate_units == 0
        purse.rate_units, purse.rate_at_ns = fact.rate_units, fact.at_ns
        self._sum()
        if not first:
            return 0
        purse.entered_units = purse.worth_units
        return purse.worth_units

    def _sum(self) -> None:
        self.worth_units = sum(one.worth_units for one in self.by_currency.values())
