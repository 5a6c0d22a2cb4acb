"""A stream reconnects for ever, says so, keeps the order, and can be left at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import httpx
from httpx_ws.transport import ASGIWebSocketTransport
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from seatrial.domain.faults import VenueUnavailable, VenueUnreadable
from seatrial.domain.ids import ClientOrderId
from seatrial.runs.virtual_time import VirtualLoop, run_virtual
from seatrial.venues.backoff import Backoff
from seatrial.venues.feed import Line, Sockets, SocketSettings, Subscription
from seatrial.venues.port import StreamDown, StreamUp
from seatrial.venues.silence import OwedWords, ShouldSpeak

Serve = Callable[[WebSocket], Awaitable[None]]


@asynccontextmanager
async def sockets_to(serve: Serve, settings: SocketSettings | None = None) -> AsyncIterator[Sockets]:
    async def accepted(socket: WebSocket) -> None:
        await socket.accept()
        await serve(socket)

    app = Starlette(routes=[WebSocketRoute("/stream", accepted)])
    async with httpx.AsyncClient(transport=ASGIWebSocketTransport(app)) as http:
        sockets = Sockets(http, Random(1), settings or SocketSettings(ping_seconds=None))
        yield sockets
        await sockets.close()


async def log_in(line: Line) -> Iterable[str]:
    early = []
    while (told := await line.hear(5.0)) != "welcome":
        early.append(str(told))
    return early


def parse(message: str | bytes) -> list[str]:
    if message == "noise":
        raise VenueUnreadable("noise")
    return [str(message)]


def numbers(path: str = "/stream", should_speak: ShouldSpeak | None = None) -> Subscription[str]:
    return Subscription("numbers", f"ws://venue{path}", log_in, parse, should_speak)


def heard(
    count: int, serve: Serve, settings: SocketSettings | None = None, should_speak: ShouldSpeak | None = None
) -> list[Any]:
    async def main(loop: VirtualLoop) -> list[Any]:
        events: list[Any] = []
        async with sockets_to(serve, settings) as sockets:
            async for event in sockets.listen(numbers(should_speak=should_speak)):
                events.append(event)
                if len(events) == count:
                    break
        return events

    return run_virtual(main)


async def counts_and_hangs_up(socket: WebSocket) -> None:
    for told in ("early", "welcome", "1", "2", "3"):
        await socket.send_text(told)
    await socket.close(1001, "moving house")


async def welcomes_and_falls_silent(socket: WebSocket) -> None:
    await socket.send_text("welcome")
    await socket.receive_text()


async def welcomes_and_babbles(socket: WebSocket) -> None:
    await socket.send_text("welcome")
    await socket.send_text("noise")
    await socket.receive_text()


def test_everything_comes_in_order_and_what_came_before_the_welcome_follows_it() -> None:
    lived = [
        StreamUp("numbers"),
        "early",
        "1",
        "2",
        "3",
        StreamDown("numbers", "closed by the venue: 1001 moving house"),
    ]

    assert heard(12, counts_and_hangs_up) == lived + lived


def test_silence_is_a_loss_when_a_watchdog_is_wanted() -> None:
    events = heard(4, welcomes_and_falls_silent, SocketSettings(ping_seconds=None, silence_seconds=30))

    assert events == [StreamUp("numbers"), StreamDown("numbers", "silence")] * 2


WATCHED = SocketSettings(ping_seconds=None, silence_seconds=60)


def test_silence_by_night_is_no_loss_and_the_second_silent_minute_by_day_is() -> None:
    asked: list[bool] = []

    async def is_open() -> bool:
        asked.append(len(asked) >= 500)  # eight hours of night, minute by minute
        return asked[-1]

    events = heard(2, welcomes_and_falls_silent, WATCHED, is_open)

    assert events == [StreamUp("numbers"), StreamDown("numbers", "silence")]
    assert len(asked) == 502


def test_a_venue_that_neither_speaks_nor_answers_is_lost() -> None:
    async def is_open() -> bool:
        raise VenueUnavailable("no answer within 5.0 s")

    events = heard(2, welcomes_and_falls_silent, WATCHED, is_open)

    assert events[1] == StreamDown("numbers", "VenueUnavailable: no answer within 5.0 s")


def test_a_confirmed_order_that_the_stream_never_mentions_is_a_mute_stream() -> None:
    owed = OwedWords()
    owed.confirmed(ClientOrderId("ELEGANT-LAMP"))

    events = heard(2, welcomes_and_falls_silent, WATCHED, owed.any)

    assert events[1] == StreamDown("numbers", "silence")
    owed.heard(StreamUp("numbers"))
    assert not asyncio.run(owed.any())


def knocks_within(seconds: int, serve: Serve) -> int:
    knocks = 0

    async def counted(socket: WebSocket) -> None:
        nonlocal knocks
        knocks += 1
        await serve(socket)

    async def main(loop: VirtualLoop) -> None:
        async def listen(sockets: Sockets) -> None:
            async for _ in sockets.listen(numbers()):
                pass

        async with sockets_to(counted) as sockets:
            listening = asyncio.create_task(listen(sockets))
            await asyncio.sleep(seconds)
            listening.cancel()

    run_virtual(main)
    return knocks


def test_p_alp740_a_venue_that_takes_every_login_and_hangs_up_is_not_stormed() -> None:
    assert knocks_within(300, counts_and_hangs_up) <= 30


def test_a_connection_that_held_for_a_while_is_replaced_at_once() -> None:
    async def holds_a_minute(socket: WebSocket) -> None:
        await socket.send_text("welcome")
        await asyncio.sleep(60)
        await socket.close(1001, "a day is over")

    assert knocks_within(3600, holds_a_minute) >= 59


def test_an_unreadable_message_is_a_loss() -> None:
    events = heard(4, welcomes_and_babbles)

    assert events == [StreamUp("numbers"), StreamDown("numbers", "VenueUnreadable: noise")] * 2


def test_an_outage_is_told_once_however_often_we_knock() -> None:
    async def main(loop: VirtualLoop) -> list[Any]:
        events: list[Any] = []

        async def listen(sockets: Sockets) -> None:
            async for event in sockets.listen(numbers("/nowhere")):
                events.append(event)

        async with sockets_to(counts_and_hangs_up) as sockets:
            listening = asyncio.create_task(listen(sockets))
            await asyncio.sleep(3600)
            listening.cancel()
        return events

    assert [type(event) for event in run_virtual(main)] == [StreamDown]


def test_a_reader_that_is_cancelled_leaves_no_task_behind() -> None:
    async def main(loop: VirtualLoop) -> int:
        async def listen(sockets: Sockets) -> None:
            async for _ in sockets.listen(numbers()):
                await asyncio.sleep(3600)

        async with sockets_to(welcomes_and_falls_silent) as sockets:
            listening = asyncio.create_task(listen(sockets))
            await asyncio.sleep(1)
            listening.cancel()
            await asyncio.sleep(1)
            return sum(task.get_name() == "numbers" for task in asyncio.all_tasks())

    assert run_virtual(main) == 0


def test_hanging_up_ends_the_reader() -> None:
    async def main(loop: VirtualLoop) -> list[Any]:
        async with sockets_to(welcomes_and_falls_silent) as sockets:
            loop.call_later(60, lambda: asyncio.ensure_future(sockets.close()))
            return [event async for event in sockets.listen(numbers())]

    assert run_virtual(main) == [StreamUp("numbers")]


@given(st.integers(0, 2**32), st.integers(1, 500), st.integers(500, 5_000))
def test_delays_double_within_bounds_and_start_small_again(seed: int, first_ms: int, ceiling_ms: int) -> None:
    backoff = Backoff(Random(seed), first_ms=first_ms, ceiling_ms=ceiling_ms)

    for attempt in range(12):
        full_ms = min(first_ms * 2**attempt, ceiling_ms)
        assert full_ms // 2 <= backoff.next_ms() <= full_ms
    backoff.reset()
    assert backoff.next_ms() <= first_ms
