"""Pains of starting again, by name: what is lost, doubled or mixed up elsewhere when a process or its disk fails."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from tests.pains.desk import Desk, opened
from tests.pains.test_order_pains import ORDERS, STREAM, at_every_venue
from tests.venues.stages import API_NS, Stage, stage_of

from seatrial.emulators.faults import Fault
from seatrial.runs.virtual_time import VirtualLoop, run_virtual

First = Callable[[Desk], Coroutine[Any, Any, Any]]
Second = Callable[[Desk, Any], Coroutine[Any, Any, None]]


def over_a_crash(name: str, folder: Path, first: First, second: Second, down_seconds: float = 120) -> None:
    """Play one scene, kill the process, let the market go on without us, and play another one after the start."""

    async def main(loop: VirtualLoop) -> None:
        async with stage_of(name, loop) as stage:
            await asyncio.sleep(2)
            async with opened(stage, loop, folder) as desk:
                left = await first(desk)
            await asyncio.sleep(down_seconds)
            stage.venue = stage.reborn()
            async with opened(stage, loop, folder, "second") as desk:
                await second(desk, left)
            await stage.venue.close()

    run_virtual(main, epoch_ns=API_NS)


@at_every_venue
def test_p_ib242_no_id_is_used_again_after_a_restart(venue: str, tmp_path: Path) -> None:
    """Interactive Brokers at LEAN 242: ids were used again after a restart, and words went to the wrong order."""

    async def first(desk: Desk) -> str:
        order = await desk.buy(4, limit=95)
        await desk.until(lambda: desk.status(order) == "WORKING", "a working order")
        return order

    async def second(desk: Desk, resting: str) -> None:
        other = await desk.buy(3)
        assert other != resting
        await desk.until(lambda: desk.status(other) == "FILLED", "the new one's fill")
        assert desk.status(resting) == "WORKING"
        assert desk.accepted() == [resting, other]

    over_a_crash(venue, tmp_path, first, second)


@at_every_venue
def test_p_nt3176_an_order_on_its_way_is_not_sent_twice(venue: str, tmp_path: Path) -> None:
    """NautilusTrader 3176: a restart doubled the orders that were on their way."""

    async def first(desk: Desk) -> str:
        late = Fault(name="late", kind="latency", path=ORDERS[venue], method="POST", latency_ms=40_000, when="after")
        desk.goes_wrong(late)
        order = await desk.buy(10)
        await asyncio.sleep(1)
        return order

    async def second(desk: Desk, order: str) -> None:
        desk.mends()
        await desk.until(lambda: desk.status(order) == "FILLED", "its fill")
        assert desk.accepted() == [order]
        assert await desk.venue_units() == desk.held_units() > 0

    over_a_crash(venue, tmp_path, first, second)


@at_every_venue
def test_p_nt5000_a_working_order_is_still_ours_after_a_restart(venue: str, tmp_path: Path) -> None:
    """NautilusTrader 5000: working orders were dropped at the start. LEAN: orders of an earlier run are nobody's."""

    async def first(desk: Desk) -> str:
        order = await desk.buy(10, limit=95)
        await desk.until(lambda: desk.status(order) == "WORKING", "a working order")
        return order

    async def second(desk: Desk, order: str) -> None:
        assert desk.status(order) == "WORKING"
        await desk.cancel(order)
        await desk.until(lambda: desk.status(order) == "CANCELED", "its end")

    over_a_crash(venue, tmp_path, first, second)


@at_every_venue
def test_p_ft4403_what_filled_while_we_were_down_is_booked(venue: str, tmp_path: Path) -> None:
    """Freqtrade 4403 and 6907: an order that filled while the bot was down did not match its trade."""

    async def first(desk: Desk) -> str:
        order = await desk.buy(10, limit=100)
        await desk.until(lambda: order in desk.accepted(), "its acceptance")
        return order

    async def second(desk: Desk, order: str) -> None:
        await desk.until(lambda: desk.status(order) == "FILLED", "its fill")
        assert await desk.venue_units() == desk.held_units() > 0

    over_a_crash(venue, tmp_path, first, second, down_seconds=400)


@at_every_venue
def test_p_ft7184_a_locked_database_loses_no_fill(venue: str, tmp_path: Path) -> None:
    """Freqtrade 7184 and 4653: the database was locked just after a fill, and a bought coin was forgotten.

    Here the journal cannot be written when the fill comes. What is not durable did not happen: the process ends
    rather than go on, and the next one asks the venue.
    """
    locks: list[sqlite3.Connection] = []

    async def first(desk: Desk) -> str:
        desk.goes_wrong(Fault(name="silence", kind="stream_drop", stream=STREAM[venue]))
        order = await desk.buy(10)
        await desk.until(lambda: order in desk.accepted(), "its acceptance")
        desk.mends()
        lock = sqlite3.connect(tmp_path / "journal.db", timeout=0, isolation_level=None, check_same_thread=False)
        locks.append(lock)
        with_lock = "held"
        try:
            lock.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            with_lock = "refused"  # ours is the only hand on it
        await asyncio.sleep(60)
        if with_lock == "held":
            lock.execute("ROLLBACK")
        lock.close()
        return order

    async def second(desk: Desk, order: str) -> None:
        await desk.until(lambda: desk.status(order) == "FILLED", "its fill")
        assert await desk.venue_units() == desk.held_units() > 0
        assert desk.accepted() == [order]

    over_a_crash(venue, tmp_path, first, second)


@at_every_venue
def test_p_nt3878_the_same_past_is_reconciled_the_same_way(venue: str, tmp_path: Path) -> None:
    """NautilusTrader 3878: reconciliation gave another answer every time."""

    async def play(stage: Stage, loop: VirtualLoop, folder: Path) -> str:
        folder.mkdir()
        async with opened(stage, loop, folder) as desk:
            desk.goes_wrong(Fault(name="silence", kind="stream_drop", stream=STREAM[venue]))
            orders = [await desk.buy(4) for _ in range(3)]
            await desk.until(lambda: all(desk.status(order) == "FILLED" for order in orders), "three fills")
            return str(desk.service.machine.state_fingerprint())

    told = []
    for day in range(2):

        async def main(loop: VirtualLoop, folder: Path = tmp_path / str(day)) -> str:
            async with stage_of(venue, loop) as stage:
                await asyncio.sleep(2)
                return await play(stage, loop, folder)

        told.append(run_virtual(main, epoch_ns=API_NS))
    assert told[0] == told[1]


pytestmark = pytest.mark.timeout(300)
