"""An emulated venue behind a socket, its market running, as long as somebody measures it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.types import ASGIApp

from seatrial.bootstrap.garbage import leave_out_built
from seatrial.bootstrap.store_log import StoreLog
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.socket import SocketServer
from seatrial.emulators.store import Store
from seatrial.emulators.timeline import warm_kernel


class DurableStore:
    """The venue's durable store, and the thread that moves its log."""

    def __init__(self, folder: Path) -> None:
        self.store, self._log = Store(folder / "venues.db"), StoreLog(folder / "venues.db")

    def close(self) -> None:
        """The log first, as the store closes its file."""
        self._log.close()
        self.store.close()


@asynccontextmanager
async def served(application: ASGIApp, exchange: Exchange, kept: DurableStore) -> AsyncIterator[int]:
    """The port it answers on."""
    warm_kernel()
    server = await SocketServer.open(application)
    market = asyncio.create_task(exchange.run())
    leave_out_built()
    try:
        yield server.port
    finally:
        market.cancel()
        await server.close()
        kept.close()
