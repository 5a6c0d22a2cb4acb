"""What we use of ccxt's unified exchange, and which exchanges can be traded on through it.

ccxt is an optional dependency: nothing here imports it when Seatrial starts.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from seatrial.domain.faults import ConfigurationFault, RequestFault

Row = dict[str, Any]

# Exchanges that take an id of ours, in the form it has, and whose orders ccxt finds by it. Without that a lost answer
# could never be settled, so the others are refused. A test compares this with the pinned ccxt.
BY_CLIENT_ID = (
    "binance",
    "binanceus",
    "bitget",
    "bitrue",
    "coinsph",
    "hashkey",
    "htx",
    "kucoin",
    "mexc",
    "myokx",
    "okx",
    "okxus",
)
PREFIX = "ccxt:"


class Exchange(Protocol):
    """A ccxt exchange with asynchronous methods; numbers are text, times are milliseconds."""

    id: str
    has: Mapping[str, Any]
    markets: Mapping[str, Row] | None
    last_response_headers: Mapping[str, str] | None

    async def load_markets(self, reload: bool = False) -> Mapping[str, Row]: ...

    async def load_time_difference(self) -> int: ...

    async def fetch_time(self) -> int: ...

    async def fetch_balance(self) -> Row: ...

    async def fetch_order(self, id: str | None, symbol: str, params: Row) -> Row: ...

    async def fetch_open_orders(self, symbol: str) -> list[Row]: ...

    async def fetch_my_trades(self, symbol: str, since: int | None, limit: int | None) -> list[Row]: ...

    async def fetch_ohlcv(
        self, symbol: str, timeframe: str, since: int | None, limit: int | None
    ) -> list[list[Any]]: ...

    async def create_order(
        self, symbol: str, type: str, side: str, amount: str, price: str | None, params: Row
    ) -> Row: ...

    async def cancel_order(self, id: str, symbol: str) -> Row: ...

    async def watch_trades(self, symbol: str) -> Sequence[Row]: ...

    async def close(self) -> None: ...


def require_known(name: str) -> None:
    """Refuse an exchange that cannot be traded on so, before anybody looks for its keys.

    Raises:
        RequestFault: no exchange of ccxt, or one that does not find orders by our own ids.
    """
    if name not in BY_CLIENT_ID:
        accepted = f"an exchange that finds orders by our own ids: {', '.join(BY_CLIENT_ID)}"
        raise RequestFault("venue", f"{PREFIX}NAME with {accepted}", f"{PREFIX}{name}")


def open_exchange(name: str, key: str, secret: str, *, timeout_ms: int, more: Mapping[str, Any]) -> Exchange:
    """An exchange by ccxt's own name; `more` goes over our options, as addresses of an emulator do.

    Raises:
        ConfigurationFault: ccxt is not installed.
        RequestFault: no exchange of ccxt, or one that does not find orders by our own ids.
    """
    require_known(name)
    try:
        streaming = importlib.import_module("ccxt.pro")
    except ImportError as fault:
        needed = f"{PREFIX}{name} needs ccxt: `make extras`, or pip install 'seatrial[ccxt]'"
        raise ConfigurationFault(needed) from fault
    options = {"defaultType": "spot", "fetchMarkets": {"types": ["spot"]}, "adjustForTimeDifference": True}
    config = {
        "apiKey": key,
        "secret": secret,
        "number": str,
        "timeout": timeout_ms,
        "enableRateLimit": True,
        "newUpdates": True,
        "options": options,
    }
    exchange: Exchange = getattr(streaming, name)({**config, **more})
    return exchange
