"""What the venues say of an account, asked over plain HTTP with requests and signatures written here.

Nothing of Seatrial is used: if an adapter misreads a venue, this must not misread it the same way.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx

ALPACA_PAGE = 100
ORDERS_PAGE = 500
BINANCE_PAGE = 1000
OPEN = {"accepted", "new", "partially_filled", "NEW", "PARTIALLY_FILLED"}


class Fill(NamedTuple):
    """One trade, by our own order id. The fee is in the coin it was taken in."""

    account: str
    client_order_id: str
    symbol: str
    side: str
    quantity: Decimal
    price: Decimal
    fee: Decimal
    fee_coin: str


class Order(NamedTuple):
    """One order."""

    symbol: str
    side: str
    quantity: Decimal
    filled: Decimal
    open: bool


class Truth(NamedTuple):
    """All there is to compare. `orders` by (account, client order id); `twice` are ids that came up again."""

    orders: dict[tuple[str, str], Order]
    twice: tuple[str, ...]
    fills: Counter[Fill]
    holdings: dict[tuple[str, str], Decimal]
    cash: dict[str, Decimal]


class AlpacaTruth:
    """The emulated Alpaca through `/v2`."""

    def __init__(self, http: httpx.Client, url: str, key: str, secret: str) -> None:
        self._http = http
        self._url = url + "/v2"
        self._headers = {"APCA-API-KEY-ID": key, "APCA-API-SECRET-KEY": secret}

    def get(self, path: str, **query: object) -> Any:
        """One question."""
        answer = self._http.get(self._url + path, params=query, headers=self._headers)  # type: ignore[arg-type]
        answer.raise_for_status()
        return answer.json()

    def orders(self) -> list[dict[str, Any]]:
        """Every order, oldest first. A page begins at the last one's own instant: several may share it."""
        found: dict[str, dict[str, Any]] = {}
        query = {"status": "all", "limit": ORDERS_PAGE, "direction": "asc"}
        while True:
            page = self.get("/orders", **query)
            fresh = [order for order in page if order["id"] not in found]
            found |= {order["id"]: order for order in fresh}
            if len(page) < ORDERS_PAGE or not fresh:
                return list(found.values())
            query["after"] = next(
                order["submitted_at"] for order in reversed(page) if order["submitted_at"] != page[-1]["submitted_at"]
            )

    def fills(self) -> Iterator[dict[str, Any]]:
        """Every execution, oldest first."""
        query: dict[str, object] = {"direction": "asc", "page_size": ALPACA_PAGE}
        while page := self.get("/account/activities/FILL", **query):
            yield from page
            query["page_token"] = page[-1]["id"]

    def read(self) -> Truth:
        """Everything, in an order in which a torn reading is a difference and never an agreement."""
        fills, orders = list(self.fills()), self.orders()
        names = {order["id"]: order["client_order_id"] for order in orders}
        held = {("alpaca", row["symbol"]): Decimal(row["qty"]) for row in self.get("/positions")}
        return Truth(
            orders={
                ("alpaca", order["client_order_id"]): Order(
                    order["symbol"],
                    order["side"],
                    Decimal(order["qty"]),
                    Decimal(order["filled_qty"]),
                    order["status"] in OPEN,
                )
                for order in orders
            },
            twice=_twice([order["client_order_id"] for order in orders]),
            fills=Counter(
                Fill(
                    "alpaca",
                    names[row["order_id"]],
                    row["symbol"],
                    row["side"],
                    Decimal(row["qty"]),
                    Decimal(row["price"]),
                    Decimal(0),
                    "USD",
                )
                for row in fills
            ),
            holdings=held,
            cash={"alpaca": Decimal(self.get("/account")["cash"])},
        )


class BinanceTruth:
    """The emulated Binance through `/api/v3`, signed by hand."""

    def __init__(self, http: httpx.Client, url: str, key: str, secret: str, symbols: tuple[str, ...]) -> None:
        self._http = http
        self._url = url + "/api/v3"
        self._headers = {"X-MBX-APIKEY": key}
        self._secret = secret.encode()
        self.symbols = symbols
        self.used_weight = 0  # in this minute, of everybody at our address: the platform has to live on it, too

    def get(self, path: str, **query: object) -> Any:
        """One signed question."""
        text = urlencode({**query, "timestamp": time.time_ns() // 1_000_000, "recvWindow": 10_000})
        signature = hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()
        answer = self._http.get(f"{self._url}{path}?{text}&signature={signature}", headers=self._headers)
        answer.raise_for_status()
        self.used_weight = int(answer.headers["x-mbx-used-weight-1m"])
        return answer.json()

    def _pages(self, path: str, symbol: str, cursor: str, number: str) -> Iterator[dict[str, Any]]:
        first = 0
        page = [{}] * BINANCE_PAGE
        while len(page) == BINANCE_PAGE:  # a full page may have a successor; asking costs weight of the account's own
            page = self.get(path, symbol=symbol, limit=BINANCE_PAGE, **{cursor: first})
            yield from page
            first = page[-1][number] + 1 if page else first

    def trades(self) -> list[dict[str, Any]]:
        """Every trade of every pair."""
        return [row for symbol in self.symbols for row in self._pages("/myTrades", symbol, "fromId", "id")]

    def read(self) -> Truth:
        """As `AlpacaTruth.read`."""
        trades = self.trades()
        orders = [row for symbol in self.symbols for row in self._pages("/allOrders", symbol, "orderId", "orderId")]
        names = {(order["symbol"], order["orderId"]): order["clientOrderId"] for order in orders}
        balances = {
            row["asset"]: Decimal(row["free"]) + Decimal(row["locked"]) for row in self.get("/account")["balances"]
        }
        return Truth(
            orders={
                ("binance", order["clientOrderId"]): Order(
                    order["symbol"],
                    order["side"].lower(),
                    Decimal(order["origQty"]),
                    Decimal(order["executedQty"]),
                    order["status"] in OPEN,
                )
                for order in orders
            },
            twice=_twice([order["clientOrderId"] for order in orders]),
            fills=Counter(
                Fill(
                    "binance",
                    names[row["symbol"], row["orderId"]],
                    row["symbol"],
                    "buy" if row["isBuyer"] else "sell",
                    Decimal(row["qty"]),
                    Decimal(row["price"]),
                    Decimal(row["commission"]),
                    row["commissionAsset"],
                )
                for row in trades
            ),
            holdings={
                ("binance", symbol): quantity
                for symbol in self.symbols
                if (quantity := balances.get(symbol.removesuffix("USDT"), Decimal(0)))
            },
            cash={"binance": balances["USDT"]},
        )


def joined(one: Truth, other: Truth) -> Truth:
    """Both venues as one truth."""
    return Truth(
        one.orders | other.orders,
        one.twice + other.twice,
        one.fills + other.fills,
        one.holdings | other.holdings,
        one.cash | other.cash,
    )


def _twice(ids: list[str]) -> tuple[str, ...]:
    return tuple(one for one, count in Counter(ids).items() if count > 1)
