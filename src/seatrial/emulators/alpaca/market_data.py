"""Market data over HTTP: bars, trades, quotes, snapshots of shares and coins (`venues.md` 2.2).

Only what has happened is told. Shares are under `/v2/stocks`, coins under `/v1beta3/crypto/us`, each of which knows
nothing of the other's symbols.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice

from starlette.requests import Request
from starlette.responses import Response

from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import DAY_NS, MINUTE_NS
from seatrial.emulators.alpaca.assets import is_coin
from seatrial.emulators.alpaca.bar_shapes import Shape, quote_shape, trade_shape, with_text_time
from seatrial.emulators.alpaca.door import Doorway, answer
from seatrial.emulators.alpaca.newest_data import NewestData
from seatrial.emulators.alpaca.queries import choice_of, list_of, text_of, time_of, whole_of
from seatrial.emulators.alpaca.quotes import SPREAD_MODEL, quote_from
from seatrial.emulators.alpaca.refusals import Refusal
from seatrial.emulators.alpaca.timeframes import bars_of, span_of
from seatrial.emulators.exchange import Exchange

LIMIT_DEFAULT = 1_000
LIMIT_MAX = 10_000
RECENT_NS = 15 * MINUTE_NS
DERIVED = {"X-Seatrial-Derived": SPREAD_MODEL}
KINDS = ("bars", "trades", "quotes")
FEEDS = ("", "sip", "iex", "delayed_sip", "otc", "boats", "overnight")
SHARES, COINS = "/v2/stocks", "/v1beta3/crypto/us"

Rows = Callable[[Request, Instrument, int, int], Iterable[Shape]]


class MarketData:
    """The doors of both kinds of asset.

    Args:
        exchange: whose market is told.
        recent_sip: whether the account may ask for the last quarter of an hour of the `sip` feed.
    """

    def __init__(self, exchange: Exchange, *, recent_sip: bool = True) -> None:
        self._exchange = exchange
        self._recent_sip = recent_sip
        self._rows: dict[str, Rows] = {"bars": self._bars, "trades": self._trades, "quotes": self._quotes}

    def doorways(self) -> list[Doorway]:
        """All of them; each kind for many symbols and, of shares, for one."""
        newest = NewestData(self._exchange)
        ways: list[Doorway] = []
        for kind in KINDS:
            latest = partial(newest.latest, kind)
            for path in (f"{SHARES}/{kind}", f"{SHARES}/{{symbol}}/{kind}"):
                ways.append(self._way(path, partial(self._history, kind), kind))
                ways.append(self._way(f"{path}/latest", latest, kind))
            ways.append(self._way(f"{COINS}/{kind}", partial(self._history, kind), kind))
            ways.append(self._way(f"{COINS}/latest/{kind}", latest, kind))
        return [
            *ways,
            self._way(f"{COINS}/latest/orderbooks", newest.books, ""),
            self._way(f"{COINS}/snapshots", newest.wrapped_snapshots, ""),
            self._way(f"{SHARES}/snapshots", newest.snapshots, ""),
            self._way(f"{SHARES}/{{symbol}}/snapshot", newest.snapshots, ""),
        ]

    def _way(self, path: str, shown: Callable[[Request, list[Instrument]], object], kind: str) -> Doorway:
        coins = path.startswith(COINS)

        async def endpoint(request: Request, _: str) -> Response:
            self._exchange.catch_up()
            choice_of(request.query_params, "feed", FEEDS)
            told = answer(shown(request, self._asked(request, coins=coins)))
            if kind != "bars" and not self._exchange.has_books:
                told.headers.update(DERIVED)
            return told

        return Doorway(path, endpoint)

    def _history(self, kind: str, request: Request, asked: list[Instrument]) -> object:
        query = request.query_params
        now_ns = self._exchange.now_ns()
        start_ns = time_of(query, "start", default=now_ns // DAY_NS * DAY_NS)
        end_ns = time_of(query, "end", default=now_ns, day_ends=True)
        if end_ns < start_ns:
            raise RequestFault("end", "not before start", query.get("end"))
        if not self._recent_sip and text_of(query, "feed") == "sip" and end_ns > now_ns - RECENT_NS:
            raise Refusal(403, None, "subscription does not permit querying recent SIP data")
        limit = whole_of(query, "limit", default=LIMIT_DEFAULT, least=1, most=LIMIT_MAX)
        choice_of(query, "adjustment", ("raw", "split", "dividend", "spin-off", "all"))
        time_of(query, "asof", default=0)
        newest_first = choice_of(query, "sort", ("asc", "desc")) == "desc"
        past_symbol, past_ns, told = _parse_token(text_of(query, "page_token"))
        found: dict[str, list[Shape]] = {}
        total, token = 0, None
        for instrument in sorted(asked, key=lambda each: each.symbol):
            if instrument.symbol < past_symbol:
                continue
            first_ns, last_ns = start_ns, end_ns
            if instrument.symbol == past_symbol:
                first_ns, last_ns = (start_ns, past_ns) if newest_first else (past_ns, end_ns)
            rows = self._rows[kind](request, instrument, first_ns, last_ns)
            ordered = reversed(list(rows)) if newest_first else rows
            same_ns, same = (past_ns, told) if instrument.symbol == past_symbol else (-1, 0)
            for row in islice(ordered, same, None):
                if total == limit:
                    return self._page(request, kind, found, token)
                found.setdefault(instrument.symbol, []).append(with_text_time(row))
                at_ns = row["t"]
                assert isinstance(at_ns, int)
                same_ns, same = at_ns, same + 1 if at_ns == same_ns else 1
                token = _token(instrument.symbol, same_ns, same)
                total += 1
        return self._page(request, kind, found, None)

    def _page(self, request: Request, kind: str, found: dict[str, list[Shape]], token: str | None) -> object:
        if "symbol" in request.path_params:
            symbol = request.path_params["symbol"]
            return {"symbol": symbol, kind: found.get(symbol, []), "next_page_token": token}
        return {kind: found, "next_page_token": token}

    def _bars(self, request: Request, instrument: Instrument, start_ns: int, end_ns: int) -> Iterable[Shape]:
        span = span_of(text_of(request.query_params, "timeframe", "1Min"))
        return bars_of(self._exchange, instrument, span, start_ns=start_ns, end_ns=end_ns)

    def _trades(self, _: Request, instrument: Instrument, start_ns: int, end_ns: int) -> Iterable[Shape]:
        prints = self._exchange.past_trades(instrument.symbol, start_ns, end_ns + 1)
        return (trade_shape(trade, instrument) for trade in prints if trade.volume_units)

    def _quotes(self, _: Request, instrument: Instrument, start_ns: int, end_ns: int) -> Iterable[Shape]:
        prints = self._exchange.past_prints(instrument.symbol, start_ns, end_ns + 1)
        return (quote_shape(quote_from(trade, instrument), instrument) for trade in prints)

    def _asked(self, request: Request, *, coins: bool) -> list[Instrument]:
        """The instruments asked for. A symbol this venue does not list has no data, and is left out."""
        symbols = [request.path_params["symbol"]] if "symbol" in request.path_params else []
        symbols = symbols or list_of(request.query_params, "symbols")
        if not symbols:
            raise RequestFault("symbols", "comma-separated symbols", "")
        found = [self._exchange.instruments.get(Symbol(symbol)) for symbol in symbols]
        return [one for one in found if one is not None and is_coin(one) == coins]


def _token(symbol: str, at_ns: int, told: int) -> str:
    """Where the next page begins: at an instant, behind so many rows of it that were told."""
    return base64.urlsafe_b64encode(f"{symbol}|{at_ns}|{told}".encode()).decode()


def _parse_token(token: str) -> tuple[str, int, int]:
    if not token:
        return "", 0, 0
    try:
        symbol, at_ns, told = base64.urlsafe_b64decode(token).decode().split("|")
        return symbol, int(at_ns), int(told)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise RequestFault("page_token", "the next_page_token of an earlier answer", token) from None
