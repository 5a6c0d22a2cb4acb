"""`GET /api/prices/latest`: the newest price from the first source that has a fresh one; 503 where none has."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import Symbol
from seatrial.domain.time import rfc3339
from seatrial.services.api.doors import Door, Parameter
from seatrial.services.api.http import answer, refusal
from seatrial.services.api.numbers import ExactNumber, When
from seatrial.services.api.reading import Query
from seatrial.services.circuits import Circuit, CircuitState
from seatrial.services.prices import Prices, Quote

SYMBOL_LENGTH_MAX = 32


class LatestPrice(msgspec.Struct):
    """A price of market time `timestamp`, in the currency `quote`: CoinGecko's are dollars, Binance's tether.

    The changes are against the price of 24 hours of market time before, null where that is not known. `stale` is true
    only while the market is closed: then nobody can have a newer price.
    """

    symbol: str
    price: ExactNumber
    change: ExactNumber | None
    change_percent: ExactNumber | None
    timestamp: When
    source: str
    stale: bool
    quote: str


class SourceRow(msgspec.Struct):
    """One source behind a network and its circuit. Times are the platform's clock's."""

    name: str
    circuit: CircuitState
    success: int
    failures: int
    failure_streak: int
    last_success: When | None
    last_error: str | None


class SourcesAnswer(msgspec.Struct):
    """The sources in order, and how often an answer of a moment ago was told again; null before the first question."""

    sources: list[SourceRow]
    cache_hits: int
    cache_misses: int
    cache_hit_rate: float | None


def price_doors(prices: Prices) -> list[Door]:
    """The doors, for port 8000."""

    async def latest(request: Request) -> Response:
        said = Query(request, ["symbol"]).text("symbol") or ""
        symbol = Symbol(said.upper())
        if len(said) > SYMBOL_LENGTH_MAX or not said.isascii() or not prices.lists(symbol):
            raise RequestFault(
                "symbol", "a traded symbol, or a pair of a coin such as BTCUSDT", said[:SYMBOL_LENGTH_MAX]
            )
        found = await prices.latest(symbol)
        if found.usable and found.quote is not None:
            return answer(_row(found.quote, stale=found.stale))
        message = f"nobody has a fresh price of {symbol}: {found.reason}"
        last = None if found.quote is None else _row(found.quote, stale=True)
        return refusal(503, "no_fresh_price", message, field="symbol", last=last)

    async def sources(_: Request) -> Response:
        rows = [_source(name, circuit) for name, circuit in prices.circuits.items()]
        return answer(SourcesAnswer(rows, prices.hits, prices.misses, prices.hit_rate))

    return [
        Door(
            "/api/prices/latest",
            latest,
            summary="The newest price of a symbol, from the first source that has a fresh one.",
            answers={200: LatestPrice, 503: None},
            parameters=[Parameter("symbol", str, "such as BTCUSDT", required=True)],
        ),
        Door(
            "/api/prices/sources",
            sources,
            summary="The sources of prices, their circuits, and the cache's hit rate.",
            answers={200: SourcesAnswer},
        ),
    ]


def _row(quote: Quote, *, stale: bool) -> LatestPrice:
    return LatestPrice(
        symbol=quote.symbol,
        price=quote.price,
        change=quote.change,
        change_percent=quote.change_percent,
        timestamp=rfc3339(quote.as_of_ns),
        source=quote.source,
        stale=stale,
        quote=quote.quote,
    )


def _source(name: str, circuit: Circuit) -> SourceRow:
    return SourceRow(
        name,
        circuit.state,
        circuit.successes,
        circuit.failures,
        circuit.failure_streak,
        None if circuit.succeeded_ns is None else rfc3339(circuit.succeeded_ns),
        circuit.error,
    )
