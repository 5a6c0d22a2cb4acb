"""The books of the emulated Binance, kept whole over gaps and broken connections."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from random import Random
from typing import Any

from tests.venues.stages import ACCOUNT, BINANCE, Stage, on_stage

from seatrial.bootstrap.book_links import books_at
from seatrial.emulators.faults import Fault
from seatrial.venues.books import BookLost, DepthEvent
from seatrial.venues.connection import Connection
from seatrial.venues.feed import SocketSettings
from seatrial.venues.port import StreamDown, StreamUp


def heard(fault: Fault) -> list[Any]:
    """Everything but quotes, until the updates after the book's second snapshot; the fault comes after its first."""

    async def play(stage: Stage) -> list[Any]:
        instruments = {stage.instrument.symbol: stage.instrument}
        connection = Connection(
            account=ACCOUNT,
            http=stage.http,
            key="",
            secret="",
            clock=stage.clock,
            random=Random(5),
            instruments=instruments,
            sockets=SocketSettings(ping_seconds=None),
        )
        told: list[Any] = []
        async with asyncio.timeout(1_800), aclosing(books_at(connection, BINANCE).events([stage.symbol])) as events:
            async for event in events:
                if not isinstance(event, DepthEvent | BookLost | StreamDown | StreamUp):
                    continue
                told.append(event)
                snapshots = [place for place, each in enumerate(told) if getattr(each, "is_snapshot", False)]
                if len(snapshots) == 1 and len(told) == snapshots[0] + 3:
                    stage.faults.replace([fault])
                if len(snapshots) == 2 and len(told) > snapshots[1] + 3:
                    break
        return told

    found: list[Any] = on_stage("binance", play)
    return found


def whole(told: list[Any]) -> None:
    """Each update follows the one before it, and a snapshot begins anew."""
    last_id = None
    for event in told:
        if isinstance(event, DepthEvent):
            assert event.is_snapshot or last_id is None or event.first_id <= last_id + 1 <= event.last_id
        last_id = event.last_id if isinstance(event, DepthEvent) else None


def test_a_skipped_change_is_told_and_the_book_is_made_anew() -> None:
    told = heard(Fault("hole", "depth_gap", count_max=1))
    assert [type(each) for each in told if not isinstance(each, DepthEvent)] == [StreamUp, BookLost]
    whole(told)


def test_a_broken_connection_begins_with_a_new_snapshot() -> None:
    told = heard(Fault("cut", "stream_disconnect", stream="market", count_max=1))
    assert [type(each) for each in told if not isinstance(each, DepthEvent)] == [StreamUp, StreamDown, StreamUp]
    whole(told)
