"""`ws /ws/metrics`: a picture of the system every 100 ms, `pong` for `ping`, a ping of ours every 30 s."""

from __future__ import annotations

import asyncio

from starlette.websockets import WebSocket, WebSocketDisconnect

from seatrial.services.api.doors import Stream
from seatrial.services.encoding import encode
from seatrial.services.observability.metrics_hub import MetricsClient, MetricsHub

TRY_AGAIN_LATER = 1013
GOING_AWAY = 1001
UNSUPPORTED = 1003
PING = "ping"
PONG = "pong"


class MetricsStream:
    """The door of one hub."""

    def __init__(self, hub: MetricsHub) -> None:
        self._hub = hub

    def route(self) -> Stream:
        """The door."""
        return Stream("/ws/metrics", self.serve, summary="The system, again and again; `ping` is answered by `pong`.")

    async def serve(self, websocket: WebSocket) -> None:
        """One client, from its first word to its last."""
        await websocket.accept()
        client = self._hub.join()
        if client is None:
            await websocket.close(TRY_AGAIN_LATER, "too many clients")
            return
        sending = asyncio.Lock()  # a pong must not meet a picture halfway
        talk = [
            asyncio.ensure_future(_send(websocket, client, sending)),
            asyncio.ensure_future(_listen(websocket, sending)),
        ]
        client.let_go = talk[0].cancel
        try:
            await asyncio.wait(talk, return_when=asyncio.FIRST_COMPLETED)
            if talk[0].cancelled():
                await websocket.close(GOING_AWAY, "closing")
        finally:
            self._hub.leave(client)
            for task in talk:
                task.cancel()
            await asyncio.gather(*talk, return_exceptions=True)


async def _send(websocket: WebSocket, client: MetricsClient, sending: asyncio.Lock) -> None:
    while True:
        await client.filled.wait()
        client.filled.clear()
        frame, client.frame = client.frame, None
        pings, client.pings = client.pings, 0
        async with sending:
            if pings:
                await websocket.send_text(encode({"type": "ping"}).decode())
            if frame is not None:
                await websocket.send_text(frame)


async def _listen(websocket: WebSocket, sending: asyncio.Lock) -> None:
    """`ping` gets its `pong`; whatever else is said is passed over, it may be meant for a later version."""
    while True:
        try:
            text = await websocket.receive_text()
        except WebSocketDisconnect:
            return
        except KeyError:  # bytes, which nobody says here
            await websocket.close(UNSUPPORTED, "text only")
            return
        if text.strip() == PING:
            async with sending:
                await websocket.send_text(PONG)
