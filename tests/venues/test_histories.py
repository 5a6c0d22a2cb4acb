"""Histories are complete over pages, whatever the venue's page is."""

from __future__ import annotations

import asyncio

import pytest
from tests.venues.stages import BINANCE, KEY, SECRET, Stage, on_stage

from seatrial.domain.ids import VenueOrderId
from seatrial.domain.orders import Side
from seatrial.venues.binance.door import BinanceDoor
from seatrial.venues.binance.history import client_order_ids, trades_since
from seatrial.venues.port import Confirmed, FillEvent


async def traded(stage: Stage, batches: int, each: int) -> list[str]:
    """Batches of orders for one unit, all of a batch filled at one instant; returns the trades' ids."""
    for _ in range(batches):
        for _ in range(each):
            assert isinstance(await stage.venue.submit(stage.order(Side.BUY, 1)), Confirmed)
        await asyncio.sleep(30)
    await stage.ear.until(lambda: len(stage.ear.all(FillEvent)) == batches * each)
    return [event.fill.execution_id for event in stage.ear.all(FillEvent)]


def test_alpaca_activities_are_read_over_all_pages() -> None:
    async def play(stage: Stage) -> None:
        streamed = await traded(stage, batches=3, each=60)

        fills = await stage.reborn().fills_since(stage.open_ns, [stage.symbol])

        assert [fill.execution_id for fill in fills] == streamed
        assert len({fill.client_order_id for fill in fills}) == 180

    on_stage("alpaca", play)


@pytest.mark.parametrize("page_max", [1, 7, 30, 40, 1000])
def test_binance_trades_are_read_over_all_pages_and_days(page_max: int) -> None:
    async def play(stage: Stage) -> None:
        streamed = await traded(stage, batches=2, each=20)
        door = BinanceDoor(
            http=stage.http,
            urls=BINANCE,
            key=KEY,
            secret=SECRET,
            clock=stage.clock,
            timeout_seconds=5.0,
            weight_per_minute_max=6_000,
            orders_per_10_seconds_max=50,
        )
        long_ago_ms = stage.open_ns // 10**6 - 3 * 86_400_000

        trades = await trades_since(door, stage.symbol, long_ago_ms, page_max)
        order_ids = {VenueOrderId(str(trade.order_id)) for trade in trades}
        names = await client_order_ids(door, stage.symbol, order_ids, page_max)

        assert [str(trade.id) for trade in trades] == streamed
        assert set(names) >= order_ids
        assert len({names[order_id] for order_id in order_ids}) == 40

    on_stage("binance", play)
