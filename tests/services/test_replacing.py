"""Replacing an order: never two at once, and nothing new where the old one's end is not known."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.services.test_execution_doors import MARKET_BUY, open_doors
from tests.services.trading_desk import SHARE, on_a_morning

from seatrial.domain.facts import CancelRequest, OrderRequest
from seatrial.domain.orders import OrderStatus
from seatrial.runs.virtual_time import VirtualLoop

RESTING = {**MARKET_BUY, "type": "limit", "price": "99", "quantity": "10"}


def test_what_is_left_of_an_order_is_placed_anew_when_the_venue_has_taken_it_back(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_doors(loop, tmp_path) as (client, desk):
            old = (await client.post("/orders", json=RESTING)).json()["order_id"]
            await asyncio.sleep(1)
            desk.venue.fill(old, 4 * SHARE, 990_000)
            await asyncio.sleep(1)

            replaced = await client.patch(f"/orders/{old}", json={"price": "98.50", "quantity": "12"})

            new = replaced.json()
            assert (replaced.status_code, new["replaces"], new["quantity"], new["price"]) == (202, old, "8", "98.5")
            assert desk.venue.orders[old].status is OrderStatus.CANCELED
            await asyncio.sleep(1)
            assert desk.venue.submitted == [old, new["order_id"]]

    on_a_morning(main)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"price": "0"}, "price"),
        ({"stop_price": "90"}, "stop_price"),
        ({"quantity": "0.5"}, "quantity"),
        ({"price": "98.505"}, "price"),
        ({"side": "sell"}, "side"),
        ({"client_order_id": "a b"}, "client_order_id"),
    ],
)
def test_a_wrong_change_is_refused_before_anything_is_cancelled(
    tmp_path: Path, change: dict[str, Any], field: str
) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_doors(loop, tmp_path) as (client, desk):
            old = (await client.post("/orders", json=RESTING)).json()["order_id"]
            await asyncio.sleep(1)
            refused = await client.patch(f"/orders/{old}", json=change)
            assert (refused.status_code, refused.json()["field"]) == (422, field)
            assert desk.facts(CancelRequest) == []

    on_a_morning(main)


def test_a_fill_that_wins_the_race_ends_the_replacement(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_doors(loop, tmp_path) as (client, desk):
            old = (await client.post("/orders", json=RESTING)).json()["order_id"]
            await asyncio.sleep(1)
            desk.venue.fill(old, 10 * SHARE, 990_000)
            over = await client.patch(f"/orders/{old}", json={"price": "98"})
            assert (over.status_code, over.json()["error"]) == (409, "order_is_over")
            assert len(desk.facts(OrderRequest)) == 1

    on_a_morning(main)


def test_nothing_new_is_sent_while_the_end_of_the_old_one_is_unknown(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_doors(loop, tmp_path) as (client, desk):
            old = (await client.post("/orders", json=RESTING)).json()["order_id"]
            await asyncio.sleep(1)
            desk.venue.mute = True
            desk.venue.down = True
            held = await client.patch(f"/orders/{old}", json={"price": "98"})
            assert (held.status_code, held.json()["error"]) == (503, "replace_unfinished")
            assert len(desk.facts(OrderRequest)) == 1

    on_a_morning(main)
