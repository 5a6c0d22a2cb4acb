"""An order in a book, and two that met."""

from __future__ import annotations

from typing import NamedTuple

from seatrial.domain.orders import OrderType
from seatrial.emulators.order_books import Terms

_LIMITED = (OrderType.LIMIT, OrderType.STOP_LIMIT)


class Resting:
    """An order in the book, or on its way to it; `limit` 0 is any price. The market's own has the number 0."""

    __slots__ = ("account", "budget", "left", "limit", "number", "side", "terms")

    def __init__(self, number: int, account: str, terms: Terms | None, left: int) -> None:
        self.number = number
        self.account = account
        self.terms = terms
        self.left = left
        if terms is not None:
            self.budget = terms.budget
            self.side = int(terms.side)
            self.limit = terms.limit_units if terms.type in _LIMITED else 0
        else:
            self.budget = self.side = self.limit = 0


class Match(NamedTuple):
    """Two orders met, or (`prevented`) would have: then the quantities are what each lost by it."""

    price_units: int
    qty_units: int
    taker: Resting
    maker: Resting
    prevented: bool = False
    maker_qty_units: int = 0
