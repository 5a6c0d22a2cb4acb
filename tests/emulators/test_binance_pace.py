"""How fast the streams of the emulated Binance tell, in which unit, and how long a connection lives."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import pairwise

import pytest
from httpx_ws import AsyncWebSocketSession, WebSocketDisconnect
from tests.emulators.small_binance import DAY_START_NS, FLAT, SmallBinance
from tests.emulators.small_floor import ask, bid, bought
from tests.emulators.test_binance_streams import API, with_stream

from seatrial.domain.time import MICROSECOND_NS
from seatrial.emulators.binance.connections import CONNECTIONS_MAX
from seatrial.emulators.binance.habits import Habits
from seatrial.emulators.binance.market import Change
from seatrial.emulators.binance.stream_names import parse

BUSY = [[bid(99, 100), ask(101, 100)], *([bought(101, 1)] for _ in range(9))]


async def heard(stream: AsyncWebSocketSession, count: int) -> list[dict[str, object]]:
    """The next messages."""
    return [json.loads(await stream.receive_text()) for _ in range(count)]


def test_a_candle_under_way_is_told_every_two_seconds_at_most() -> None:
    market = SmallBinance(bursts=BUSY)

    async def talk(stream: AsyncWebSocketSession) -> None:
        for second in range(1, 11):
            market.to(second)
        events = await heard(stream, 5)
        assert [(event["E"] - DAY_START_NS // 10**6) // 1000 for event in events] == [2, 4, 6, 8, 10]  # type: ignore[operator]
        assert [event["k"]["n"] for event in events] == [1, 3, 5, 7, 9]  # type: ignore[index]

    with_stream(market, "/ws/btcusdt@kline_1m", talk)


def test_closed_candles_of_a_second_are_told_once_each_without_gaps() -> None:
    market = SmallBinance(bursts=[*BUSY[:3], [], [], [bought(101, 2)], [], []])

    async def talk(stream: AsyncWebSocketSession) -> None:
        for second in range(1, 9):
            market.to(second)
        candles = [event["k"] for event in await heard(stream, 6)]
        starts = [candle["t"] for candle in candles]  # type: ignore[index]
        assert starts == list(range(starts[0], starts[0] + 6_000, 1_000))
        assert {candle["x"] for candle in candles} == {True}  # type: ignore[index]
        assert [candle["n"] for candle in candles] == [1, 1, 0, 0, 1, 0]  # type: ignore[index]

    with_stream(market, "/ws/btcusdt@kline_1s", talk)


def test_updates_of_a_book_between_two_events_are_told_together() -> None:
    market = SmallBinance(bursts=[*BUSY[:1], *([bid(98 - step, 1)] for step in range(4))])

    async def talk(stream: AsyncWebSocketSession) -> None:
        for second in range(1, 6):
            market.to(second)
        events = await heard(stream, 5)
        for earlier, later in pairwise(events):
            assert later["U"] == earlier["u"] + 1  # type: ignore[operator]

    with_stream(market, "/ws/btcusdt@depth", talk)
    first = Change(1, 2, [(Decimal(99), Decimal(1))], [], 5)
    both = first.then(Change(3, 3, [(Decimal(99), Decimal(0)), (Decimal(98), Decimal(2))], [], 6))
    assert both == Change(1, 3, [(Decimal(99), Decimal(0)), (Decimal(98), Decimal(2))], [], 6)


def test_a_connection_can_ask_for_microseconds() -> None:
    market = SmallBinance()

    async def talk(stream: AsyncWebSocketSession) -> None:
        market.to(1)
        (event,) = await heard(stream, 1)
        assert event["T"] == (DAY_START_NS + 10**9) // MICROSECOND_NS

    with_stream(market, "/ws/btcusdt@trade?timeUnit=MICROSECOND", talk)


@pytest.mark.parametrize(
    ("name", "kind", "fields"),
    [
        ("btcusdt@avgPrice", "avgPrice", {"i", "w", "T"}),
        ("btcusdt@ticker_1h", "1hTicker", {"p", "P", "w", "O", "C", "n"}),
        ("btcusdt@miniTicker", "24hrMiniTicker", {"c", "o", "h", "l", "v", "q"}),
    ],
)
def test_statistics_come_with_the_market(name: str, kind: str, fields: set[str]) -> None:
    market = SmallBinance()

    async def talk(stream: AsyncWebSocketSession) -> None:
        market.to(1)
        (event,) = await heard(stream, 1)
        assert event["e"] == kind
        assert fields <= event.keys()

    with_stream(market, f"/ws/{name}", talk)


def test_an_array_stream_tells_the_pairs_that_changed() -> None:
    market = SmallBinance()

    async def talk(stream: AsyncWebSocketSession) -> None:
        market.to(1)
        (event,) = await heard(stream, 1)
        assert [one["s"] for one in event["data"]] == ["BTCUSDT"]  # type: ignore[index,union-attr]

    with_stream(market, "/stream?streams=!miniTicker@arr", talk)


@pytest.mark.parametrize(
    "name", ["!ticker@arr", "BTCUSDT@trade", "btcusdt@kline_7m", "btcusdt@depth7", "btcusdt", "@x"]
)
def test_a_stream_the_venue_does_not_have_is_silent(name: str) -> None:
    assert parse(name) is None


def test_a_connection_is_warned_and_then_ended_when_its_time_is_over() -> None:
    market = SmallBinance([FLAT], habits=Habits(connection_seconds=0.05))

    async def talk(stream: AsyncWebSocketSession) -> None:
        (event,) = await heard(stream, 1)
        assert event.get("e") == "serverShutdown" or event["event"]["e"] == "serverShutdown"  # type: ignore[index]
        with pytest.raises(WebSocketDisconnect):
            await stream.receive_text()

    with_stream(market, "/ws", talk)
    with_stream(market, API, talk)


def test_an_address_opens_three_hundred_connections_in_five_minutes() -> None:
    market = SmallBinance()
    lifetimes = market.venue.lifetimes
    assert all(lifetimes.admit("here") for _ in range(CONNECTIONS_MAX))
    assert not lifetimes.admit("here")
    assert lifetimes.admit("there")
    market.clock.at_ns += 300 * 10**9
    assert lifetimes.admit("here")
