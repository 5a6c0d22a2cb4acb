"""The doors of the emulated Alpaca under fire: REST, both streams, and whether cash and positions still add up.

Over the wire: cash is the deposit and what fills moved, positions are the fills, and nothing that must not be is
below zero.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from contextlib import AsyncExitStack
from decimal import Decimal
from random import Random
from typing import Any
from urllib.parse import urlencode

from tests.emulators.alpaca_house import FIRST, SECOND, House
from tests.emulators.small_markets import equity_bars, session
from tests.fuzz.asgi import Heard, Socket, ask
from tests.fuzz.finding import Finding
from tests.fuzz.nasty import Nasty, encoded

from seatrial.emulators.store import Store
from seatrial.runs.virtual_time import VirtualLoop, run_virtual

CHECK_EVERY = 200
MINUTES = 390
TYPES = ("market", "limit", "limit", "stop", "stop_limit", "trailing_stop")
QUESTIONS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("GET", "/v2/account", {}),
    ("GET", "/v2/clock", {}),
    ("GET", "/v2/calendar", {"start": "2019-02-11", "end": "2019-02-12"}),
    ("GET", "/v2/assets", {"status": "active"}),
    ("GET", "/v2/assets/SPY", {}),
    ("GET", "/v2/positions", {}),
    ("GET", "/v2/positions/SPY", {}),
    ("DELETE", "/v2/positions/SPY", {"qty": "1"}),
    ("DELETE", "/v2/positions", {"cancel_orders": "true"}),
    ("GET", "/v2/orders", {"status": "all", "limit": "5", "symbols": "SPY", "nested": "true"}),
    ("GET", "/v2/orders:by_client_order_id", {"client_order_id": "c1"}),
    ("DELETE", "/v2/orders", {}),
    ("GET", "/v2/account/activities", {"activity_types": "FILL", "page_size": "5", "direction": "asc"}),
    ("GET", "/v2/account/configurations", {}),
    ("GET", "/v2/account/portfolio/history", {"period": "1D", "timeframe": "1H"}),
    ("GET", "/v2/stocks/bars", {"symbols": "SPY,AAPL", "timeframe": "1Min", "start": "2019-02-11", "limit": "5"}),
    ("GET", "/v2/stocks/trades", {"symbols": "SPY", "start": "2019-02-11", "limit": "5"}),
    ("GET", "/v2/stocks/quotes/latest", {"symbols": "SPY"}),
    ("GET", "/v2/stocks/snapshots", {"symbols": "SPY"}),
)


class AlpacaFire:
    """One seeded run against one venue."""

    target = "alpaca"

    def __init__(self, seed: int, house: House) -> None:
        self.seed = seed
        self.house = house
        self.app = house.venue.app
        self.nasty = Nasty(seed)
        self.random = self.nasty.random
        self.ids: list[str] = []
        self.sockets: dict[str, Socket] = {}

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
        for socket in self.sockets.values():
            await socket.close()

    async def _one(self) -> None:
        if self.nasty.likely(0.3):
            await asyncio.sleep(self.random.random() * 20)
        kind = self.random.choices(("order", "question", "change", "raw", "stream"), (5, 3, 2, 1, 2))[0]
        if kind == "order":
            body = self.order()
            await self._request("POST", "/v2/orders", self.nasty.spoil(body) if self.nasty.likely(0.4) else body)
        elif kind == "question":
            method, path, query = self.random.choice(QUESTIONS)
            wanted = self.nasty.spoil(query) if self.nasty.likely(0.5) else query
            await self._request(method, f"{path}?{urlencode(wanted, errors='surrogatepass')}")
        elif kind == "change":
            await self._change()
        elif kind == "raw":
            target = self.random.choice(("/v2/orders", "/v2/" + self.nasty.text(), "/" + self.nasty.text()))
            method = self.random.choice(("GET", "POST", "DELETE", "PUT", "PATCH"))
            self._look(await ask(self.app, method, target, body=self.random.randbytes(self.random.randrange(80))))
            body = self.nasty.cut(encoded(self.order()))
            self._look(await ask(self.app, "POST", "/v2/orders", body=body, headers=self._key()))
        else:
            await self._stream()

    def order(self) -> dict[str, Any]:
        """An order that is plausible."""
        kind, price = self.random.choice(TYPES), self.random.randrange(9_000, 11_000) / 100
        order: dict[str, Any] = {
            "symbol": self.random.choice(("SPY", "AAPL")),
            "side": self.random.choice(("buy", "sell")),
            "type": kind,
            "time_in_force": self.random.choice(("day", "gtc", "ioc", "fok")),
            "qty": self.random.choice((1, 5, "10", "100", 400)),
        }
        if "limit" in kind:
            order["limit_price"] = price
        if kind.startswith("stop"):
            order["stop_price"] = str(price)
        if kind == "trailing_stop":
            order["trail_percent"] = "1.5"
        if self.nasty.likely(0.2):
            order["client_order_id"] = f"c{self.random.randrange(30)}"
        if self.nasty.likely(0.15):
            order |= {
                "order_class": "bracket",
                "take_profit": {"limit_price": price + 9},
                "stop_loss": {"stop_price": 5},
            }
        return order

    def _key(self) -> dict[str, str]:
        who = self.random.choice((FIRST, SECOND))
        return {"APCA-API-KEY-ID": who.key, "APCA-API-SECRET-KEY": who.secret}

    async def _request(self, method: str, target: str, body: Any = None) -> Heard:
        content = b"" if body is None else encoded(body)
        heard = self._look(await ask(self.app, method, target, body=content, headers=self._key()))
        if method == "POST" and heard.status == 200:
            self.ids = [*self.ids[-40:], json.loads(heard.body)["id"]]
        return heard

    async def _change(self) -> None:
        name = self.random.choice(self.ids) if self.ids and self.nasty.likely(0.8) else self.nasty.text()
        patch = {"qty": "3", "limit_price": "99.5", "time_in_force": "gtc"}
        if self.nasty.likely(0.5):
            await self._request("DELETE", f"/v2/orders/{name}")
        else:
            await self._request("PATCH", f"/v2/orders/{name}", self.nasty.spoil(patch))

    def _look(self, heard: Heard) -> Heard:
        assert heard.status < 500, f"{heard.status} {heard.body[:300]!r}"
        if heard.body:
            json.loads(heard.body)
        return heard

    async def _stream(self) -> None:
        path = self.random.choice(("/stream", "/v2/iex"))
        if path not in self.sockets or self.sockets[path].closed:
            self.sockets[path] = Socket(self.app, path)
        keys = {"key_id": FIRST.key, "secret_key": FIRST.secret}
        message: Any = self.random.choice(
            (
                {"action": "authenticate", "data": keys},
                {"action": "auth", "key": FIRST.key, "secret": FIRST.secret},
                {"action": "listen", "data": {"streams": ["trade_updates"]}},
                {"action": "subscribe", "bars": ["SPY"], "trades": ["*"], "quotes": ["AAPL"]},
                {"action": "unsubscribe", "bars": ["SPY"]},
            )
        )
        content = encoded(self.nasty.deep(message) if self.nasty.likely(0.4) else message)
        if self.nasty.likely(0.2):
            content = self.nasty.cut(content)
        as_text = self.nasty.likely(0.7)
        await self.sockets[path].say(content.decode("utf-8", "replace") if as_text else content)
        self.sockets[path].heard = [each for each in self.sockets[path].heard if each["type"] == "websocket.close"]

    # ------------------------------------------------------------------ the books

    async def _check(self) -> None:
        for who in (FIRST, SECOND):
            account = await self._told(who, "/v2/account")
            cash, held = who.deposit, defaultdict(Decimal)
            for fill in await self._fills(who):
                sign = 1 if fill["side"] == "buy" else -1
                cash -= sign * Decimal(fill["price"]) * Decimal(fill["qty"])
                held[fill["symbol"]] += sign * Decimal(fill["qty"])
            told = {row["symbol"]: Decimal(row["qty"]) for row in await self._told(who, "/v2/positions")}
            assert told == {symbol: qty for symbol, qty in held.items() if qty}, f"{who.name}: {told}, fills say {held}"
            assert abs(Decimal(account["cash"]) - cash) < Decimal("0.01"), f"{who.name}: {account['cash']}, not {cash}"
            assert Decimal(account["buying_power"]) >= 0
            for order in await self._told(who, "/v2/orders?status=all&limit=500"):
                assert 0 <= Decimal(order["filled_qty"]) <= Decimal(order["qty"]), order

    async def _told(self, who: Any, target: str) -> Any:
        headers = {"APCA-API-KEY-ID": who.key, "APCA-API-SECRET-KEY": who.secret}
        heard = await ask(self.app, "GET", target, headers=headers)
        assert heard.status == 200, heard.body
        return json.loads(heard.body)

    async def _fills(self, who: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        while True:
            after = f"&page_token={rows[-1]['id']}" if rows else ""
            page = await self._told(who, f"/v2/account/activities/FILL?direction=asc&page_size=100{after}")
            rows += page
            if len(page) < 100:
                return rows


def fire(seed: int, inputs: int) -> None:
    """One run from a seed, on virtual time."""
    random, price, rows = Random(seed), 100.0, []
    for _ in range(MINUTES):
        close = round(price + random.uniform(-1, 1), 2)
        rows.append(
            (f"{price:.2f}", f"{max(price, close) + 0.5:.2f}", f"{min(price, close) - 0.5:.2f}", f"{close:.2f}", 4_000)
        )
        price = close

    async def main(loop: VirtualLoop) -> None:
        async with AsyncExitStack() as stack:
            house = House(loop, stack)
            bars = [bar for symbol in ("AAPL", "SPY") for bar in equity_bars(symbol, rows)]
            await house.open(bars, [session("2019-02-11", MINUTES)], store=Store(":memory:"), rate_per_minute=10**9)
            try:
                await AlpacaFire(seed, house).run(inputs)
            finally:
                house.running.cancel()

    run_virtual(main)
