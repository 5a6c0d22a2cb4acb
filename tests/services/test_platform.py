"""All roles at once, over a real wire protocol: an emulated venue trades, and watch finds that everything fits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from httpx_ws.transport import ASGIWebSocketTransport
from tests.services.trading_desk import LIMITS
from tests.venues.stages import ACCOUNT, API_NS, adapter, venue_of

from seatrial.core.machine import Machine
from seatrial.domain.ids import StrategyId
from seatrial.domain.instrument import Instrument
from seatrial.domain.limits import Account
from seatrial.journal.port import JournalEpoch, Opening
from seatrial.journal.sqlite import SqliteJournal
from seatrial.runs.virtual_time import VirtualClock, VirtualLoop, run_virtual
from seatrial.services.health import Identity
from seatrial.services.platform import Platform, PlatformParts, PlatformRules
from seatrial.services.strategy_file import StrategyFile
from seatrial.services.watch import build_watch
from seatrial.venues.port import Venue

FLIPPING = """
from seatrial.strategy import Strategy

class Flip(Strategy):
    symbols = ("{symbol}",)

    def on_start(self, context):
        self.bars = 0

    def on_bar(self, context, bar):
        self.bars += 1
        context.target("{symbol}", quantity=3 if self.bars % 2 else 1)
"""


def strategy(folder: Path, instrument: Instrument) -> StrategyFile:
    path = folder / "flip.py"
    path.write_text(FLIPPING.format(symbol=instrument.symbol))
    return StrategyFile(path, strategy_id=StrategyId("flip"), account=ACCOUNT, instruments=[instrument], epoch="test")


def machine_of(name: str, venue: Venue, instrument: Instrument, epoch: JournalEpoch) -> Machine:
    return Machine(
        [Account(ACCOUNT, venue.name, instrument.quote, instrument.calendar, LIMITS)], [(ACCOUNT, instrument)], epoch
    )


@asynccontextmanager
async def trading(name: str, loop: VirtualLoop, folder: Path) -> AsyncIterator[tuple[Platform, Venue, Instrument]]:
    """A platform that trades at an emulated venue, and a second connection to it."""
    clock = VirtualClock(loop)
    app, exchange, _, _, instrument = venue_of(name, clock)
    market = asyncio.create_task(exchange.run())
    journal = SqliteJournal.open(
        folder / "journal.db", Opening("first", JournalEpoch("test"), "core", "settings"), inline=True, sync=False
    )
    async with httpx.AsyncClient(transport=ASGIWebSocketTransport(app)) as http:
        orders, market_data, second = (adapter(name, http, clock, instrument) for _ in range(3))
        parts = PlatformParts(
            version="0",
            stage="dev",
            mode="sim",
            clock=clock,
            machine=machine_of(name, orders, instrument, journal.epoch),
            journal=journal,
            venues=[orders],
            market_venues=[market_data],
            sources=[strategy(folder, instrument)],
            config=dict,
            new_request_id=lambda: "id",
        )
        platform = Platform(parts, PlatformRules())
        await platform.start()
        await platform.ready()
        try:
            yield platform, second, instrument
        finally:
            await platform.close()
            await second.close()
            market.cancel()


@pytest.mark.parametrize("name", ["alpaca", "binance"])
def test_a_strategy_trades_through_every_role_and_watch_finds_that_all_fits(name: str, tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with trading(name, loop, tmp_path) as (platform, second, instrument):
            doors = {
                role: httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://role")
                for role, app in platform.doors.items()
            }
            watch = build_watch(
                identity=Identity("watch", "0", "dev", "sim"),
                clock=platform.parts.clock,
                execution=doors["execution"],
                market_data=doors["market-data"],
                venues=[second],
                instruments={ACCOUNT: [instrument]},
            )
            await watch.start()
            await asyncio.sleep(12 * 60 + 30)

            runs = (await doors["orchestrator"].get("/api/v1/orchestration/runs")).json()["runs"]
            assert [run["status"] for run in runs] == ["completed"] * 12
            orders = (await doors["execution"].get("/orders?status=all")).json()["orders"]
            assert [order["status"] for order in orders] == ["filled"] * 12
            held = platform.parts.machine.position(ACCOUNT, instrument.symbol).qty_units
            assert held == (await second.balances()).holdings[instrument.symbol] > 0
            assert watch.halts == []
            assert watch.breaks == []
            for role, door in doors.items():
                answer = await door.get("/health")
                assert (role, answer.status_code, answer.json()["status"]) == (role, 200, "healthy")
            assert (await watch.health.report()).status == "healthy"
            await watch.close()
            for door in doors.values():
                await door.aclose()

    run_virtual(main, epoch_ns=API_NS)
