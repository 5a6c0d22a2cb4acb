"""Profit and loss of one account over one period, in cash units. Equity's change is the whole of it."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.domain.ids import AccountId
from seatrial.domain.money import Currency
from seatrial.services.observability.books import AccountBook


@dataclass(frozen=True, slots=True)
class Pnl:
    """`realized + unrealized == total`. None is not known: no price yet, or something came in without one.

    `open_units` is what is held, above its cost, whenever it was bought. `as_of_ns` is market time, 0 before
    the first price.
    """

    account: AccountId
    currency: Currency
    realized_units: int
    total_units: int | None
    open_units: int | None
    fees_units: int
    fills: int
    closed_trades: int
    won_trades: int
    as_of_ns: int

    @property
    def unrealized_units(self) -> int | None:
        """What the period brought beyond what was realised in it."""
        return None if self.total_units is None else self.total_units - self.realized_units


def pnl_of(book: AccountBook, period: str) -> Pnl:
    """One of `PERIODS`."""
    found = book.periods[period]
    known = found.baseline_units is not None and (book.worth_known or period != "all")
    return Pnl(
        account=book.account.id,
        currency=book.account.currency,
        realized_units=found.realized_units,
        total_units=book.equity_units - found.baseline_units if known and found.baseline_units is not None else None,
        open_units=book.unrealized_units,
        fees_units=found.fees_units,
        fills=found.fills,
        closed_trades=found.closed_trades,
        won_trades=found.won_trades,
        as_of_ns=book.as_of_ns,
    )


def win_rate(won: int, closed: int) -> float | None:
    """The share of closed trades that were won; None without one."""
    return round(won / closed, 4) if closed else None
