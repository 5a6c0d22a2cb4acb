"""A stage on real sockets, in real time: what in-process transports cannot say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx
from tests.venues.contract.cards import Card, Column
from tests.venues.stages import Ear, Stage, adapter, venue_of

from seatrial.bootstrap.clock import WallClock
from seatrial.emulators.socket import SocketServer
from seatrial.venues.alpaca.door import AlpacaUrls
from seatrial.venues.binance.door import BinanceUrls
from seatrial.venues.feed import SocketSettings

SPEED = 60
TIMEOUT_SECONDS = 1.0
LATE_MS = 2_500
PAUSE_SECONDS = 0.02


def urls_of(name: str, port: int) -> Any:
    """Where the emulated venue is."""
    at = f"127.0.0.1:{port}"
    if name == "alpaca":
        return AlpacaUrls(f"http://{at}", f"http://{at}", f"ws://{at}/stream", f"ws://{at}/v2/iex")
    return BinanceUrls(f"http://{at}", f"ws://{at}", f"ws://{at}/ws-api/v3")


@asynccontextmanager
async def socket_stage(name: str, **more: Any) -> AsyncIterator[Stage]:
    """The market runs sixty times as fast, the adapter is connected to nothing yet."""
    clock = WallClock()
    app, exchange, faults, history, instrument = venue_of(name, clock, speed=SPEED)
    server = await SocketServer.open(app)
    market = asyncio.create_task(exchange.run())
    usual = {"sockets": SocketSettings(ping_seconds=1.0), "timeout_seconds": TIMEOUT_SECONDS}
    try:
        async with httpx.AsyncClient(trust_env=False) as http:
            reborn = partial(adapter, name, http, clock, instrument, urls=urls_of(name, server.port), **(usual | more))
            venue = reborn()
            ear = Ear(pause_seconds=PAUSE_SECONDS)
            started_ns = exchange.now_ns()
            try:
                yield Stage(
                    name,
                    venue,
                    instrument,
                    exchange,
                    faults,
                    history,
                    started_ns,
                    http,
                    clock,
                    reborn,
                    ear,
                    SPEED,
                    LATE_MS,
                )
            finally:
                await venue.close()
    finally:
        faults.replace([])
        market.cancel()
        await server.close()


def on_sockets(card: Card, column: Column) -> None:
    """Play one card on fresh sockets; account events are heard from the start."""

    async def main() -> None:
        async with socket_stage(column.adapter, **card.settings) as stage:
            listening = asyncio.create_task(stage.ear.listen(stage.venue.account_events()))
            try:
                await stage.ear.until(lambda: stage.ear.heard)  # up, or down for a reason
                await stage.pass_market(2)  # the first print: a market without a price is closed
                await card.play(stage)
            finally:
                listening.cancel()

    asyncio.run(main())
