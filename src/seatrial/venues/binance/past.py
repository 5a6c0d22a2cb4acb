"""Klines and aggregate trades of Binance Spot, for the catalog. Public: no key is needed, and weights are counted."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from decimal import Decimal
from typing import TypeVar

import msgspec

from seatrial.domain.faults import RequestFault
from seatrial.domain.time import HOUR_NS, MILLISECOND_NS
from seatrial.venues.binance.door import BinanceDoor
from seatrial.venues.binance.records import KlineRow
from seatrial.venues.past import Page, Patience, Values

T = TypeVar("T")

ROWS_PER_PAGE_MAX = 1_000
_SEARCH_NS = HOUR_NS  # the widest span the venue takes when both its ends are given


class AggTrade(msgspec.Struct):
    """One of GET aggTrades: trades of one taker at one price and moment. `m`: the buyer was the maker."""

    a: int
    p: Decimal
    q: Decimal
    T: int
    m: bool


class BinancePast:
    """GET klines and aggTrades, all pages."""

    kinds: tuple[str, ...] = ("bars", "trades")
    spans: tuple[str, ...] = ("1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "1d")

    def __init__(self, door: BinanceDoor, patience: Patience) -> None:
        self._door = door
        self._patience = patience

    def pages(self, kind: str, symbol: str, span: str, *, start_ns: int, end_ns: int) -> AsyncGenerator[Page, None]:
        """See `venues.past.Past`.

        Raises:
            RequestFault: a kind this venue does not tell.
        """
        if kind == "bars":
            return self._klines(symbol, span, start_ns, end_ns)
        if kind == "trades":
            return self._trades(symbol, start_ns, end_ns)
        raise RequestFault("kind", f"one of {', '.join(self.kinds)}, which Binance tells", kind)

    async def _klines(self, symbol: str, span: str, start_ns: int, end_ns: int) -> AsyncGenerator[Page, None]:
        from_ms, last_ms = -(-start_ns // MILLISECOND_NS), end_ns // MILLISECOND_NS - 1
        while from_ms <= last_ms:
            parameters = {
                "symbol": symbol,
                "interval": span,
                "startTime": str(from_ms),
                "endTime": str(last_ms),
                "limit": str(ROWS_PER_PAGE_MAX),
            }
            rows = await self._ask("/klines", list[KlineRow], parameters, weight=2)
            whole = [row for row in rows if row[6] <= last_ms]
            if len(rows) < ROWS_PER_PAGE_MAX:
                yield Page(_bars(whole), end_ns)
                return
            from_ms = rows[-1][6] + 1
            yield Page(_bars(whole), min(from_ms * MILLISECOND_NS, end_ns))

    async def _trades(self, symbol: str, start_ns: int, end_ns: int) -> AsyncGenerator[Page, None]:
        number: int | None = None
        at_ns = start_ns
        while number is None and at_ns < end_ns:
            until_ns = min(at_ns + _SEARCH_NS, end_ns)
            found = await self._first_trades(symbol, at_ns, until_ns)
            number = found[0].a if found else None
            at_ns = at_ns if found else until_ns
            if not found:
                yield Page(_aggregates([]), until_ns)
        while number is not None and at_ns < end_ns:
            parameters = {"symbol": symbol, "fromId": str(number), "limit": str(ROWS_PER_PAGE_MAX)}
            rows = await self._ask("/aggTrades", list[AggTrade], parameters, weight=4)
            last = len(rows) < ROWS_PER_PAGE_MAX or end_ns <= rows[-1].T * MILLISECOND_NS
            # More trades of the last millisecond may follow; they come whole with the next page.
            bound_ms = -(-end_ns // MILLISECOND_NS) if last else rows[-1].T
            if not last and bound_ms == rows[0].T:
                bound_ms += 1
            kept = [row for row in rows if bound_ms > row.T]
            at_ns = end_ns if last else bound_ms * MILLISECOND_NS
            number = kept[-1].a + 1 if kept else number
            yield Page(_aggregates(kept), at_ns)

    async def _first_trades(self, symbol: str, start_ns: int, end_ns: int) -> list[AggTrade]:
        parameters = {
            "symbol": symbol,
            "startTime": str(-(-start_ns // MILLISECOND_NS)),
            "endTime": str(-(-end_ns // MILLISECOND_NS) - 1),
            "limit": "1",
        }
        return await self._ask("/aggTrades", list[AggTrade], parameters, weight=4)

    async def _ask(self, path: str, type_: type[T], parameters: dict[str, str], *, weight: int) -> T:
        return await self._patience.ask(lambda: self._door.ask_publicly(path, type_, parameters, weight=weight))


def _bars(rows: Sequence[KlineRow]) -> dict[str, Values]:
    names = ("open", "high", "low", "close", "volume")
    numbers: dict[str, Values] = {
        name: [float(str(row[1 + place])) for row in rows] for place, name in enumerate(names)
    }
    return {"ts": [row[0] * MILLISECOND_NS for row in rows], **numbers}


def _aggregates(rows: Sequence[AggTrade]) -> dict[str, Values]:
    return {
        "ts": [row.T * MILLISECOND_NS for row in rows],
        "price": [float(row.p) for row in rows],
        "size": [float(row.q) for row in rows],
        "side": [-1 if row.m else 1 for row in rows],
        "trade_id": [row.a for row in rows],
    }
