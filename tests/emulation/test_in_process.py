"""`seatrial.emulate()`: a bot's own tests meet both venues on real sockets, and several accounts meet each other."""

from __future__ import annotations

import hashlib
import hmac
import time
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

import seatrial
from seatrial.domain.faults import RequestFault

ACCOUNTS = """
[[account]]
name = "maker"
key = "PKMAKER0000000000000"
secret = "maker secret"
cash = "1000000"
coins = { BTC = "1000" }
"""


class Trader:
    """Who signs with a key pair."""

    def __init__(self, rest: str, key: str, secret: str) -> None:
        self._http = httpx.Client(base_url=rest, headers={"X-MBX-APIKEY": key}, timeout=30)
        self._secret = secret

    def ask(self, method: str, path: str, **values: object) -> Any:
        """A signed question, answered well."""
        query = urlencode(values | {"timestamp": time.time_ns() // 1_000_000, "recvWindow": 60_000})
        signature = hmac.new(self._secret.encode(), query.encode(), hashlib.sha256).hexdigest()
        answer = self._http.request(method, f"{path}?{query}&signature={signature}")
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def venues(tmp_path_factory: pytest.TempPathFactory) -> Any:
    file = tmp_path_factory.mktemp("accounts") / "accounts.toml"
    file.write_text(ACCOUNTS)
    with seatrial.emulate(symbols=["SPY", "BTCUSDT"], speed=10, accounts=file) as told:
        wait_for_a_book(told["binance"]["rest"])
        yield told


def wait_for_a_book(rest: str) -> None:
    """A market without history begins with an empty book; a market order would wait in it for somebody to come."""
    while True:
        book = httpx.get(f"{rest}/api/v3/depth?symbol=BTCUSDT&limit=5", timeout=30).json()
        if book.get("asks") and book.get("bids"):
            return
        time.sleep(0.05)


def test_the_venues_say_what_the_command_says(venues: dict[str, dict[str, str]]) -> None:
    assert set(venues) == {"alpaca", "binance"}
    assert set(venues["alpaca"]) == {"rest", "data", "trade_stream", "data_stream", "key", "secret"}
    assert set(venues["binance"]) == {"rest", "ws", "ws_api", "key", "secret"}


def test_a_market_order_is_answered_with_its_trades_and_they_are_on_the_public_tape(venues: Any) -> None:
    binance = venues["binance"]
    taker = Trader(binance["rest"], binance["key"], binance["secret"])

    order = taker.ask("POST", "/api/v3/order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01")

    assert order["status"] == "FILLED"
    public = httpx.get(f"{binance['rest']}/api/v3/trades?symbol=BTCUSDT&limit=1000", timeout=30).json()
    numbers = [trade["id"] for trade in public]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert {fill["price"] for fill in order["fills"]} <= {trade["price"] for trade in public}


def test_two_accounts_trade_with_each_other_in_the_one_book(venues: Any) -> None:
    binance = venues["binance"]
    maker = Trader(binance["rest"], "PKMAKER0000000000000", "maker secret")
    taker = Trader(binance["rest"], binance["key"], binance["secret"])
    book = httpx.get(f"{binance['rest']}/api/v3/ticker/bookTicker?symbol=BTCUSDT", timeout=30).json()
    price = f"{float(book['bidPrice']) * 0.999:.2f}"  # it takes every bid there, and its rest is the best offer

    resting = maker.ask(
        "POST",
        "/api/v3/order",
        symbol="BTCUSDT",
        side="SELL",
        type="LIMIT",
        timeInForce="GTC",
        quantity="90",
        price=price,
    )
    taken = taker.ask("POST", "/api/v3/order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.02")
    left = maker.ask("DELETE", "/api/v3/order", symbol="BTCUSDT", orderId=resting["orderId"])

    assert resting["status"] == "PARTIALLY_FILLED"
    assert {float(fill["price"]) for fill in taken["fills"]} == {float(price)}
    assert Decimal(left["executedQty"]) >= Decimal(resting["executedQty"]) + Decimal("0.02")


def test_an_alpaca_market_order_fills_at_once(venues: Any) -> None:
    alpaca = venues["alpaca"]
    http = httpx.Client(
        base_url=alpaca["rest"],
        headers={"APCA-API-KEY-ID": alpaca["key"], "APCA-API-SECRET-KEY": alpaca["secret"]},
        timeout=30,
    )
    time.sleep(0.1)  # the first quote of the session comes a market second after its open
    order = {"symbol": "SPY", "qty": "3", "side": "buy", "type": "market", "time_in_force": "day"}

    placed = http.post("/v2/orders", json=order).json()

    deadline = time.monotonic() + 30
    while (found := http.get(f"/v2/orders/{placed['id']}").json())["status"] != "filled":
        assert time.monotonic() < deadline, found
    assert float(found["filled_qty"]) == 3


def test_what_cannot_be_emulated_is_refused_where_it_was_asked_for() -> None:
    with pytest.raises(RequestFault, match="AAPL or BTCUSDT"), seatrial.emulate(symbols=["???"]):
        pass


def test_coins_stand_beside_shares_at_alpaca_and_trade_while_those_are_closed() -> None:
    with seatrial.emulate(
        symbols=["AAPL", "BTC/USD"], settings={"emulators.key": "k", "emulators.secret": "s"}
    ) as venues:
        client = httpx.Client(
            base_url=venues["alpaca"]["rest"], headers={"APCA-API-KEY-ID": "k", "APCA-API-SECRET-KEY": "s"}
        )
        assert {each["class"] for each in client.get("/v2/assets").json()} == {"us_equity", "crypto"}
        wanted = {"symbol": "BTC/USD", "qty": "0.01", "side": "buy", "type": "market", "time_in_force": "gtc"}
        order = client.post("/v2/orders", json=wanted).json()
        assert client.get(f"/v2/orders/{order['id']}").json()["status"] == "filled"
        bars = client.get(
            "/v1beta3/crypto/us/bars",
            params={"symbols": "BTC/USD", "timeframe": "1Hour", "start": "2024-01-06", "limit": 24},
        ).json()["bars"]["BTC/USD"]
        assert len(bars) == 24, "the first Saturday, on which no share trades"
