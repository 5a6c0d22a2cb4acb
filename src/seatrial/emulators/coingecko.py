"""The emulated CoinGecko: `/api/v3/ping` and `/api/v3/simple/price`, from the prints of an emulated exchange.

Like the real one it is late and coarse: a price is that of a snapshot taken once a minute of market time, told
`DELAY_NS` after it. Its dollars are the exchange's tether, one for one: the tape has no other market. Played are
`usd` and `usdt` as currencies, `include_last_updated_at` and `include_24hr_change`, keys in header or query, the
limits of the keyless and the demo plan, and the three shapes of its errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from seatrial.domain.ids import Symbol
from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS, Clock, rfc3339
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.faults import Asgi, FaultScript, FaultyApp, Words

COINS: Mapping[str, str] = {
    "bitcoin": "BTCUSDT",
    "ethereum": "ETHUSDT",
    "binancecoin": "BNBUSDT",
    "solana": "SOLUSDT",
    "ripple": "XRPUSDT",
    "cardano": "ADAUSDT",
    "dogecoin": "DOGEUSDT",
    "litecoin": "LTCUSDT",
}
CURRENCIES = ("usd", "usdt")
UPDATE_NS = MINUTE_NS  # market time between two snapshots
DELAY_NS = 5 * SECOND_NS
KEYLESS_PER_MINUTE = 10
DEMO_PER_MINUTE = 100
ADDRESSES_MAX = 1_000
KEY_HEADERS = ("x-cg-demo-api-key", "x-cg-pro-api-key")
KEY_PARAMETERS = ("x_cg_demo_api_key", "x_cg_pro_api_key")
RATE_TEXT = (
    "You've exceeded the Rate Limit. Please visit https://www.coingecko.com/en/api/pricing "
    "to subscribe to our API plans for higher rate limits."
)

_encoder = msgspec.json.Encoder(decimal_format="number")


@dataclass(slots=True)
class _Window:
    minute: int = -1
    asked: int = 0


@dataclass(slots=True)
class _Limits:
    """Requests of each caller in the present minute of API time."""

    windows: dict[str, _Window] = field(default_factory=dict)

    def admit(self, caller: str, minute: int, most: int) -> bool:
        window = self.windows.pop(caller, None) or _Window()
        if window.minute != minute:
            window.minute, window.asked = minute, 0
        window.asked += 1
        self.windows[caller] = window
        if len(self.windows) > ADDRESSES_MAX:
            del self.windows[next(iter(self.windows))]
        return window.asked <= most


class CoinGecko:
    """The two endpoints.

    Args:
        exchange: whose prints are told; only coins that it lists are known.
        api_clock: rate windows follow it.
        key: the only key that is accepted; None accepts none and serves everybody without one.
    """

    def __init__(self, exchange: Exchange, *, api_clock: Clock, key: str | None = None) -> None:
        self._exchange = exchange
        self._api_clock = api_clock
        self._key = key or None
        self._limits = _Limits()

    def routes(self) -> list[Route]:
        """Its routes."""
        return [
            Route("/api/v3/ping", self.ping, methods=["GET"]),
            Route("/api/v3/simple/price", self.price, methods=["GET"]),
        ]

    async def ping(self, request: Request) -> Response:
        """The sign of life, in its own words."""
        return self._refused(request) or _json({"gecko_says": "(V3) To the Moon!"})

    async def price(self, request: Request) -> Response:
        """`simple/price`. A coin that it does not know is left out, as there."""
        if refused := self._refused(request):
            return refused
        query = request.query_params
        for name in ("ids", "vs_currencies"):
            if not query.get(name):
                return _json({"error": f"Missing parameter {name}"}, 422)
        currencies = [one for one in _listed(query["vs_currencies"]) if one in CURRENCIES]
        found = {}
        for coin in _listed(query["ids"]):
            symbol = Symbol(COINS.get(coin, ""))
            if symbol in self._exchange.instruments:
                found[coin] = self._row(symbol, currencies, query)
        return _json(found)

    def _row(self, symbol: Symbol, currencies: list[str], query: Mapping[str, str]) -> dict[str, object]:
        told_ns = self._exchange.now_ns() - DELAY_NS
        snapshot_ns = told_ns - told_ns % UPDATE_NS
        newest = self._print(symbol, snapshot_ns)
        if newest is None or not currencies:
            return {}
        price, at_ns = newest
        before = self._print(symbol, snapshot_ns - DAY_NS)
        row: dict[str, object] = {}
        for currency in currencies:
            row[currency] = price
            if query.get("include_24hr_change") == "true":
                row[f"{currency}_24h_change"] = None if before is None else _percent(price, before[0])
        if query.get("include_last_updated_at") == "true":
            row["last_updated_at"] = at_ns // SECOND_NS
        return row

    def _print(self, symbol: Symbol, at_ns: int) -> tuple[Decimal, int] | None:
        """The newest print at or before an instant, not older than an hour."""
        prints = self._exchange.past_prints(symbol, at_ns - HOUR_NS, at_ns + 1)
        if not prints:
            return None
        instrument = self._exchange.instruments[symbol]
        return Decimal(instrument.price_text(prints[-1].price_units)), prints[-1].at_ns

    def _refused(self, request: Request) -> Response | None:
        """A wrong key, or too many requests."""
        said = [request.headers.get(name) for name in KEY_HEADERS]
        said += [request.query_params.get(name) for name in KEY_PARAMETERS]
        key = next((one for one in said if one), None)
        now_ns = self._api_clock.now_ns()
        if key is not None and key != self._key:
            text = "The API Key you provided is invalid. Please check your key in the developer dashboard."
            status = {"timestamp": rfc3339(now_ns), "error_code": 10011, "error_message": text}
            return _json({"status": status}, 401)
        caller = request.client.host if request.client else "unknown"
        most = KEYLESS_PER_MINUTE if key is None else DEMO_PER_MINUTE
        if self._limits.admit(key or caller, now_ns // MINUTE_NS, most):
            return None
        left_s = -(-(MINUTE_NS - now_ns % MINUTE_NS) // SECOND_NS)
        return _json({"status": {"error_code": 429, "error_message": RATE_TEXT}}, 429, {"retry-after": str(left_s)})


def build_coingecko(
    exchange: Exchange, *, api_clock: Clock, faults: FaultScript | None = None, key: str | None = None
) -> Asgi:
    """The application; with a script of `faults` around it."""
    app = Starlette(routes=CoinGecko(exchange, api_clock=api_clock, key=key).routes())
    return app if faults is None else FaultyApp(app, faults, Words(error=_internal))


def _internal(status: int) -> bytes:
    return _encoder.encode({"status": {"error_code": status, "error_message": "Internal Server Error"}})


def _listed(text: str) -> list[str]:
    return list(dict.fromkeys(one.strip().lower() for one in text.split(",") if one.strip()))


def _json(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(_encoder.encode(body), status, headers, media_type="application/json")


def _percent(price: Decimal, before: Decimal) -> Decimal:
    return ((price - before) * 100 / before).quantize(Decimal("1e-12"))
