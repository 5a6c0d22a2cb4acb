"""The same adapters over real sockets: what in-process transports cannot say."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from tests.venues.stages import Ear, Stage, adapter, venue_of

from seatrial.bootstrap.clock import WallClock
from seatrial.domain.orders import OrderStatus, Side
from seatrial.emulators.faults import Fault
from seatrial.emulators.socket import SocketServer
from seatrial.venues.alpaca.door import AlpacaUrls
from seatrial.venues.binance.door import BinanceUrls
from seatrial.venues.feed import SocketSettings
from seatrial.venues.port import BarEvent, Confirmed, FillEvent, StreamUp, Unknown

ORDERS = {"alpaca": "/v2/orders", "binance": "/api/v3/order"}


def urls_of(name: str, port: int) -> Any:
    at = f"127.0.0.1:{port}"
    if name == "alpaca":
        return AlpacaUrls(f"http://{at}", f"http://{at}", f"ws://{at}/stream", f"ws://{at}/v2/iex")
    return BinanceUrls(f"http://{at}", f"ws://{at}", f"ws://{at}/ws-api/v3")


@pytest.mark.parametrize("name", ["alpaca", "binance"])
def test_an_order_travels_over_real_sockets_and_survives_a_reset_connection(name: str) -> None:
    async def main() -> None:
        clock = WallClock()
        app, exchange, faults, instrument = venue_of(name, clock, speed=120)
        server = await SocketServer.open(app)
        market = asyncio.create_task(exchange.run())
        async with httpx.AsyncClient(trust_env=False) as http:
            venue = adapter(
                name,
                http,
                clock,
                instrument,
                urls=urls_of(name, server.port),
                sockets=SocketSettings(ping_seconds=1.0),
            )
            stage = Stage(name, venue, instrument, exchange, faults, exchange.now_ns(), http, clock, lambda: venue)
            bars = Ear()
            listening = [
                asyncio.create_task(stage.ear.listen(venue.account_events())),
                asyncio.create_task(bars.listen(venue.market_events([stage.symbol]))),
            ]
            await bars.until(lambda: bars.all(BarEvent) and stage.ear.all(StreamUp), pause_seconds=0.01)
            await _trade(stage, faults)
            await venue.close()
            await asyncio.gather(*listening)
        market.cancel()
        await server.close()

    asyncio.run(main())


async def _trade(stage: Stage, faults: Any) -> None:
    order = stage.order(Side.BUY, 1)
    faults.replace([Fault("reset", "lost_ack", path=ORDERS[stage.name], method="POST", count_max=1)])
    assert isinstance(await stage.venue.submit(order), Unknown)

    await stage.ear.until(lambda: stage.ear.all(FillEvent), pause_seconds=0.01)

    found = await stage.venue.find(order.client_order_id, stage.symbol)
    assert found is not None
    assert found.status == OrderStatus.FILLED

    faults.replace([Fault("cut", "stream_disconnect", count_max=1)])
    assert isinstance(await stage.venue.submit(stage.order(Side.BUY, 1)), Confirmed)
    await stage.ear.until(lambda: len(stage.ear.all(StreamUp)) == 2, pause_seconds=0.01)
