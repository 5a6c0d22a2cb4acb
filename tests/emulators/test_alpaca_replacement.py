"""PATCH at the emulated Alpaca: another order in the place of one, and what cannot be replaced."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.emulators.alpaca_house import House, in_house
from tests.emulators.small_markets import OPEN_NS, equity_bars, flat_bars, session

from seatrial.domain.time import DAY_NS

LIMIT = {"type": "limit", "limit_price": "90"}


async def patch(house: House, order: dict[str, Any], **fields: Any) -> httpx.Response:
    return await house.client.patch(f"/v2/orders/{order['id']}", json=fields)


def test_a_replacement_is_a_new_order_that_names_the_one_it_replaces() -> None:
    async def scene(house: House) -> None:
        updates = await house.trade_updates()
        former = (await house.order(**LIMIT)).json()
        heir = (
            await patch(house, former, qty="20", limit_price=91.5, time_in_force="gtc", client_order_id="mine")
        ).json()
        assert heir["id"] != former["id"]
        assert (heir["replaces"], heir["qty"], heir["limit_price"], heir["time_in_force"], heir["client_order_id"]) == (
            former["id"],
            "20",
            "91.5",
            "gtc",
            "mine",
        )
        gone = await house.get(f"/v2/orders/{former['id']}")
        assert (gone["status"], gone["replaced_by"], gone["replaced_at"] is not None) == ("replaced", heir["id"], True)
        _, replaced, new = await updates.events(3)
        assert (replaced["event"], replaced["order"]["id"], replaced["order"]["replaced_by"]) == (
            "replaced",
            former["id"],
            heir["id"],
        )
        assert (new["event"], new["order"]["id"], new["order"]["replaces"]) == ("new", heir["id"], former["id"])
        assert [order["id"] for order in await house.get("/v2/orders")] == [heir["id"]]

    in_house(scene)


def test_what_has_traded_stays_with_the_former_and_the_heir_asks_for_the_rest() -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        former = (await house.order(type="limit", limit_price=101, qty=150)).json()
        await house.until(21)
        heir = (await patch(house, former, limit_price=102)).json()
        assert (heir["qty"], heir["filled_qty"]) == ("50", "0")
        await house.until(41)
        assert (await house.get("/v2/positions/SPY"))["qty"] == "150"
        assert (await house.get(f"/v2/orders/{former['id']}"))["filled_qty"] == "100"

    in_house(scene)


def test_only_the_difference_has_to_be_paid_for() -> None:
    async def scene(house: House) -> None:
        former = (await house.order(type="limit", limit_price=100, qty=1_500)).json()
        heir = (await patch(house, former, qty=2_000)).json()
        assert (await house.get("/v2/account"))["buying_power"] == "0"
        refused = await patch(house, heir, qty=2_001)
        assert (refused.status_code, refused.json()["message"]) == (403, "insufficient buying power")
        assert (await house.get(f"/v2/orders/{heir['id']}"))["status"] == "new"

    in_house(scene)


def test_the_trail_of_a_trailing_stop_can_be_changed_and_its_mark_stays() -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        await house.order()
        await house.until(21)
        former = (await house.order(side="sell", type="trailing_stop", trail_price="2")).json()
        heir = (await patch(house, former, trail="1.5")).json()
        assert (heir["trail_price"], heir["hwm"]) == ("1.5", "100")
        assert (await house.get(f"/v2/orders/{heir['id']}"))["stop_price"] == "98.5"
        assert (await patch(house, heir, stop_price=99)).json()[
            "message"
        ] == "trailing_stop orders require no stop price"

    in_house(scene)


def test_an_exit_of_a_bracket_can_be_moved_and_its_family_goes_on() -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        exits = {"take_profit": {"limit_price": 105}, "stop_loss": {"stop_price": 95}}
        parent = (await house.order(order_class="bracket", **exits)).json()
        await house.until(21)
        moved = (await patch(house, parent["legs"][1], stop_price=97)).json()
        assert (moved["stop_price"], moved["order_class"]) == ("97", "bracket")
        await house.until(121)
        legs = (await house.get(f"/v2/orders/{parent['id']}", nested="true"))["legs"]
        assert [(leg["type"], leg["status"], leg["filled_avg_price"]) for leg in legs] == [
            ("limit", "canceled", None),
            ("stop", "filled", "97"),
        ]

    rows = [("100", "100", "100", "100", 4_000), ("100", "100", "96", "96", 4_000), ("96", "96", "96", "96", 4_000)]
    in_house(scene, equity_bars("SPY", rows), [session("2019-02-11", 3)])


def test_what_cannot_be_replaced_is_refused_with_the_reason() -> None:
    async def scene(house: House) -> None:
        order = (await house.order(**LIMIT)).json()
        for fields, words in (
            ({}, "at least one of"),
            ({"stop_price": 1}, "limit orders require no stop price"),
            ({"trail": 1}, "limit orders require no trail"),
            ({"qty": 0.5}, "whole number of shares"),
            ({"limit_price": 90.001}, "sub-penny"),
            ({"client_order_id": order["client_order_id"]}, "client_order_id must be unique"),
        ):
            answer = await patch(house, order, **fields)
            assert (answer.status_code, words in answer.json()["message"]) == (422, True), answer.text
        await house.client.delete(f"/v2/orders/{order['id']}")
        assert (await patch(house, order, qty=1)).json()["message"] == 'order is already in "canceled" state'
        await house.until(2)
        notional = (await house.order(qty=None, notional="50", type="limit", limit_price=90)).json()
        assert (await patch(house, notional, limit_price=91)).json()["message"] == "notional orders cannot be replaced"
        await house.until(700)
        waiting = (await house.order(**LIMIT)).json()
        assert (await patch(house, waiting, qty=1)).json()["message"] == "order in accepted status cannot be replaced"

    bars = flat_bars("SPY", 10) + flat_bars("SPY", 10, start_ns=OPEN_NS + DAY_NS)
    in_house(scene, bars, [session("2019-02-11", 10), session("2019-02-12", 10, start_ns=OPEN_NS + DAY_NS)])


@pytest.mark.parametrize(("at", "wins"), [(10.0, False), (19.9, True)])
def test_on_a_slow_way_a_trade_can_overtake_a_cancel_and_a_replacement(at: float, wins: bool) -> None:
    """Requests need half a second; the print that fills the orders comes at 20 seconds."""

    async def scene(house: House) -> None:
        await house.until(2)
        first = (await house.order(type="limit", limit_price=101)).json()
        second = (await house.order(type="limit", limit_price=101)).json()
        await house.until(at)
        updates = await house.trade_updates()
        assert (await house.client.delete(f"/v2/orders/{first['id']}")).status_code == 204
        heir = (await patch(house, second, limit_price=90)).json()
        assert (await house.get(f"/v2/orders/{first['id']}"))["status"] == "pending_cancel"
        again = await house.client.delete(f"/v2/orders/{first['id']}")
        assert again.json()["message"] == 'order is already in "pending_cancel" state'
        await house.until(21)
        events = [event["event"] for event in await updates.events(7 if wins else 5)]
        ends = [(await house.get(f"/v2/orders/{each['id']}"))["status"] for each in (first, second, heir)]
        if wins:
            assert events == [
                "pending_cancel",
                "pending_replace",
                "fill",
                "fill",
                "order_cancel_rejected",
                "rejected",
                "order_replace_rejected",
            ]
            assert ends == ["filled", "filled", "rejected"]
        else:
            assert events == ["pending_cancel", "pending_replace", "canceled", "replaced", "new"]
            assert ends == ["canceled", "replaced", "new"]

    in_house(scene, flat_bars("SPY", 2), route_ms=500)


def test_on_a_slow_way_both_orders_are_open_and_the_larger_is_held_back() -> None:
    async def scene(house: House) -> None:
        former = (await house.order(**LIMIT | {"qty": 100})).json()
        await house.until(2)
        assert (await house.get("/v2/account"))["buying_power"] == "191000"
        await patch(house, former, qty=200)
        assert (await house.get("/v2/account"))["buying_power"] == "182000"
        await house.until(3)
        assert (await house.get("/v2/account"))["buying_power"] == "182000"

    in_house(scene, route_ms=500)
