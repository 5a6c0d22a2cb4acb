"""Several doors in one loop: every port of a role is a server of its own, started and stopped together."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from seatrial.bootstrap.ports import listen

GRACE_S = 3
MESSAGE_BYTES_MAX = 1024 * 1024
POLL_S = 0.01


@dataclass(frozen=True, slots=True)
class Served:
    """One application on one port. `setting` names the port in a refusal."""

    application: ASGIApp
    port: int
    setting: str


class QuietServer(uvicorn.Server):
    """A server that leaves signals to the process it lives in."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take none: the role decides when its doors close."""
        yield


class Doors:
    """All doors of a role. `open`, then `close`; ports are taken before anything is started."""

    def __init__(self, host: str, served: Sequence[Served]) -> None:
        self._sockets: list[socket.socket] = []
        try:
            for each in served:
                self._sockets.append(listen(host, each.port, each.setting))
        except BaseException:
            self._release()
            raise
        self._servers = [QuietServer(_config(each.application)) for each in served]
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def ports(self) -> list[int]:
        """The ports listened on, in the order given; where 0 was asked, the machine's choice."""
        return [int(each.getsockname()[1]) for each in self._sockets]

    async def open(self) -> None:
        """Serve; returns when every application has started.

        Raises:
            RuntimeError: an application failed to start; its error is in the log.
        """
        for server, listener in zip(self._servers, self._sockets, strict=True):
            self._tasks.append(asyncio.create_task(server.serve(sockets=[listener]), name="door"))
        while not all(server.started for server in self._servers):
            for task in self._tasks:
                if task.done():
                    task.result()
                    raise RuntimeError("an application ended while it started")
            await asyncio.sleep(POLL_S)

    async def close(self) -> None:
        """Let requests under way end, then stop."""
        for server in self._servers:
            server.should_exit = True
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._release()

    def _release(self) -> None:
        for listener in self._sockets:
            listener.close()


async def until_stopped() -> None:
    """Wait for SIGTERM or SIGINT, the two ways to end a role in order."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()


async def until_first(work: asyncio.Task[None]) -> None:
    """Until SIGTERM or SIGINT, or until the role's own work ends, which raises whatever ended it."""
    signalled = asyncio.create_task(until_stopped())
    done, pending = await asyncio.wait({work, signalled}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    if work in done:
        work.result()


def _config(application: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        loop="none",
        http="httptools",
        ws="wsproto",
        ws_max_size=MESSAGE_BYTES_MAX,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=GRACE_S,
    )
