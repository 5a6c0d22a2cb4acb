"""The emulated Alpaca on a real socket, in a thread of its own, for clients that are not ours."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

from tests.emulators.small_markets import equity_bars, session

from seatrial.bootstrap.clock import WallClock
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import us_equity
from seatrial.emulators.alpaca.app import AlpacaAccount, build_alpaca
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.faults import FaultScript
from seatrial.emulators.history import History
from seatrial.emulators.market_clock import MarketClock
from seatrial.emulators.socket import SocketServer
from seatrial.emulators.store import Store
from seatrial.emulators.tape import MemoryTape
from seatrial.emulators.timeline import warm_kernel

MINUTES = 390
SPEED = 240


@dataclass(frozen=True)
class Address:
    """Where the venue is and what opens it."""

    port: int
    key: str
    secret: str

    @property
    def rest(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stream(self, path: str) -> str:
        return f"ws://127.0.0.1:{self.port}{path}"


@contextmanager
def emulated_alpaca() -> Iterator[Address]:
    """Serve one rising session of AAPL and SPY until the block ends."""
    ready = threading.Event()
    served: list[Address] = []
    stops: list[asyncio.Event] = []
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        clock = WallClock()
        rows = [(f"{100 + i}", f"{101 + i}.5", f"{99 + i}.5", f"{101 + i}", 40_000) for i in range(MINUTES)]
        tape = MemoryTape(
            {Symbol(symbol): equity_bars(symbol, rows) for symbol in ("AAPL", "SPY")}, [session("2019-02-11", MINUTES)]
        )
        market_clock = MarketClock(clock, anchor_ns=tape.sessions[0].open_ns, speed=SPEED)
        exchange = Exchange([us_equity(symbol) for symbol in tape.symbols], tape, market_clock=market_clock)
        history = History(clock)
        account = AlpacaAccount()
        venue = build_alpaca(
            exchange,
            Store(":memory:").venue("alpaca"),
            api_clock=clock,
            seed=1,
            script=FaultScript(Random(1), history),
            history=history,
            accounts=(account,),
        )
        server = await SocketServer.open(venue.app)
        running = asyncio.create_task(exchange.run())
        served.append(Address(server.port, account.key, account.secret))
        stops.append(asyncio.Event())
        loops.append(asyncio.get_running_loop())
        ready.set()
        await stops[0].wait()
        running.cancel()
        await server.close()

    warm_kernel()
    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(60)
    try:
        yield served[0]
    finally:
        loops[0].call_soon_threadsafe(stops[0].set)
        thread.join()
