"""A message becomes a frame once, and a real client reads every one of them, whatever its length."""

from __future__ import annotations

import asyncio
from random import Random

import pytest
from httpx_ws import aconnect_ws
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from seatrial.bootstrap.clock import WallClock
from seatrial.emulators.faults.script import FaultScript
from seatrial.emulators.frames import frame_of
from seatrial.emulators.history import History
from seatrial.emulators.outbox import Outbox
from seatrial.emulators.socket import SocketServer

MESSAGES = ["", "a", "b" * 125, "c" * 126, "ü" * 40_000, b"\x00\xff" * 70, b"d" * 70_000]


def test_the_same_message_is_the_same_frame_object_for_every_client() -> None:
    assert frame_of("tick " * 3) is frame_of("tick " * 3)


@pytest.mark.parametrize("repeated", [1, 3])
def test_everything_that_waits_arrives_in_order_as_text_or_as_bytes(repeated: int) -> None:
    async def serve(websocket: WebSocket) -> None:
        await websocket.accept()
        outbox = Outbox(websocket, FaultScript(Random(1), History(WallClock())), "test")
        for message in MESSAGES * repeated:
            outbox.put(message)
        await outbox.converse(lambda _: None)

    async def live() -> list[str | bytes]:
        server = await SocketServer.open(Starlette(routes=[WebSocketRoute("/ws", serve)]), ping_seconds=None)
        try:
            async with aconnect_ws(f"http://127.0.0.1:{server.port}/ws", max_message_size_bytes=1 << 20) as client:
                return [(await client.receive()).data for _ in range(len(MESSAGES) * repeated)]  # type: ignore[union-attr]
        finally:
            await server.close()

    assert asyncio.run(live()) == MESSAGES * repeated
