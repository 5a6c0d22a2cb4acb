"""ccxt.pro watches the emulated Binance: candles, trades, books without a gap, and what its own orders do."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import ccxt.pro
import pytest

shows = pytest.mark.shows
PAIR = "BTC/USDT"
SECONDS = 60
RETRIES = 20


def watching(binance: dict[str, str], look: Callable[[Any], Awaitable[None]]) -> None:
    """Give an exchange to a coroutine and close it afterwards."""
    spec = importlib.util.spec_from_file_location("suite_ccxt_addresses", Path(__file__).with_name("suite_ccxt.py"))
    assert spec is not None
    assert spec.loader is not None
    sync = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sync)

    async def main() -> None:
        exchange = ccxt.pro.binance(sync.addresses(binance))
        try:
            async with asyncio.timeout(SECONDS):
                await exchange.load_markets()
                await look(exchange)
        finally:
            await exchange.close()

    asyncio.run(main())


@shows("market stream")
def test_candles_trades_tickers_and_books_are_heard(binance: dict[str, str]) -> None:
    async def look(exchange: Any) -> None:
        candles, trades, ticker, book = await asyncio.gather(
            exchange.watch_ohlcv(PAIR, "1m"),
            exchange.watch_trades(PAIR),
            exchange.watch_ticker(PAIR),
            exchange.watch_order_book(PAIR),
        )
        assert candles[-1][2] >= candles[-1][3]
        assert trades[-1]["price"] > 0
        assert ticker["last"] > 0
        assert book["bids"][0][0] < book["asks"][0][0]

    watching(binance, look)


@shows("market stream")
def test_a_watched_book_stays_what_rest_says(binance: dict[str, str]) -> None:
    async def look(exchange: Any) -> None:
        for _ in range(5):
            book = await exchange.watch_order_book(PAIR)
            assert book["bids"][0][0] < book["asks"][0][0]
            assert book["bids"] == sorted(book["bids"], reverse=True)

    watching(binance, look)


@shows("order stream")
def test_its_own_orders_trades_and_balance_are_heard(binance: dict[str, str]) -> None:
    async def look(exchange: Any) -> None:
        heard: list[Any] = []

        async def hear() -> None:
            while True:
                heard.extend(await exchange.watch_orders(PAIR))

        async def ended(order: Any) -> None:
            while not [each for each in heard if each["id"] == order["id"] and each["status"] == "closed"]:
                await asyncio.sleep(0.05)

        listening = asyncio.create_task(hear())
        money = asyncio.create_task(exchange.watch_balance())
        trades = asyncio.create_task(exchange.watch_my_trades(PAIR))
        await asyncio.sleep(1)
        order = await exchange.create_order(PAIR, "market", "buy", 0.01)
        await ended(order)
        assert (await trades)[-1]["order"] == order["id"]
        assert (await money)["BTC"]["total"] > 0
        listening.cancel()

    watching(binance, look)


@shows("reconnect")
def test_watching_goes_on_after_the_line_was_cut(binance: dict[str, str], faults: Callable[..., None]) -> None:
    async def look(exchange: Any) -> None:
        await exchange.watch_trades(PAIR)
        faults("binance", {"kind": "stream_disconnect", "count_max": 1})
        cuts = 0
        for _ in range(RETRIES):
            try:
                await exchange.watch_trades(PAIR)
                if cuts:
                    break
            except ccxt.NetworkError:
                cuts += 1
        assert cuts == 1

    watching(binance, look)


@shows("reconnect")
def test_a_gap_in_the_depth_makes_it_fetch_the_book_anew(binance: dict[str, str], faults: Callable[..., None]) -> None:
    async def look(exchange: Any) -> None:
        await exchange.watch_order_book(PAIR)
        faults("binance", {"kind": "stream_drop", "what": "depth", "count_max": 1})
        gaps = 0
        for _ in range(RETRIES):
            try:
                await exchange.watch_order_book(PAIR)
            except ccxt.ChecksumError:
                gaps += 1
                break
        book = await exchange.watch_order_book(PAIR)
        assert book["bids"][0][0] < book["asks"][0][0]
        assert gaps <= 1

    watching(binance, look)
