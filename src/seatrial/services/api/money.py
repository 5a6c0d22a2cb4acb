"""The doors on money: `/api/equity`, `/api/trades`, `/api/trades/pnl`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, cast, get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from seatrial.domain.ids import AccountId
from seatrial.domain.time import Clock, rfc3339
from seatrial.services.api.doors import Door, Parameter
from seatrial.services.api.http import answer
from seatrial.services.api.money_answers import (
    AccountPnl,
    EquityAnswer,
    EquitySeriesAnswer,
    PnlAnswer,
    TradesAnswer,
)
from seatrial.services.api.money_words import by_currency, money, money_or_none, point_answer, trade_answer, when
from seatrial.services.api.numbers import When, bounded
from seatrial.services.api.reading import Query, instant, one_of
from seatrial.services.observability.books import AccountBook
from seatrial.services.observability.chronicle import Chronicle
from seatrial.services.observability.equity import POINTS_KEPT_MAX
from seatrial.services.observability.equity_history import EquityHistory
from seatrial.services.observability.fills import FILLS_KEPT_MAX
from seatrial.services.observability.pnl import Pnl, pnl_of, win_rate

Period = Literal["today", "week", "month", "all"]


class MoneyDoors:
    """Equity, fills, profit and loss. `history` knows points older than those in memory, where it is wired."""

    def __init__(self, chronicle: Chronicle, clock: Clock, history: EquityHistory | None = None) -> None:
        self._chronicle = chronicle
        self._clock = clock
        self._history = history

    def routes(self) -> list[BaseRoute]:
        """The doors."""
        account = Parameter("account", str, "one account instead of all")
        return [
            Door(
                "/api/equity",
                self.equity,
                summary="How equity went, account by account.",
                answers={200: EquityAnswer},
                parameters=[
                    account,
                    Parameter("since", When, "points after this market time"),
                    Parameter("limit", bounded(1, POINTS_KEPT_MAX), "at most so many points an account, the newest"),
                ],
            ),
            Door(
                "/api/trades",
                self.trades,
                summary="The newest fills, newest first.",
                answers={200: TradesAnswer},
                parameters=[
                    account,
                    Parameter("symbol", str, "one symbol instead of all"),
                    Parameter("limit", bounded(1, FILLS_KEPT_MAX), "at most so many"),
                ],
            ),
            Door(
                "/api/trades/pnl",
                self.pnl,
                summary="Profit and loss of a period.",
                answers={200: PnlAnswer},
                parameters=[Parameter("period", Period, "of the accounts' risk calendars; today when not given")],
            ),
        ]

    async def equity(self, request: Request) -> Response:
        """The points, with the present one at the end of each series."""
        query = Query(request, ["account", "since", "limit"])
        since = query.text("since")
        since_ns = 0 if since is None else instant("since", since)
        limit = query.integer("limit", default=500, low=1, high=POINTS_KEPT_MAX)
        series = [await self._series(book, since_ns, limit) for book in self._books(query)]
        return answer(EquityAnswer(series, rfc3339(self._clock.now_ns())))

    async def _series(self, book: AccountBook, since_ns: int, limit: int) -> EquitySeriesAnswer:
        account, kept = book.account, self._chronicle.equity
        points = kept.of(book, since_ns, limit) if book.as_of_ns else []
        oldest_ns = kept.oldest_ns(account.id)
        said = EquitySeriesAnswer(
            account=account.id,
            currency=account.currency,
            as_of=when(book.as_of_ns),
            kept_from=when(oldest_ns or book.as_of_ns),
            source="journal",
            points=[point_answer(point) for point in points],
        )
        full = len(points) >= limit or (oldest_ns or book.as_of_ns) <= since_ns
        if self._history is not None and not full and oldest_ns is not None and kept.forgot(account.id):
            older = await self._history.points(account.id, since_ns, oldest_ns, limit - len(points))
            if older:
                said.points[:0] = [point_answer(point) for point in older]
                said.source, said.kept_from = "metrics", rfc3339(older[0].at_ns)
        return said

    async def trades(self, request: Request) -> Response:
        """The newest fills."""
        query = Query(request, ["account", "symbol", "limit"])
        books = {book.account.id: book for book in self._books(query)}
        symbol = query.text("symbol")
        if symbol is not None:
            one_of("symbol", symbol, sorted({each for book in books.values() for each in book.holdings}))
        limit = query.integer("limit", default=100, low=1, high=FILLS_KEPT_MAX)
        found = []
        for kept in self._chronicle.fills.newest_first():
            if kept.fill.account in books and symbol in {None, kept.fill.symbol}:
                found.append(trade_answer(kept, books[kept.fill.account]))
                if len(found) == limit:
                    break
        return answer(TradesAnswer(found, self._chronicle.fills.total, rfc3339(self._clock.now_ns())))

    async def pnl(self, request: Request) -> Response:
        """One period of every account."""
        query = Query(request, ["period"])
        period = cast(Period, one_of("period", query.text("period") or "today", get_args(Period)))
        found = [pnl_of(book, period) for book in self._chronicle.books.accounts.values()]
        closed, won = sum(each.closed_trades for each in found), sum(each.won_trades for each in found)
        as_of = [each.as_of_ns for each in found]
        realized = by_currency((each.currency, each.realized_units) for each in found)
        said = PnlAnswer(
            period=period,
            realized={currency: text for currency, text in realized.items() if text is not None},
            unrealized=by_currency((each.currency, each.unrealized_units) for each in found),
            total=by_currency((each.currency, each.total_units) for each in found),
            trades=sum(each.fills for each in found),
            closed_trades=closed,
            won_trades=won,
            win_rate=win_rate(won, closed),
            accounts=_account_rows(found),
            as_of=when(min(as_of, default=0)),
            timestamp=rfc3339(self._clock.now_ns()),
        )
        return answer(said)

    def _books(self, query: Query) -> Sequence[AccountBook]:
        """The account asked for, or all."""
        books = self._chronicle.books.accounts
        account = query.text("account")
        if account is None:
            return list(books.values())
        return [books[AccountId(one_of("account", account, books))]]


def _account_rows(found: Iterable[Pnl]) -> list[AccountPnl]:
    return [
        AccountPnl(
            account=each.account,
            currency=each.currency,
            realized=money(each.realized_units),
            unrealized=money_or_none(each.unrealized_units),
            total=money_or_none(each.total_units),
            open=money_or_none(each.open_units),
            fees=money(each.fees_units),
            trades=each.fills,
            closed_trades=each.closed_trades,
            won_trades=each.won_trades,
            win_rate=win_rate(each.won_trades, each.closed_trades),
            as_of=when(each.as_of_ns),
        )
        for each in found
    ]
