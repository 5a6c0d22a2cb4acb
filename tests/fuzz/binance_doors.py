"""The doors of the emulated Binance under fire: REST and socket API, and whether its books still add up.

Everything is looked at over the wire: what the account says it has must be what was deposited and traded, nothing is
below zero, and what is locked is what open orders need.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Any
from urllib.parse import urlencode

from tests.emulators.small_binance import ALICE, BOB, OHLCV, SmallBinance
from tests.fuzz.asgi import Heard, Socket, ask
from tests.fuzz.finding import Finding
from tests.fuzz.nasty import Nasty, encoded

from seatrial.domain.time import MILLISECOND_NS
from seatrial.emulators.binance.keys import hmac_hex

CHECK_EVERY = 200
MINUTES = 240
PAIR = "BTCUSDT"
TYPES = ("LIMIT", "LIMIT", "MARKET", "LIMIT_MAKER", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT")
LIMITS = ("LIMIT", "LIMIT_MAKER", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT")
QUESTIONS = (
    ("GET", "/api/v3/exchangeInfo", {"symbol": PAIR}, False),
    ("GET", "/api/v3/depth", {"symbol": PAIR, "limit": "5"}, False),
    ("GET", "/api/v3/trades", {"symbol": PAIR, "limit": "5"}, False),
    ("GET", "/api/v3/aggTrades", {"symbol": PAIR, "limit": "5"}, False),
    ("GET", "/api/v3/klines", {"symbol": PAIR, "interval": "1m", "startTime": "0", "limit": "5"}, False),
    ("GET", "/api/v3/ticker/24hr", {"symbol": PAIR}, False),
    ("GET", "/api/v3/ticker/bookTicker", {"symbols": '["BTCUSDT"]'}, False),
    ("GET", "/api/v3/account", {"omitZeroBalances": "true"}, True),
    ("GET", "/api/v3/openOrders", {"symbol": PAIR}, True),
    ("GET", "/api/v3/allOrders", {"symbol": PAIR, "limit": "5"}, True),
    ("GET", "/api/v3/myTrades", {"symbol": PAIR, "fromId": "0"}, True),
    ("GET", "/api/v3/order", {"symbol": PAIR, "orderId": "1"}, True),
    ("DELETE", "/api/v3/order", {"symbol": PAIR, "orderId": "1"}, True),
    ("DELETE", "/api/v3/openOrders", {"symbol": PAIR}, True),
    ("POST", "/api/v3/order/test", {"symbol": PAIR, "side": "BUY", "type": "MARKET", "quantity": "1"}, True),
)
METHODS = (
    "order.place",
    "order.cancel",
    "order.status",
    "openOrders.status",
    "account.status",
    "klines",
    "depth",
    "time",
)


def bars(random: Random) -> list[OHLCV]:
    """A market that goes up and down by a few cents."""
    rows, price = [], Decimal(100)
    for _ in range(MINUTES):
        close = price + Decimal(random.randrange(-200, 201)) / 100
        rows.append((f"{price}", f"{max(price, close) + 1}", f"{min(price, close) - 1}", f"{close}", "400"))
        price = close
    return rows


class BinanceFire:
    """One seeded run against one venue."""

    target = "binance"

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.nasty = Nasty(seed)
        self.random = self.nasty.random
        self.house = SmallBinance(bars(Random(seed)), weight_max=10**9)
        self.app = self.house.venue.app
        self.second = 0.0
        self.socket: Socket | None = None

    async def run(self, inputs: int) -> None:
        """So many inputs, each of which may be anything.

        Raises:
            Finding: with the line that replays it.
        """
        for number in range(inputs):
            try:
                await self._one()
                if number % CHECK_EVERY == CHECK_EVERY - 1 or number == inputs - 1:
                    await self._check()
            except Exception as fault:
                raise Finding(self.target, self.seed, number, f"{type(fault).__name__}: {fault}") from fault
        if self.socket is not None:
            await self.socket.close()

    async def _one(self) -> None:
        if self.nasty.likely(0.5):
            self.second = min(self.second + self.random.random() * 20, MINUTES * 60 - 1)
            self.house.to(self.second)
        kind = self.random.choices(("order", "question", "raw", "socket"), (5, 3, 1, 2))[0]
        if kind == "order":
            await self._request("POST", "/api/v3/order", self._maybe_spoilt(self.order(), 0.4), signed=True)
        elif kind == "question":
            method, path, values, signed = self.random.choice(QUESTIONS)
            wanted = values | ({"orderId": str(self.random.randrange(1, 60))} if "orderId" in values else {})
            await self._request(method, path, self._maybe_spoilt(wanted, 0.6), signed=signed)
        elif kind == "raw":
            target = self.random.choice(("/api/v3/order", "/api/v3/" + self.nasty.text(), "/" + self.nasty.text()))
            method = self.random.choice(("GET", "POST", "DELETE", "PUT", "PATCH"))
            body = self.random.randbytes(self.random.randrange(80))
            self._look(await ask(self.app, method, target, body=body, headers={"X-MBX-APIKEY": self.nasty.text()}))
        else:
            await self._frame()

    def order(self) -> dict[str, Any]:
        """An order that is plausible."""
        kind, side = self.random.choice(TYPES), self.random.choice(("BUY", "SELL"))
        price = Decimal(self.random.randrange(9_000, 11_000)) / 100
        order = {"symbol": PAIR, "side": side, "type": kind, "quantity": f"{self.random.randrange(1, 400) / 100}"}
        if kind in LIMITS:
            order["price"] = f"{price}"
        if kind in LIMITS and kind != "LIMIT_MAKER":
            order["timeInForce"] = self.random.choice(("GTC", "GTC", "IOC", "FOK"))
        if "STOP" in kind or "PROFIT" in kind:
            order["stopPrice"] = f"{price}"
        if kind == "MARKET" and self.nasty.likely(0.3):
            order["quoteOrderQty"] = order.pop("quantity")
        if self.nasty.likely(0.2):
            order["newClientOrderId"] = f"c{self.random.randrange(20)}"
        return order

    def _maybe_spoilt(self, values: Mapping[str, Any], share: float) -> dict[str, Any]:
        return self.nasty.spoil(values) if self.nasty.likely(share) else dict(values)

    async def _request(self, method: str, path: str, values: dict[str, Any], *, signed: bool) -> Heard:
        texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
        who = self.random.choice((ALICE, BOB))
        if signed:
            texts.setdefault("timestamp", str(self.house.clock.at_ns // MILLISECOND_NS))
        raw = urlencode(texts, errors="surrogatepass")
        if signed:
            raw += "&signature=" + hmac_hex(who.secret, raw.encode())
        in_body = method in {"POST", "PUT"} and self.nasty.likely(0.5)
        target = path if in_body else f"{path}?{raw}"
        body = raw.encode() if in_body else b""
        return self._look(await ask(self.app, method, target, body=body, headers={"X-MBX-APIKEY": who.key}))

    def _look(self, heard: Heard) -> Heard:
        assert heard.status < 500, f"{heard.status} {heard.body[:300]!r}"
        if heard.body:
            json.loads(heard.body)
        return heard

    async def _frame(self) -> None:
        if self.socket is None or self.socket.closed:
            self.socket = Socket(self.app, "/ws-api/v3")
        params = self.order() if self.nasty.likely(0.5) else {"symbol": PAIR}
        params |= {"apiKey": ALICE.key, "timestamp": self.house.clock.at_ns // MILLISECOND_NS}
        payload = "&".join(f"{name}={params[name]}" for name in sorted(params))
        params["signature"] = hmac_hex(ALICE.secret, payload.encode())
        request = {"id": self.random.choice((1, "a", None)), "method": self.random.choice(METHODS), "params": params}
        if self.nasty.likely(0.5):
            request = self.nasty.deep(request)
        message = encoded(request)
        if self.nasty.likely(0.2):
            message = self.nasty.cut(message)
        await self.socket.say(message if self.nasty.likely(0.1) else message.decode("utf-8", "replace"))
        for heard in self.socket.heard:
            if heard.get("text"):
                assert json.loads(heard["text"]).get("status", 200) < 500, heard["text"][:300]
        self.socket.heard.clear()
        assert not self.socket.closed

    # ------------------------------------------------------------------ the books

    async def _check(self) -> None:
        for who in (ALICE, BOB):
            account = await self._told(who, "/api/v3/account")
            have = {row["asset"]: (Decimal(row["free"]), Decimal(row["locked"])) for row in account["balances"]}
            assert all(free >= 0 and locked >= 0 for free, locked in have.values()), f"below zero: {have}"
            traded = await self._traded(who)
            for asset in {*have, *traded, *who.deposits}:
                held = sum(have.get(asset, (Decimal(0), Decimal(0))))
                due = who.deposits.get(asset, Decimal(0)) + traded[asset]
                assert held == due, f"{who.name} has {held} {asset}, and {due} by deposits and trades"
            needed = await self._needed(who)
            for asset, (_, locked) in have.items():
                assert locked == needed[asset], f"{who.name} has {locked} {asset} locked, orders need {needed[asset]}"

    async def _told(self, who: Any, path: str, **values: str) -> Any:
        raw = urlencode({**values, "timestamp": self.house.clock.at_ns // MILLISECOND_NS})
        raw += "&signature=" + hmac_hex(who.secret, raw.encode())
        heard = await ask(self.app, "GET", f"{path}?{raw}", headers={"X-MBX-APIKEY": who.key})
        assert heard.status == 200, heard.body
        return json.loads(heard.body)

    async def _traded(self, who: Any) -> dict[str, Decimal]:
        """What trades brought and took, by asset."""
        total: dict[str, Decimal] = defaultdict(Decimal)
        first = 0
        while rows := await self._told(who, "/api/v3/myTrades", symbol=PAIR, fromId=str(first), limit="1000"):
            for row in rows:
                sign = 1 if row["isBuyer"] else -1
                total["BTC"] += sign * Decimal(row["qty"])
                total["USDT"] -= sign * Decimal(row["quoteQty"])
                total[row["commissionAsset"]] -= Decimal(row["commission"])
            first = rows[-1]["id"] + 1
        return total

    async def _needed(self, who: Any) -> dict[str, Decimal]:
        """What open orders lock: a sale its coins, a purchase its price."""
        total: dict[str, Decimal] = defaultdict(Decimal)
        for order in await self._told(who, "/api/v3/openOrders", symbol=PAIR):
            left = Decimal(order["origQty"]) - Decimal(order["executedQty"])
            if order["side"] == "SELL":
                total["BTC"] += left
            else:
                price = Decimal(order["price"]) or Decimal(order["stopPrice"])
                total["USDT"] += left * price if order["type"] in LIMITS else self._held(who, order)
        return total

    def _held(self, who: Any, order: Mapping[str, Any]) -> Decimal:
        """A market order has no price to be looked up: here the venue's own word must do."""
        return Decimal(self.house.spot.accounts[who.name].orders[order["orderId"]].reserved)


def fire(seed: int, inputs: int) -> None:
    """One run from a seed."""

    async def main() -> None:
        await BinanceFire(seed).run(inputs)

    asyncio.run(main())
