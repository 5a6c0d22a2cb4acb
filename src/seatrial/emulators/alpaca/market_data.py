"""Market data over HTTP: bars, trades, quotes, snapshots (`venues.md` 2.2). Only what has happened is told."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator

from starlette.requests import Request
from starlette.responses import Response

from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import DAY_NS
from seatrial.emulators.alpaca.bar_shapes import Shape, bar_shape, quote_shape, trade_shape, with_text_time
from seatrial.emulators.alpaca.door import Doorway, Endpoint, answer
from seatrial.emulators.alpaca.queries import choice_of, list_of, text_of, time_of, whole_of
from seatrial.emulators.alpaca.quotes import SPREAD_MODEL, quote_from
from seatrial.emulators.alpaca.timeframes import DAY, bars_of, span_of
from seatrial.emulators.exchange import Exchange

LIMIT_DEFAULT = 1_000
LIMIT_MAX = 10_000
DERIVED = {"X-Seatrial-Derived": SPREAD_MODEL}
KINDS = ("bars", "trades", "quotes")

Rows = Callable[[Request, Instrument, int, int], Iterable[Shape]]


class MarketData:
    """The doors under `/v2/stocks`."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._rows: dict[str, Rows] = {"bars": self._bars, "trades": self._trades, "quotes": self._quotes}
        self._latest: dict[str, Callable[[Instrument], Shape | None]] = {
            "bars": self._latest_bar,
            "trades": self._latest_trade,
            "quotes": self._latest_quote,
        }

    def doorways(self) -> list[Doorway]:
        """All of them; each kind for many symbols and for one."""
        ways: list[Doorway] = []
        for kind in KINDS:
            ways += [
                Doorway(f"/v2/stocks/{kind}", self._door(self._history, kind)),
                Doorway(f"/v2/stocks/{kind}/latest", self._door(self._newest, kind)),
                Doorway(f"/v2/stocks/{{symbol}}/{kind}", self._door(self._history, kind)),
                Doorway(f"/v2/stocks/{{symbol}}/{kind}/latest", self._door(self._newest, kind)),
            ]
        return [
            *ways,
            Doorway("/v2/stocks/snapshots", self._door(self._snapshots, "")),
            Doorway("/v2/stocks/{symbol}/snapshot", self._door(self._snapshots, "")),
        ]

    def _door(self, shown: Callable[[Request, str], object], kind: str) -> Endpoint:
        async def endpoint(request: Request, _: str) -> Response:
            self._exchange.catch_up()
            response = answer(shown(request, kind))
            if kind != "bars":
                response.headers.update(DERIVED)
            return response

        return endpoint

    # -------------------------------------------------------------- history

    def _history(self, request: Request, kind: str) -> object:
        query = request.query_params
        now_ns = self._exchange.now_ns()
        start_ns = time_of(query, "start", default=now_ns // DAY_NS * DAY_NS)
        end_ns = time_of(query, "end", default=now_ns, day_ends=True)
        if end_ns < start_ns:
            raise RequestFault("end", "not before start", query.get("end"))
        limit = whole_of(query, "limit", default=LIMIT_DEFAULT, least=1, most=LIMIT_MAX)
        choice_of(query, "adjustment", ("raw", "split", "dividend", "spin-off", "all"))
        newest_first = choice_of(query, "sort", ("asc", "desc")) == "desc"
        after = _parse_token(text_of(query, "page_token"))
        found: dict[str, list[Shape]] = {}
        token: str | None = None
        total = 0
        for instrument in sorted(self._asked(request), key=lambda each: each.symbol):
            for row in self._ordered(kind, request, instrument, start_ns, end_ns, newest_first):
                if after is not None and not _is_after((instrument.symbol, _at(row)), after, newest_first):
                    continue
                if total == limit:
                    return self._page(request, kind, found, token)
                found.setdefault(instrument.symbol, []).append(with_text_time(row))
                token = _token(instrument.symbol, _at(row))
                total += 1
        return self._page(request, kind, found, None)

    def _ordered(
        self, kind: str, request: Request, instrument: Instrument, start_ns: int, end_ns: int, newest_first: bool
    ) -> Iterator[Shape]:
        rows = self._rows[kind](request, instrument, start_ns, end_ns)
        return iter(list(rows)[::-1] if newest_first else rows)

    def _page(self, request: Request, kind: str, found: dict[str, list[Shape]], token: str | None) -> object:
        if "symbol" in request.path_params:
            symbol = request.path_params["symbol"]
            return {"symbol": symbol, kind: found.get(symbol, []), "next_page_token": token}
        return {kind: found, "next_page_token": token}

    def _bars(self, request: Request, instrument: Instrument, start_ns: int, end_ns: int) -> Iterable[Shape]:
        span_ns = span_of(text_of(request.query_params, "timeframe", "1Min"))
        return bars_of(self._exchange, instrument, span_ns=span_ns, start_ns=start_ns, end_ns=end_ns)

    def _trades(self, _: Request, instrument: Instrument, start_ns: int, end_ns: int) -> Iterable[Shape]:
        prints = self._exchange.past_prints(instrument.symbol, start_ns, end_ns + 1)
        return (trade_shape(trade, instrument) for trade in prints if trade.volume_units)

    def _quotes(self, _: Request, instrument: Instrument, start_ns: int, end_ns: int) -> Iterable[Shape]:
        prints = self._exchange.past_prints(instrument.symbol, start_ns, end_ns + 1)
        return (quote_shape(quote_from(trade, instrument), instrument) for trade in prints)

    # --------------------------------------------------------------- newest

    def _newest(self, request: Request, kind: str) -> object:
        found = {each.symbol: self._latest[kind](each) for each in self._asked(request)}
        shown = {symbol: with_text_time(shape) for symbol, shape in found.items() if shape is not None}
        if "symbol" in request.path_params:
            symbol = request.path_params["symbol"]
            return {"symbol": symbol, kind.removesuffix("s"): shown.get(symbol)}
        return {kind: shown}

    def _latest_bar(self, instrument: Instrument) -> Shape | None:
        bars = self._exchange.finished_bars(instrument.symbol, 0, self._exchange.now_ns())
        return bar_shape(bars[-1], instrument) if bars else None

    def _latest_trade(self, instrument: Instrument) -> Shape | None:
        last = self._exchange.newest_print(instrument.symbol)
        return None if last is None else trade_shape(last, instrument)

    def _latest_quote(self, instrument: Instrument) -> Shape | None:
        last = self._exchange.newest_print(instrument.symbol)
        return None if last is None else quote_shape(quote_from(last, instrument), instrument)

    def _snapshots(self, request: Request, _: str) -> object:
        shown = {each.symbol: self._snapshot(each) for each in self._asked(request)}
        if "symbol" in request.path_params:
            symbol = request.path_params["symbol"]
            return {"symbol": symbol, **(shown.get(symbol) or {})}
        return shown

    def _snapshot(self, instrument: Instrument) -> dict[str, object]:
        now_ns = self._exchange.now_ns()
        days = list(bars_of(self._exchange, instrument, span_ns=DAY, start_ns=0, end_ns=now_ns))
        parts = {
            "latestTrade": self._latest_trade(instrument),
            "latestQuote": self._latest_quote(instrument),
            "minuteBar": self._latest_bar(instrument),
            "dailyBar": days[-1] if days else None,
            "prevDailyBar": days[-2] if len(days) > 1 else None,
        }
        return {name: None if shape is None else with_text_time(shape) for name, shape in parts.items()}

    def _asked(self, request: Request) -> list[Instrument]:
        """The instruments asked for. A symbol this venue does not list has no data, and is left out."""
        symbols = [request.path_params["symbol"]] if "symbol" in request.path_params else []
        symbols = symbols or list_of(request.query_params, "symbols")
        if not symbols:
            raise RequestFault("symbols", "comma-separated symbols", "")
        instruments = self._exchange.instruments
        return [instruments[Symbol(symbol)] for symbol in symbols if Symbol(symbol) in instruments]


def _at(row: Shape) -> int:
    at_ns = row["t"]
    assert isinstance(at_ns, int)
    return at_ns


def _token(symbol: str, at_ns: int) -> str:
    return base64.urlsafe_b64encode(f"{symbol}|{at_ns}".encode()).decode()


def _parse_token(token: str) -> tuple[str, int] | None:
    if not token:
        return None
    try:
        symbol, _, at_ns = base64.urlsafe_b64decode(token).decode().partition("|")
        return symbol, int(at_ns)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise RequestFault("page_token", "the next_page_token of an earlier answer", token) from None


def _is_after(row: tuple[str, int], past: tuple[str, int], newest_first: bool) -> bool:
    if row[0] != past[0]:
        return row[0] > past[0]
    return row[1] < past[1] if newest_first else row[1] > past[1]
