"""An emulated Alpaca on virtual time, with a client that speaks its wire."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from random import Random
from typing import Any

import httpx
from httpx_ws import AsyncWebSocketSession, aconnect_ws
from httpx_ws.transport import ASGIWebSocketTransport
from tests.emulators.small_markets import OPEN_NS, flat_bars, session

from seatrial.domain.bars import Bar, Session
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument, us_equity
from seatrial.emulators.alpaca.app import AlpacaAccount, build_alpaca
from seatrial.emulators.alpaca.assets import alpaca_coin
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.faults import Fault, FaultScript
from seatrial.emulators.history import History
from seatrial.emulators.market_clock import MarketClock
from seatrial.emulators.store import Store
from seatrial.emulators.tape import MemoryTape, Tape
from seatrial.emulators.timeline import market_start_ns
from seatrial.runs.virtual_time import VirtualClock, VirtualLoop, run_virtual

FIRST = AlpacaAccount()
SECOND = AlpacaAccount(name="other", key="PKOTHER", secret="other")


class House:
    """The venue, its clock and a signed-in HTTP client."""

    def __init__(self, loop: VirtualLoop, stack: AsyncExitStack) -> None:
        self.loop = loop
        self.stack = stack
        self.client: httpx.AsyncClient
        self.exchange: Exchange
        self.history: History
        self.store: Store

    async def open(
        self,
        bars: Sequence[Bar],
        sessions: Sequence[Session],
        *,
        store: Store,
        faults: Sequence[Fault] = (),
        rate_per_minute: int = 100_000,
        **options: Any,
    ) -> None:
        clock = VirtualClock(self.loop)
        rows: dict[Symbol, list[Bar]] = {}
        for bar in bars:
            rows.setdefault(bar.symbol, []).append(bar)
        tape: Tape = options.pop("tape", None) or MemoryTape(rows, sessions)
        self.store = store
        records = store.venue("alpaca")
        start_ns = market_start_ns(records.market_ns, tape.sessions)
        self.exchange = Exchange(
            [_instrument(symbol) for symbol in tape.symbols],
            tape,
            market_clock=MarketClock(clock, anchor_ns=start_ns),
            trades=options.pop("trades", None),
        )
        self.history = History(clock)
        self.script = FaultScript(Random(1), self.history, faults)
        self.venue = build_alpaca(
            self.exchange,
            records,
            api_clock=clock,
            seed=1,
            script=self.script,
            history=self.history,
            accounts=options.pop("accounts", (FIRST, SECOND)),
            rate_per_minute=rate_per_minute,
            **options,
        )
        self.client = await self.stack.enter_async_context(self.client_of(FIRST))
        self.running = asyncio.create_task(self.exchange.run())

    def client_of(self, account: AlpacaAccount) -> httpx.AsyncClient:
        headers = {"APCA-API-KEY-ID": account.key, "APCA-API-SECRET-KEY": account.secret}
        return httpx.AsyncClient(
            transport=ASGIWebSocketTransport(self.venue.app), base_url="http://alpaca", headers=headers
        )

    async def until(self, seconds: float) -> None:
        """Wait for a market time, in seconds after the first open."""
        await asyncio.sleep(seconds - (self.exchange.now_ns() - OPEN_NS) / 1e9)

    async def order(self, **fields: Any) -> httpx.Response:
        body = {"symbol": "SPY", "side": "buy", "type": "market", "time_in_force": "day", "qty": "10"} | fields
        return await self.client.post("/v2/orders", json={key: body[key] for key in body if body[key] is not None})

    async def get(self, path: str, **query: str) -> Any:
        response = await self.client.get(path, params=query)
        assert response.status_code == 200, response.text
        return response.json()

    async def trade_updates(self) -> TradeUpdates:
        stream = await self.stack.enter_async_context(aconnect_ws("ws://alpaca/stream", self.client))
        updates = TradeUpdates(stream)
        await updates.listen(FIRST)
        return updates


def _instrument(symbol: str) -> Instrument:
    return alpaca_coin(symbol.removesuffix("/USD")) if "/" in symbol else us_equity(symbol)


class TradeUpdates:
    """The client's side of `/stream`."""

    def __init__(self, stream: AsyncWebSocketSession) -> None:
        self.stream = stream

    async def listen(self, account: AlpacaAccount) -> None:
        data = {"key_id": account.key, "secret_key": account.secret}
        await self.stream.send_text(json.dumps({"action": "authenticate", "data": data}))
        assert (await self.message())["data"] == {"status": "authorized", "action": "authenticate"}
        await self.stream.send_text(json.dumps({"action": "listen", "data": {"streams": ["trade_updates"]}}))
        assert await self.message() == {"stream": "listening", "data": {"streams": ["trade_updates"]}}

    async def message(self) -> Any:
        return json.loads(await self.stream.receive_bytes())

    async def events(self, count: int) -> list[dict[str, Any]]:
        return [(await self.message())["data"] for _ in range(count)]


def in_house(
    scene: Callable[[House], Awaitable[None]],
    bars: Sequence[Bar] | None = None,
    sessions: Sequence[Session] | None = None,
    *,
    store: Store | None = None,
    faults: Sequence[Fault] = (),
    rate_per_minute: int = 100_000,
    **options: Any,
) -> None:
    """Play a scene in a house of its own; default is one flat session of ten minutes at 100 dollars.

    `options` are further ones of `build_alpaca`, and `tape` another one than of these bars.
    """

    async def main(loop: VirtualLoop) -> None:
        async with AsyncExitStack() as stack:
            house = House(loop, stack)
            await house.open(
                bars or flat_bars("SPY", 10),
                sessions or [session("2019-02-11", 10)],
                store=store or Store(":memory:"),
                faults=faults,
                rate_per_minute=rate_per_minute,
                **options,
            )
            try:
                await scene(house)
            finally:
                house.running.cancel()

    run_virtual(main)
