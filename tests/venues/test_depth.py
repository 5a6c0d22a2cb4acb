"""The order book of the emulated Binance, kept whole over gaps and broken connections."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.venues.stages import Stage, on_stage

from seatrial.emulators.faults import Fault
from seatrial.venues.binance.order_book import BookEvent
from seatrial.venues.port import StreamDown, StreamGap, StreamUp


def heard(fault: Fault, again: type) -> list[Any]:
    """What the stream of books tells, until three books after the trouble that a fault makes."""

    async def play(stage: Stage) -> list[Any]:
        told: list[Any] = []
        venue: Any = stage.venue
        after = 0
        async with asyncio.timeout(1_800):
            async for event in venue.books(stage.symbol, levels_max=5):
                told.append(event)
                if len(told) == 4:
                    stage.faults.replace([fault])
                after += len(told) > 4 and (isinstance(event, again) or after > 0)
                if after > 3:
                    break
        return told

    found: list[Any] = on_stage("binance", play)
    return found


def whole(events: list[Any]) -> None:
    """Every book has two sides that do not cross."""
    for event in events:
        if isinstance(event, BookEvent):
            assert event.bids[0][0] < event.asks[0][0]
            assert [*event.bids] == sorted(event.bids, reverse=True)
            assert [*event.asks] == sorted(event.asks)


def test_a_skipped_change_is_told_and_the_book_is_made_anew() -> None:
    told = heard(Fault("hole", "depth_gap", count_max=1), StreamGap)

    assert [type(each) for each in told if not isinstance(each, BookEvent)] == [StreamUp, StreamGap]
    whole(told)
    ids = [each.update_id for each in told if isinstance(each, BookEvent)]
    assert ids == sorted(ids)


def test_a_broken_connection_begins_with_a_new_snapshot() -> None:
    told = heard(Fault("cut", "stream_disconnect", stream="market", count_max=1), StreamUp)

    assert [type(each) for each in told if not isinstance(each, BookEvent)] == [StreamUp, StreamDown, StreamUp]
    whole(told)
