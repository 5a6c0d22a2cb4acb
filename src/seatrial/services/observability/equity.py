"""How an account's equity went: one point per bar end, the newest kept, and where it stands now."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.domain.ids import AccountId
from seatrial.services.observability.books import AccountBook

POINTS_KEPT_MAX = 20_000  # two weeks of minutes in a market that never closes


@dataclass(frozen=True, slots=True)
class EquityPoint:
    """An account at one market time. Cash units; `unrealized_units` is None where a cost is not known."""

    at_ns: int
    equity_units: int
    cash_units: int
    realized_units: int
    unrealized_units: int | None


def point_of(book: AccountBook) -> EquityPoint:
    """The account as it stands, at the market time of its newest price."""
    return EquityPoint(book.as_of_ns, book.equity_units, book.cash_units, book.realized_units, book.unrealized_units)


class EquitySeries:
    """The points of every account. A point is taken when the next bar's end shows that a minute is over."""

    def __init__(self) -> None:
        self._points: dict[AccountId, deque[EquityPoint]] = {}

    def before_mark(self, book: AccountBook, end_ns: int) -> None:
        """Call before a bar is marked: where it ends later than all before it, those are over."""
        if book.as_of_ns and end_ns > book.as_of_ns:
            points = self._points.setdefault(book.account.id, deque(maxlen=POINTS_KEPT_MAX))
            points.append(point_of(book))

    def oldest_ns(self, account: AccountId) -> int | None:
        """The market time from which points are kept; None before the first."""
        points = self._points.get(account)
        return points[0].at_ns if points else None

    def forgot(self, account: AccountId) -> bool:
        """Whether points of an account are no longer kept here."""
        return len(self._points.get(account, ())) == POINTS_KEPT_MAX

    def of(self, book: AccountBook, since_ns: int, limit: int) -> Sequence[EquityPoint]:
        """The newest `limit` points after `since_ns`, oldest first, with the present one at the end."""
        found: list[EquityPoint] = []
        now = point_of(book)
        if now.at_ns > since_ns:
            found.append(now)
        for point in reversed(self._points.get(book.account.id, ())):
            if len(found) >= limit or point.at_ns <= since_ns:
                break
            found.append(point)
        return found[::-1]
