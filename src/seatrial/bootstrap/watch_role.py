"""The role `watch`: a second pair of eyes in a process of its own, over connections of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

import httpx

from seatrial import __version__
from seatrial.bootstrap.access import open_access, watch_auth
from seatrial.bootstrap.accounts import account_at
from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.credentials import uses_own_venues
from seatrial.bootstrap.links import Line, connect, http_client
from seatrial.bootstrap.randomness import fresh_name
from seatrial.bootstrap.servers import Doors, Served, until_first
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import SeatrialFault
from seatrial.domain.instrument import Instrument
from seatrial.market.instruments import instrument_of
from seatrial.services.api.envelope import Envelope
from seatrial.services.api.watch import watch_doors
from seatrial.services.health import Identity
from seatrial.services.watch import Watch, WatchRules, build_watch

ASK_AGAIN_S = 0.5


async def serve_watch(settings: Settings, say: Callable[[str], None]) -> None:
    """Until SIGTERM.

    Raises:
        SeatrialFault: its work ended.
    """
    loop = asyncio.get_running_loop()
    died: asyncio.Future[None] = loop.create_future()

    def on_death(name: str, error: BaseException | None) -> None:
        if not died.done():
            died.set_exception(SeatrialFault(f"{name} ended: {error}"))

    clients = [_client(settings, settings.ports.execution), _client(settings, settings.ports.market_data)]
    watch = _build(settings, clients, await _traded(clients[0]), on_death)
    doors = Doors(
        settings.host,
        [Served(_doors(settings, watch), settings.ports.watch, "ports.watch")],
    )
    await doors.open()
    await watch.start()
    try:
        await until_first(asyncio.create_task(_wait(died)))
    finally:
        await watch.close()
        await doors.close()
        for client in clients:
            await client.aclose()


async def _traded(execution: httpx.AsyncClient) -> dict[str, list[Instrument]]:
    """What the platform trades, by venue, as soon as it can say so. No strategy's code runs in this process."""
    while True:
        try:
            response = await execution.get("/positions")
        except httpx.TransportError:
            response = None
        if response is not None and response.is_success:
            break
        await asyncio.sleep(ASK_AGAIN_S)
    listed: dict[str, list[Instrument]] = {}
    for row in response.json()["positions"]:
        listed.setdefault(row["account"], []).append(instrument_of(row["symbol"]))
    return listed


def _build(
    settings: Settings,
    clients: list[httpx.AsyncClient],
    listed: dict[str, list[Instrument]],
    on_death: Callable[[str, BaseException | None], None],
) -> Watch:
    clock = WallClock()
    execution, market_data = clients
    return build_watch(
        identity=Identity("watch", __version__, str(settings.stage), str(settings.mode)),
        clock=clock,
        execution=execution,
        market_data=market_data,
        venues=[
            connect(
                settings,
                venue,
                each,
                Line(clock, http_client(outside=not uses_own_venues(settings)), name="watch"),
            )
            for venue, each in listed.items()
        ],
        instruments={account_at(settings, venue).id: each for venue, each in listed.items()},
        rules=WatchRules(),
        on_death=on_death,
    )


def _doors(settings: Settings, watch: Watch) -> Envelope:
    gate = open_access(settings, WallClock(), "watch").gate
    return watch_doors(watch, new_request_id=partial(fresh_name, "req"), gate=gate)


def _client(settings: Settings, port: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://{settings.host}:{port}", auth=watch_auth(settings), trust_env=False)


async def _wait(died: asyncio.Future[None]) -> None:
    await died
