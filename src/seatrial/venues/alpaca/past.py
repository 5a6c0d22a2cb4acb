"""Bars, trades, quotes and corporate actions of US equities from Alpaca's market data API, for the catalog."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from seatrial.domain.faults import RequestFault
from seatrial.domain.time import DAY_NS, parse_rfc3339, rfc3339
from seatrial.venues.alpaca.door import AlpacaDoor
from seatrial.venues.alpaca.past_records import (
    ActionsPage,
    ActionsRecord,
    BarsPage,
    QuoteRow,
    QuotesPage,
    TradeRow,
    TradesPage,
    mask_of,
)
from seatrial.venues.alpaca.records import BarRecord
from seatrial.venues.alpaca.wire import instant
from seatrial.venues.past import Page, Patience, Values

ROWS_PER_PAGE_MAX = 10_000
ACTIONS_PER_PAGE_MAX = 1_000
TIMEFRAMES = {"1m": "1Min", "5m": "5Min", "15m": "15Min", "30m": "30Min", "1h": "1Hour", "2h": "2Hour", "4h": "4Hour",
              "1d": "1Day"}  # fmt: skip
ACTION_TYPES = "forward_split,reverse_split,cash_dividend"


class AlpacaPast:
    """Everything asked for raw and unadjusted, one symbol at a time, all pages. `feed` is sip or iex."""

    kinds: tuple[str, ...] = ("bars", "trades", "quotes", "corporate_actions")
    spans: tuple[str, ...] = tuple(TIMEFRAMES)

    def __init__(self, door: AlpacaDoor, patience: Patience, *, feed: str) -> None:
        self._door = door
        self._patience = patience
        self._feed = feed

    def pages(self, kind: str, symbol: str, span: str, *, start_ns: int, end_ns: int) -> AsyncGenerator[Page, None]:
        """See `venues.past.Past`.

        Raises:
            RequestFault: a kind or span this venue does not tell.
        """
        if kind == "corporate_actions":
            return self._actions(symbol, start_ns, end_ns)
        if kind not in self.kinds:
            raise RequestFault("kind", f"one of {', '.join(self.kinds)}, which Alpaca tells", kind)
        if kind == "bars" and span not in TIMEFRAMES:
            raise RequestFault("span", f"one of {', '.join(TIMEFRAMES)}, which Alpaca tells", span)
        return self._history(kind, symbol, span, start_ns, end_ns)

    async def _history(
        self, kind: str, symbol: str, span: str, start_ns: int, end_ns: int
    ) -> AsyncGenerator[Page, None]:
        type_, told = _KINDS[kind]
        params = {
            "symbols": symbol,
            "start": rfc3339(start_ns),
            "end": rfc3339(end_ns - 1),
            "limit": str(ROWS_PER_PAGE_MAX),
            "feed": self._feed,
            "sort": "asc",
        }
        if kind == "bars":
            params |= {"timeframe": TIMEFRAMES[span], "adjustment": "raw"}
        held: list[Any] = []
        while True:
            page = await self._patience.ask(partial(self._door.ask_data, f"/stocks/{kind}", type_, dict(params)))
            held += getattr(page, kind).get(symbol, [])
            if not page.next_page_token:
                yield Page(told(held), end_ns)
                return
            params["page_token"] = page.next_page_token
            # More rows of the last stamp may come with the next page; until then the data is whole up to it.
            bound = held[-1].t if held else ""
            ready = [row for row in held if row.t != bound]
            if ready:
                held = held[len(ready) :]
                yield Page(told(ready), instant(bound, f"{kind}.t"))

    async def _actions(self, symbol: str, start_ns: int, end_ns: int) -> AsyncGenerator[Page, None]:
        params = {
            "symbols": symbol,
            "types": ACTION_TYPES,
            "start": rfc3339(start_ns)[:10],
            "end": rfc3339(end_ns - 1)[:10],
            "limit": str(ACTIONS_PER_PAGE_MAX),
            "sort": "asc",
        }
        found: list[tuple[int, str, float, float]] = []
        while True:
            page = await self._patience.ask(partial(self._door.ask_actions, ActionsPage, dict(params)))
            found += _actions_of(page.corporate_actions, symbol)
            if not page.next_page_token:
                break
            params["page_token"] = page.next_page_token
        found = sorted(row for row in set(found) if start_ns <= row[0] < end_ns)
        yield Page(
            {
                "ts": [row[0] for row in found],
                "action": [row[1] for row in found],
                "split_ratio": [row[2] for row in found],
                "cash_amount": [row[3] for row in found],
            },
            end_ns,
        )


def _bars(rows: Sequence[BarRecord]) -> dict[str, Values]:
    letters: Mapping[str, Callable[[BarRecord], Decimal]] = {
        "open": lambda row: row.o,
        "high": lambda row: row.h,
        "low": lambda row: row.l,
        "close": lambda row: row.c,
        "volume": lambda row: row.v,
    }
    numbers: dict[str, Values] = {name: [float(of(row)) for row in rows] for name, of in letters.items()}
    return {"ts": [instant(row.t, "bars.t") for row in rows], **numbers}


def _trades(rows: Sequence[TradeRow]) -> dict[str, Values]:
    return {
        "ts": [instant(row.t, "trades.t") for row in rows],
        "price": [float(row.p) for row in rows],
        "size": [float(row.s) for row in rows],
        "exchange": [row.x for row in rows],
        "conditions": [mask_of(row.c) for row in rows],
    }


def _quotes(rows: Sequence[QuoteRow]) -> dict[str, Values]:
    return {
        "ts": [instant(row.t, "quotes.t") for row in rows],
        "bid": [float(row.bp) for row in rows],
        "bid_size": [float(row.bs) for row in rows],
        "ask": [float(row.ap) for row in rows],
        "ask_size": [float(row.as_) for row in rows],
        "exchange": [row.bx for row in rows],
    }


_KINDS: Mapping[str, tuple[Any, Callable[[Any], dict[str, Values]]]] = {
    "bars": (BarsPage, _bars),
    "trades": (TradesPage, _trades),
    "quotes": (QuotesPage, _quotes),
}


def _actions_of(record: ActionsRecord, symbol: str) -> list[tuple[int, str, float, float]]:
    nan = float("nan")
    found = [
        (_day(row.ex_date), "split", float(row.new_rate / row.old_rate), nan)
        for row in (*record.forward_splits, *record.reverse_splits)
        if row.symbol == symbol
    ]
    paid: dict[int, Decimal] = {}
    for row in record.cash_dividends:
        if row.symbol == symbol:  # a regular and a special one of one day are paid together
            paid[_day(row.ex_date)] = paid.get(_day(row.ex_date), Decimal(0)) + row.rate
    return found + [(day, "dividend", nan, float(rate)) for day, rate in paid.items()]


def _day(text: str) -> int:
    return parse_rfc3339(f"{text}T00:00:00Z") // DAY_NS * DAY_NS
