"""Emulated venues on real sockets: a server inside the running event loop, and a proxy that counts bytes.

What ASGI cannot say is said here: pings, dropped connections, bytes on the wire. No main loop polls, so
that a virtual loop with `sockets=True` is not kept busy by its own server.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import ssl
from typing import Any, Self

import uvicorn
from uvicorn.protocols.websockets.wsproto_impl import WSProtocol
from wsproto.connection import ConnectionState
from wsproto.events import Request

from seatrial.domain.faults import PortTaken
from seatrial.emulators.swift_http import DroppableHttp, SwiftHttp

LOOPBACK = "127.0.0.1"
KEEP_ALIVE_SECONDS = 3_600
PING_SECONDS = 20.0
CLOSE_SECONDS_MAX = 2
MESSAGE_BYTES_MAX = 1 << 20
CHUNK_BYTES = 1 << 16


class HalfClosableStream(WSProtocol):
    """uvicorn's WebSocket, with two things ASGI does not have, as extensions of the scope.

    `seatrial.half_close`: a fault closes the sending half. `seatrial.write`: frames made elsewhere, many at once; it
    waits where the client does not read.
    """

    _half_closed = False

    def handle_connect(self, event: Request) -> None:
        """Give each connection the means to send FIN and go on listening, and to write frames."""
        super().handle_connect(event)
        more = {"seatrial.half_close": self._half_close, "seatrial.write": self._write}
        extensions: dict[str, Any] = {**(self.scope["extensions"] or {}), **more}
        self.scope["extensions"] = extensions

    def data_received(self, data: bytes) -> None:
        """What still comes from the client is lost: to answer even a ping would need the other half."""
        if not self._half_closed:
            super().data_received(data)

    def shutdown(self) -> None:
        """What is closed, or half of it, can say no farewell."""
        if self._half_closed or self.conn.state is ConnectionState.CLOSED:
            self.transport.abort()
        else:
            super().shutdown()

    async def _write(self, frames: bytes) -> None:
        await self.writable.wait()
        if self.disconnected:
            raise ConnectionError("the client is gone")
        if not (self.close_sent or self._half_closed or self.transport.is_closing()):
            self.transport.write(frames)

    def _half_close(self) -> None:
        self.stop_keepalive()
        if not self._half_closed and not self.transport.is_closing():
            self._half_closed = True
            self.transport.write_eof()


class SocketServer:
    """An ASGI application on `127.0.0.1`. Build it with `await SocketServer.open(...)`."""

    def __init__(self, server: uvicorn.Server, listener: socket.socket) -> None:
        self._server = server
        self._listener = listener
        self.port: int = listener.getsockname()[1]

    @classmethod
    async def open(
        cls,
        app: Any,
        *,
        port: int = 0,
        ping_seconds: float | None = PING_SECONDS,
        pong_seconds: float | None = None,
        backlog: int = 2048,
        listener: socket.socket | None = None,
    ) -> Self:
        """Listen and serve in the running loop; port 0 lets the kernel choose.

        Args:
            app: the ASGI application; its `swift`, where it has one, answers without ASGI (`swift_http`).
            port: where to listen.
            ping_seconds: between WebSocket pings; None sends none.
            pong_seconds: how long the answer to a ping may take; None: until the next ping.
            backlog: connections the kernel may hold for us.
            listener: listens already, perhaps in another network namespace; `port` and `backlog` say nothing then.

        Raises:
            PortTaken: somebody else listens there.
        """
        if listener is None:
            listener = listen(port, backlog)
        config = uvicorn.Config(
            app,
            http=_http_of(app),
            ws=HalfClosableStream,
            ws_ping_interval=ping_seconds,
            ws_ping_timeout=ping_seconds if pong_seconds is None else pong_seconds,
            ws_max_size=MESSAGE_BYTES_MAX,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=CLOSE_SECONDS_MAX,
        )
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup(sockets=[listener])
        return cls(server, listener)

    async def close(self) -> None:
        """Stop listening and end every connection."""
        await self._server.shutdown(sockets=[self._listener])


def _http_of(app: Any) -> type[DroppableHttp]:
    find = getattr(app, "swift", None)
    return DroppableHttp if find is None else type("SwiftHttpOfApp", (SwiftHttp,), {"find": staticmethod(find)})


def listen(port: int, backlog: int) -> socket.socket:
    """A listening socket on loopback; port 0 lets the kernel choose.

    Raises:
        PortTaken: somebody else listens there.
    """
    # The protocol is named because asyncio looks for it: without, small messages wait for the one before to be
    # acknowledged (Nagle), up to 40 ms, and a virtual loop believes that nobody speaks.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(backlog)
    except OSError as error:
        listener.close()
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortTaken(f"{LOOPBACK}:{port} is taken by another process") from error
    return listener


class CountingProxy:
    """A TCP proxy that counts the bytes it forwards. Build it with `await CountingProxy.open(...)`.

    `bytes_up` go from the clients to the target, `bytes_down` come back.
    """

    def __init__(self, target_port: int, target_host: str = LOOPBACK) -> None:
        self._target = (target_host, target_port)
        self._server: asyncio.Server | None = None
        self._pipes: set[asyncio.Task[None]] = set()
        self.port = 0
        self.bytes_up = 0
        self.bytes_down = 0

    @classmethod
    async def open(
        cls,
        target_port: int,
        *,
        target_host: str = LOOPBACK,
        host: str = LOOPBACK,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> Self:
        """Listen in the running loop; port 0 lets the kernel choose. `tls` ends here: the target speaks plainly."""
        proxy = cls(target_port, target_host)
        proxy._server = await asyncio.start_server(proxy.serve, host, port, ssl=tls)
        proxy.port = proxy._server.sockets[0].getsockname()[1]
        return proxy

    async def close(self) -> None:
        """Stop listening and cut every connection."""
        if self._server is not None:
            self._server.close()
        for pipe in list(self._pipes):
            pipe.cancel()
        await asyncio.gather(*self._pipes, return_exceptions=True)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one connection, whoever took it in."""
        try:
            target_reader, target_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.close()
            return
        up = asyncio.create_task(self._pipe(reader, target_writer, up=True))
        down = asyncio.create_task(self._pipe(target_reader, writer, up=False))
        for pipe in (up, down):
            self._pipes.add(pipe)
            pipe.add_done_callback(self._pipes.discard)

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, up: bool) -> None:
        try:
            with contextlib.suppress(ConnectionError):
                while chunk := await reader.read(CHUNK_BYTES):
                    if up:
                        self.bytes_up += len(chunk)
                    else:
                        self.bytes_down += len(chunk)
                    writer.write(chunk)
                    await writer.drain()
        finally:
            writer.close()
