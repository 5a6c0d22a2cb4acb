"""Parked orders on the order path: no venue knows of them, and a crash does not forget them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.services.scripted_venue import PAPER, ScriptedVenue
from tests.services.trading_desk import SHARE, Desk, on_a_morning, open_desk

from seatrial.core.views import OrderView
from seatrial.domain.facts import OrderRequest
from seatrial.domain.ids import ClientOrderId, StrategyId, Symbol
from seatrial.domain.orders import OrderClass, OrderType, Side, TimeInForce
from seatrial.runs.virtual_time import VirtualLoop

ENTRY = ClientOrderId("ENTRY")


async def bracket(desk: Desk) -> None:
    """Ten shares at a hundred, out at 105 or at 95."""
    request = OrderRequest(
        at_ns=desk.loop.now_ns(),
        account=PAPER,
        strategy=StrategyId("hand"),
        symbol=Symbol("AAPL"),
        side=Side.BUY,
        type=OrderType.MARKET,
        time_in_force=TimeInForce.DAY,
        qty_units=10 * SHARE,
        client_order_id=ENTRY,
        order_class=OrderClass.BRACKET,
        take_profit_units=1_050_000,
        stop_loss_units=950_000,
    )
    await desk.service.submit([request])
    await asyncio.sleep(1)
    desk.venue.fill(ENTRY, 10 * SHARE, 1_000_000)
    await asyncio.sleep(1)


def parked(desk: Desk) -> list[OrderView]:
    return [order for order in desk.service.machine.registry.working() if order.parked]


def test_a_bracket_survives_a_crash_and_its_stop_triggers_after_it(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        venue = ScriptedVenue(loop.now_ns)
        async with open_desk(loop, tmp_path, venue) as desk:
            await bracket(desk)
            assert (desk.held(), len(parked(desk)), len(venue.submitted)) == (10, 2, 2)
        async with open_desk(loop, tmp_path, venue, "second") as desk:
            await asyncio.sleep(60)
            assert (len(parked(desk)), len(venue.submitted), desk.service.settled) == (2, 2, True)
            desk.price(950_000)
            await asyncio.sleep(2)
            selling = venue.submitted[-1]
            venue.fill(selling, 10 * SHARE, 950_000)
            await asyncio.sleep(1)
            assert (len(venue.submitted), desk.held(), parked(desk)) == (3, 0, [])

    on_a_morning(main)


def test_kill_asks_the_venue_for_the_take_profit_alone_and_ends_what_is_parked(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_desk(loop, tmp_path) as desk:
            await bracket(desk)
            await desk.service.kill("ops", "test")
            await asyncio.sleep(1)
            assert parked(desk) == []
            assert desk.status(desk.venue.submitted[1]) == "CANCELED"

    on_a_morning(main)
