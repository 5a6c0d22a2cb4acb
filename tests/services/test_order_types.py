"""Every order type, time in force and leg at execution's doors: asked for, told, and refused by the field's name."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.services.test_execution_doors import MARKET_BUY, open_doors
from tests.services.trading_desk import SHARE, on_a_morning

from seatrial.domain.facts import OrderRequest
from seatrial.domain.ids import AccountId, ClientOrderId, StrategyId, Symbol
from seatrial.domain.orders import OrderClass, OrderType, Side, TimeInForce
from seatrial.domain.time import parse_rfc3339
from seatrial.runs.virtual_time import VirtualLoop
from seatrial.services.api.order_asking import order_request
from seatrial.services.api.order_body import OrderBody
from seatrial.services.target_body import target_body
from seatrial.services.topics import Decision

LATER = "2030-01-02T15:00:00Z"
LEGS = {"take_profit": {"limit_price": "102"}, "stop_loss": {"stop_price": "98", "limit_price": "97.5"}}


def test_every_field_of_an_order_reaches_the_machine_and_is_told_again(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_doors(loop, tmp_path) as (client, desk):
            bodies: list[dict[str, Any]] = [
                {**MARKET_BUY, "type": "stop_limit", "stop_price": "101", "price": "101.5", "time_in_force": "gtc"},
                {**MARKET_BUY, "type": "limit", "price": "99", "time_in_force": "gtd", "expires_at": LATER},
                {**MARKET_BUY, "type": "limit", "price": "99", "extended_hours": True},
                {**MARKET_BUY, "type": "trailing_stop", "trail_percent": "1.5"},
                {**MARKET_BUY, "type": "trailing_stop", "trail_price": 2},
                {**MARKET_BUY, "order_class": "bracket", **LEGS},
                {**MARKET_BUY, "quantity": None, "notional": "2000"},
                {**MARKET_BUY, "time_in_force": "cls"},
            ]
            told = [await client.post("/orders", json=body) for body in bodies]

            assert [answer.status_code for answer in told] == [202] * len(bodies), [answer.text for answer in told]
            stop_limit, until, night, percent, amount, bracket, cash, close = (answer.json() for answer in told)
            assert (stop_limit["type"], stop_limit["price"], stop_limit["stop_price"]) == ("stop_limit", "101.5", "101")
            assert (until["time_in_force"], until["expires_at"][:10]) == ("gtd", LATER[:10])
            assert night["extended_hours"] is True
            assert (percent["parked"], percent["trail_percent"], percent["trail_price"]) == (True, "1.5", None)
            assert (amount["parked"], amount["trail_price"]) == (True, "2")
            assert (cash["quantity"], close["time_in_force"]) == ("20", "cls")

            asked = desk.facts(OrderRequest)
            assert asked[0].type is OrderType.STOP_LIMIT
            assert asked[1].expires_at_ns == parse_rfc3339(LATER)
            assert (asked[3].trail_ppm, asked[4].trail_units) == (15_000, 20_000)
            assert asked[5].order_class is OrderClass.BRACKET
            assert (asked[5].take_profit_units, asked[5].stop_loss_units, asked[5].stop_loss_limit_units) == (
                1_020_000,
                980_000,
                975_000,
            )
            assert asked[7].time_in_force is TimeInForce.CLS
            listed = (await client.get("/orders")).json()["orders"]
            assert sum(order["parent"] == bracket["order_id"] for order in listed) == 2

    on_a_morning(main)


def test_what_a_strategy_decides_crosses_the_wire_whole(tmp_path: Path) -> None:
    """The orchestrator writes a decision as a body, and the door reads it: nothing of an order is lost between."""
    plain = OrderRequest(
        at_ns=1,
        account=AccountId("equity"),
        strategy=StrategyId("s"),
        symbol=Symbol("AAPL"),
        side=Side.BUY,
        type=OrderType.LIMIT,
        time_in_force=TimeInForce.DAY,
        qty_units=10 * SHARE,
        limit_units=990_000,
        client_order_id=ClientOrderId("one"),
        batch_ns=1,
    )
    orders = [
        plain,
        replace(plain, post_only=True, reduce_only=True, extended_hours=True),
        replace(plain, time_in_force=TimeInForce.GTD, expires_at_ns=parse_rfc3339(LATER)),
        replace(plain, type=OrderType.STOP_LIMIT, stop_units=1_000_000),
        replace(plain, type=OrderType.TRAILING_STOP, limit_units=0, trail_ppm=12_500),
        replace(plain, type=OrderType.TRAILING_STOP, limit_units=0, trail_units=20_000),
        replace(plain, qty_units=0, notional_units=100_050_000_000),
        replace(plain, order_class=OrderClass.BRACKET, take_profit_units=1_100_000, stop_loss_units=900_000),
        replace(plain, order_class=OrderClass.OTO, stop_loss_units=900_000, stop_loss_limit_units=890_000),
    ]

    async def main(loop: VirtualLoop) -> None:
        async with open_doors(loop, tmp_path) as (_, desk):
            (owner, instrument) = desk.service.listed("AAPL")[0]
            for plain_order in orders:
                order = replace(plain_order, account=owner)
                decision = Decision(StrategyId("s"), owner, 1, (order,))
                (said,) = target_body(decision, {order.symbol: instrument})["orders"]  # type: ignore[misc]
                body = msgspec.json.decode(msgspec.json.encode(said), type=OrderBody)
                assert order_request(desk.service, body, account=owner, strategy=StrategyId("s"), at_ns=1) == order

    on_a_morning(main)


def test_the_same_id_and_body_meet_the_same_order_whatever_the_machine_made_of_it(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_doors(loop, tmp_path) as (client, desk):
            body = {**MARKET_BUY, "quantity": None, "notional": "2000", "client_order_id": "cash-1"}
            first, again = [await client.post("/orders", json=body) for _ in range(2)]
            other = await client.post("/orders", json={**body, "side": "sell"})

            assert (first.status_code, again.status_code, other.status_code) == (202, 202, 409)
            assert first.json()["order_id"] == again.json()["order_id"]
            assert len(desk.facts(OrderRequest)) == 1

    on_a_morning(main)


def test_what_is_parked_is_taken_back_without_a_word_to_the_venue(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_doors(loop, tmp_path) as (client, desk):
            body = {**MARKET_BUY, "type": "trailing_stop", "trail_percent": 2}
            parked = (await client.post("/orders", json=body)).json()
            assert (await client.delete(f"/orders/{parked['order_id']}")).status_code == 202
            await asyncio.sleep(1)
            assert (await client.get(f"/orders/{parked['order_id']}")).json()["status"] == "canceled"
            assert desk.venue.submitted == []

    on_a_morning(main)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": "stop_limit", "stop_price": "101"}, "price"),
        ({"type": "stop_limit", "price": "101"}, "stop_price"),
        ({"price": "99"}, "price"),
        ({"quantity": None}, "quantity"),
        ({"notional": "100"}, "notional"),
        ({"type": "trailing_stop"}, "trail_price"),
        ({"type": "trailing_stop", "trail_price": 1, "trail_percent": 1}, "trail_price"),
        ({"type": "trailing_stop", "trail_percent": 100}, "trail_percent"),
        ({"trail_percent": 1}, "trail_percent"),
        ({"time_in_force": "gtd"}, "expires_at"),
        ({"time_in_force": "gtd", "expires_at": "tomorrow"}, "expires_at"),
        ({"expires_at": LATER}, "expires_at"),
        ({"post_only": True}, "post_only"),
        ({"order_class": "bracket", "take_profit": {"limit_price": 102}}, "order_class"),
        ({"take_profit": {"limit_price": 102}}, "order_class"),
        ({"order_class": "oto", "stop_loss": {}}, "stop_loss.stop_price"),
        ({"order_class": "oto", "take_profit": {"limit_price": "x"}}, "take_profit.limit_price"),
        ({"order_class": "pair"}, "order_class"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_field(tmp_path: Path, change: dict[str, Any], field: str) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_doors(loop, tmp_path) as (client, desk):
            refused = await client.post("/orders", json={**MARKET_BUY, **change})
            assert (refused.status_code, refused.json()["field"]) == (422, field), refused.text
            batch = {"strategy": "s", "decided_at": 1, "orders": [{**MARKET_BUY, **change}]}
            inside = await client.post("/api/v1/targets", json=batch)
            assert (inside.status_code, inside.json()["field"]) == (422, f"orders[0].{field}"), inside.text
            assert desk.facts(OrderRequest) == []

    on_a_morning(main)
