"""Prices: the first source with a fresh one, a circuit before each network, and 503 where nobody knows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal

import httpx
from tests.services.tape_venue import AAPL, ACCOUNT, OPEN_NS, TapeVenue, bar
from tests.venues.stages import API_NS, venue_of

from seatrial.domain.faults import VenueUnavailable
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import us_equity
from seatrial.domain.time import DAY_NS, MINUTE_NS, SECOND_NS
from seatrial.emulators.coingecko import build_coingecko
from seatrial.runs.virtual_time import VirtualClock, VirtualLoop, run_virtual
from seatrial.services.api.http import application
from seatrial.services.api.prices import price_doors
from seatrial.services.board import PriceBoard
from seatrial.services.circuits import CircuitState
from seatrial.services.day_ago import DayAgo
from seatrial.services.execution.market_time import MarketTime
from seatrial.services.price_sources import BinanceRest, BoardPrices, CoinGeckoPrices
from seatrial.services.prices import Prices, Quote
from seatrial.services.topics import Tick

BTC = Symbol("BTCUSDT")


class Hours:
    """Market time is the loop's."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.open = True
        self.ahead_ns = 0

    def now_ns(self, symbol: Symbol) -> int:
        return self.clock.now_ns() + self.ahead_ns

    def is_open(self, symbol: Symbol) -> bool:
        return self.open


class Source:
    """A source whose word a test writes down."""

    guarded = True

    def __init__(self, name: str, clock: VirtualClock) -> None:
        self.name = name
        self.clock = clock
        self.trouble = ""
        self.age_ns = 0
        self.asked = 0

    def lists(self, symbol: Symbol) -> bool:
        return symbol == BTC

    async def quote(self, symbol: Symbol) -> Quote | None:
        self.asked += 1
        if self.trouble == "hangs":
            await asyncio.sleep(3_600)
        if self.trouble == "silent":
            return None
        if self.trouble:
            raise VenueUnavailable(self.trouble)
        return Quote(symbol, Decimal(100), "USDT", self.clock.now_ns() - self.age_ns, self.name)


class Market:
    """Two sources and the room of prices."""

    def __init__(self, loop: VirtualLoop) -> None:
        clock = VirtualClock(loop)
        self.hours = Hours(clock)
        self.first, self.second = Source("binance", clock), Source("coingecko", clock)
        self.prices = Prices([self.first, self.second], hours=self.hours, clock=clock)

    async def get(self, path: str) -> httpx.Response:
        app = application(price_doors(self.prices), new_request_id=lambda: "id")
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door") as client:
            return await client.get(path)


def asked(script: Callable[[Market], Awaitable[None]]) -> None:
    async def main(loop: VirtualLoop) -> None:
        await script(Market(loop))

    run_virtual(main, epoch_ns=OPEN_NS)


def test_the_first_source_answers_and_says_in_which_currency():
    async def script(market: Market) -> None:
        told = (await market.get("/api/prices/latest?symbol=btcusdt")).json()
        assert told | {"price": 100, "source": "binance", "quote": "USDT", "stale": False, "change": None} == told
        assert market.second.asked == 0

    asked(script)


def test_where_the_first_fails_the_next_one_answers_until_the_circuit_lets_somebody_find_out():
    async def script(market: Market) -> None:
        market.first.trouble = "down"
        for _ in range(5):
            assert (await market.get("/api/prices/latest?symbol=BTCUSDT")).json()["source"] == "coingecko"
            await asyncio.sleep(2)
        assert market.first.asked == 3
        told = (await market.get("/api/prices/sources")).json()["sources"][0]
        assert told | {"circuit": "OPEN", "failures": 3, "failure_streak": 3, "last_error": "down"} == told
        market.first.trouble = ""
        await asyncio.sleep(30)
        assert (await market.get("/api/prices/latest?symbol=BTCUSDT")).json()["source"] == "binance"
        assert market.prices.circuits["binance"].state is CircuitState.CLOSED

    asked(script)


def test_a_source_that_hangs_is_left_behind_after_a_second():
    async def script(market: Market) -> None:
        market.first.trouble = "hangs"
        assert (await market.prices.latest(BTC)).quote.source == "coingecko"
        assert "no answer within" in market.prices.circuits["binance"].error

    asked(script)


def test_who_stops_waiting_leaves_no_circuit_half_open():
    async def script(market: Market) -> None:
        market.first.trouble = "hangs"
        waiting = asyncio.ensure_future(market.prices.latest(BTC))
        await asyncio.sleep(0.1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert market.prices.circuits["binance"].state is CircuitState.CLOSED

    asked(script)


def test_where_nobody_has_a_fresh_price_there_is_none_but_the_last_one_is_shown_as_what_it_is():
    async def script(market: Market) -> None:
        market.first.age_ns, market.second.trouble = 10 * MINUTE_NS, "429"
        refused = await market.get("/api/prices/latest?symbol=BTCUSDT")
        assert (refused.status_code, refused.json()["error"]) == (503, "no_fresh_price")
        assert "binance: its price is old; coingecko: 429" in refused.json()["message"]
        assert (refused.json()["last"]["price"], refused.json()["last"]["stale"]) == (100, True)
        market.first.trouble = market.second.trouble = "silent"
        assert (await market.get("/api/prices/latest?symbol=BTCUSDT")).json()["last"] is None

    asked(script)


def test_while_the_market_is_closed_its_last_price_is_told_and_says_that_it_is_old():
    async def script(market: Market) -> None:
        market.first.age_ns, market.second.trouble, market.hours.open = 10 * MINUTE_NS, "down", False
        told = await market.get("/api/prices/latest?symbol=BTCUSDT")
        assert (told.status_code, told.json()["stale"]) == (200, True)

    asked(script)


def test_a_question_of_a_moment_ago_is_answered_again_while_its_price_is_fresh():
    async def script(market: Market) -> None:
        assert market.prices.hit_rate is None
        await market.prices.latest(BTC)
        await market.prices.latest(BTC)
        assert (market.first.asked, market.prices.hit_rate) == (1, 0.5)
        market.hours.ahead_ns = 10 * MINUTE_NS
        await market.prices.latest(BTC)
        assert market.first.asked == 2

    asked(script)


def test_a_symbol_nobody_knows_or_none_at_all_is_refused():
    async def script(market: Market) -> None:
        for query in ("", "?symbol=", "?symbol=NOPE", "?symbols=BTCUSDT", "?symbol=" + "A" * 100):
            assert (await market.get(f"/api/prices/latest{query}")).status_code == 422

    asked(script)


# ---------------------------------------------------- the sources themselves


def test_the_venues_own_price_comes_with_the_change_since_a_day_ago_where_that_is_known():
    async def main(loop: VirtualLoop) -> None:
        clock = VirtualClock(loop)
        market, venue = MarketTime(clock), TapeVenue(clock)
        board = PriceBoard(market)
        board.list_symbols(ACCOUNT, [us_equity("AAPL")])
        source = BoardPrices("alpaca", board, DayAgo(board, {ACCOUNT: venue}, clock))
        assert await source.quote(AAPL) is None
        venue.history = [bar("AAPL", -DAY_NS // MINUTE_NS - 1, close=80), bar("AAPL", -5, close=90)]
        board.post_tick(Tick(AAPL, 1_000_000, 0, OPEN_NS, "alpaca"))
        told = await source.quote(AAPL)
        assert told is not None
        assert (told.price, told.change, told.change_percent) == (100, 20, 25)
        assert venue.asked == 1
        await source.quote(AAPL)
        assert venue.asked == 1, "history is read once"

        silent = TapeVenue(clock)
        silent.silent = True
        unknown = await BoardPrices("alpaca", board, DayAgo(board, {ACCOUNT: silent}, clock)).quote(AAPL)
        assert unknown is not None
        assert (unknown.change, unknown.change_percent) == (None, None)

    run_virtual(main, epoch_ns=OPEN_NS)


def test_binance_and_coingecko_are_asked_over_their_own_protocols():
    async def main(loop: VirtualLoop) -> None:
        clock = VirtualClock(loop)
        app, exchange, _, _, _ = venue_of("binance", clock)
        running = asyncio.create_task(exchange.run())
        await asyncio.sleep(200)
        gecko = build_coingecko(exchange, api_clock=clock)
        async with (
            httpx.AsyncClient(transport=httpx.ASGITransport(app)) as binance,
            httpx.AsyncClient(transport=httpx.ASGITransport(gecko)) as coins,
        ):
            rest = BinanceRest(binance, "http://binance/api/v3")
            told = await rest.quote(BTC)
            assert told is not None
            assert (told.price, told.quote, told.source) == (100, "USDT", "binance")
            assert exchange.now_ns() - told.as_of_ns < MINUTE_NS
            assert await rest.quote(Symbol("NOPEUSDT")) is None
            simple = CoinGeckoPrices(coins, "http://gecko/api/v3")
            told = await simple.quote(BTC)
            assert told is not None
            assert (told.price, told.quote, told.source) == (100, "USD", "coingecko")
            assert 0 <= exchange.now_ns() - told.as_of_ns < 3 * MINUTE_NS
            assert told.as_of_ns % SECOND_NS == 0
            assert not simple.lists(AAPL)
            assert await simple.quote(Symbol("ETHUSDT")) is None
        running.cancel()

    run_virtual(main, epoch_ns=API_NS)
