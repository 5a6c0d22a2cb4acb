"""The emulated Binance against what is not ours: recorded messages of the venue, and ccxt, unmodified.

ccxt runs in a thread beside the server's event loop, as a bot runs in its own process. It is imported
where it is used: it loads every exchange there is, which takes seconds.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import pytest
from tests.emulators.small_binance import ALICE, DAY_START_NS, FLAT, OHLCV, SmallBinance, minute_bars

from seatrial.domain.instrument import binance_spot
from seatrial.domain.time import DAY_NS, Instant
from seatrial.emulators.binance.app import Binance, build_binance
from seatrial.emulators.binance.feed import book_event, depth_event, trade_event
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.faults import FaultScript
from seatrial.emulators.history import History
from seatrial.emulators.market_clock import MarketClock
from seatrial.emulators.socket import SocketServer
from seatrial.emulators.store import Store
from seatrial.emulators.tape import MemoryTape, utc_days

# Verbatim from a recording of stream.binance.com, 2024-08-08 (nkaz001/hftbacktest, MIT).
RECORDED = {
    "trade": '{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000",'
    '"T":1723161255342,"m":true,"M":true}',
    "bookTicker": '{"u":50093239212,"s":"BTCUSDT","b":"61837.63000000","B":"3.78826000","a":"61837.64000000",'
    '"A":"1.54698000"}',
    "depth": '{"e":"depthUpdate","E":1723161276318,"s":"BTCUSDT","U":50093247956,"u":50093247956,'
    '"b":[["61828.09000000","3.61811000"]],"a":[]}',
}


def shape(message: Any) -> Any:
    """Names in order, and the kind of every value; a decimal text counts by its digits after the point."""
    if isinstance(message, dict):
        return {name: shape(value) for name, value in message.items()}
    if isinstance(message, str):
        return ("text", len(message.partition(".")[2]))
    return type(message).__name__


def test_public_events_have_the_names_order_and_kinds_of_recorded_ones() -> None:
    market = SmallBinance([("61837.63", "61837.63", "61837.63", "61837.63", "40")])
    market.to(1)
    pair = market.venue.markets.pairs["BTCUSDT"]
    trade = pair.latest(1)[0]

    for name, event in (("trade", trade_event(pair, trade)), ("bookTicker", book_event(pair))):
        recorded = json.loads(RECORDED[name])
        assert list(event) == list(recorded)
        assert shape(event) == shape(recorded)
    depth, recorded = depth_event(pair, trade), json.loads(RECORDED["depth"])
    assert list(depth) == list(recorded)
    assert [shape(side) for side in depth["b"][0]] == [shape(side) for side in recorded["b"][0]]  # type: ignore[index]


class WallClock:
    """ccxt signs with the machine's time, so the venue must look at the same clock."""

    def now_ns(self) -> Instant:
        return Instant(time.time_ns())


ROWS: list[OHLCV] = [("100", "101", "99", "100", "4000")] * 600
SPEED = 600  # ten market minutes a second


async def serve(talk: Callable[[Binance, int], Awaitable[None]]) -> None:
    """Run a venue on a real socket around a conversation."""
    clock, store = WallClock(), Store(":memory:")
    pair = binance_spot("BTC", "USDT", tick="0.01", lot="0.00001")
    tape = MemoryTape({pair.symbol: minute_bars([FLAT, *ROWS])}, utc_days(DAY_START_NS // DAY_NS, 1))
    exchange = Exchange([pair], tape, market_clock=MarketClock(clock, anchor_ns=DAY_START_NS, speed=SPEED))
    history = History(clock)
    venue = build_binance(
        exchange,
        store.venue("binance"),
        [ALICE],
        faults=FaultScript(Random(1), history),
        history=history,
        api_clock=clock,
        ids=Random(2),
    )
    server = await SocketServer.open(venue.app)
    running = asyncio.create_task(exchange.run())
    try:
        await talk(venue, server.port)
    finally:
        running.cancel()
        await server.close()
        store.close()


def settings(port: int) -> dict[str, Any]:
    """The addresses as `venues.md` gives them; nothing else of ccxt is touched."""
    host, stream = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}"
    sockets = {"spot": f"{stream}/ws", "margin": f"{stream}/ws", "ws-api": {"spot": f"{stream}/ws-api/v3"}}
    rest = {"public": f"{host}/api/v3", "private": f"{host}/api/v3", "v1": f"{host}/api/v1", "sapi": f"{host}/sapi/v1"}
    return {
        "apiKey": ALICE.key,
        "secret": ALICE.secret,
        "urls": {"api": rest | {"ws": sockets}},
        "options": {"defaultType": "spot", "fetchMarkets": {"types": ["spot"]}},
        "enableRateLimit": False,
    }


def wait_for(exchange: Any, order_id: str, status: str) -> dict[str, Any]:
    """Poll an order as a bot does."""
    for _ in range(200):
        order: dict[str, Any] = exchange.fetch_order(order_id, "BTC/USDT")
        if order["status"] == status:
            return order
        time.sleep(0.02)
    raise AssertionError(f"order {order_id} never became {status}: {order}")


def trade_with_ccxt(port: int) -> None:
    """What a bot does on its first day."""
    import ccxt

    exchange = ccxt.binance(settings(port))
    market = exchange.load_markets()["BTC/USDT"]
    assert (market["precision"]["price"], market["limits"]["cost"]["min"]) == (0.01, 5)
    assert exchange.fetch_balance()["USDT"]["free"] == 100_000

    bought = exchange.create_order("BTC/USDT", "market", "buy", 0.5)
    assert bought["status"] == "open"
    filled = wait_for(exchange, bought["id"], "closed")
    assert filled["filled"] == 0.5
    assert exchange.fetch_balance()["BTC"]["total"] == 5.4995

    resting = exchange.create_order("BTC/USDT", "limit", "buy", 1, 50)
    assert [order["id"] for order in exchange.fetch_open_orders("BTC/USDT")] == [resting["id"]]
    exchange.cancel_order(resting["id"], "BTC/USDT")
    assert exchange.fetch_order(resting["id"], "BTC/USDT")["status"] == "canceled"
    sold = exchange.create_order("BTC/USDT", "limit", "sell", 0.4, 90)
    wait_for(exchange, sold["id"], "closed")

    trades = exchange.fetch_my_trades("BTC/USDT")
    assert [trade["side"] for trade in trades] == ["buy", "sell"]
    assert trades[0]["fee"] == {"cost": 0.0005, "currency": "BTC"}
    look_at_the_market(exchange)
    refuse_what_the_venue_refuses(exchange, resting["id"])


def look_at_the_market(exchange: Any) -> None:
    """Candles, tickers and books as ccxt reads them."""
    candles = exchange.fetch_ohlcv("BTC/USDT", "1m", limit=5)
    assert 1 <= len(candles) <= 5
    assert candles[0][0] % 60_000 == 0
    ticker = exchange.fetch_ticker("BTC/USDT")
    assert 99 <= ticker["last"] <= 101
    assert ticker["bid"] < ticker["ask"]
    assert len(exchange.fetch_order_book("BTC/USDT", 5)["bids"]) == 5
    assert exchange.fetch_trades("BTC/USDT", limit=3)
    assert exchange.fetch_time() > 0


def refuse_what_the_venue_refuses(exchange: Any, gone: str) -> None:
    """ccxt knows the venue's errors by code and text."""
    import ccxt

    with pytest.raises(ccxt.InsufficientFunds):
        exchange.create_order("BTC/USDT", "limit", "buy", 9_000, 90)
    with pytest.raises(ccxt.OrderNotFound):
        exchange.cancel_order(gone, "BTC/USDT")
    with pytest.raises(ccxt.OrderNotFound):
        exchange.fetch_order("999999", "BTC/USDT")
    with pytest.raises(ccxt.BadRequest):  # off the real host names ccxt does not make InvalidOrder of -1013
        exchange.create_order("BTC/USDT", "limit", "buy", 0.00001, 90)


def test_ccxt_trades_against_the_emulator_unmodified() -> None:
    async def talk(_: Binance, port: int) -> None:
        await asyncio.to_thread(trade_with_ccxt, port)

    asyncio.run(serve(talk))


def test_ccxt_pro_watches_candles_trades_books_and_its_own_orders() -> None:
    import ccxt.pro

    async def talk(_: Binance, port: int) -> None:
        exchange = ccxt.pro.binance(settings(port))
        try:
            await exchange.load_markets()
            assert await exchange.watch_ohlcv("BTC/USDT", "1m")
            assert await exchange.watch_trades("BTC/USDT")
            book = await exchange.watch_order_book("BTC/USDT")
            assert book["bids"][0][0] < book["asks"][0][0]
            watching = asyncio.create_task(exchange.watch_orders("BTC/USDT"))
            await subscribed(exchange)
            placed = await exchange.create_order("BTC/USDT", "market", "buy", 0.25)
            orders = await watching
            while orders[-1]["status"] != "closed":
                orders = await exchange.watch_orders("BTC/USDT")
            assert (orders[-1]["id"], orders[-1]["filled"]) == (placed["id"], 0.25)
        finally:
            await exchange.close()

    asyncio.run(serve(talk))


async def subscribed(exchange: Any) -> None:
    """Until the venue has confirmed the account's stream."""
    for _ in range(200):
        if any("ws-api" in url and client.subscriptions for url, client in exchange.clients.items()):
            await asyncio.sleep(0.2)
            return
        await asyncio.sleep(0.02)
    raise AssertionError("no subscription to the account's events")
