"""Bracket, OCO and OTO orders at the emulated Alpaca: what is held, what ends what, and how they are shown."""

from __future__ import annotations

from typing import Any

import pytest
from tests.emulators.alpaca_house import House, in_house
from tests.emulators.small_markets import equity_bars, flat_bars, session

BRACKET = {"order_class": "bracket", "take_profit": {"limit_price": "105"}, "stop_loss": {"stop_price": "95"}}
CALM = ("100", "100", "100", "100", 4_000)
RISING = ("100", "106", "100", "106", 4_000)
FALLING = ("100", "100", "94", "94", 4_000)
THIN_RISE = ("100", "106", "100", "106", 400)  # of each print ten shares can be ours


async def legs_of(house: House, order_id: str) -> dict[str, dict[str, Any]]:
    parent = await house.get(f"/v2/orders/{order_id}", nested="true")
    return {leg["type"]: leg for leg in parent["legs"]}


def test_the_legs_of_a_bracket_are_held_until_the_entry_is_completely_filled() -> None:
    async def scene(house: House) -> None:
        updates = await house.trade_updates()
        await house.until(2)
        parent = (await house.order(qty=150, **BRACKET)).json()
        assert (parent["order_class"], parent["status"]) == ("bracket", "pending_new")
        assert [(leg["side"], leg["type"], leg["status"], leg["qty"]) for leg in parent["legs"]] == [
            ("sell", "limit", "held", "150"),
            ("sell", "stop", "held", "150"),
        ]
        await house.until(21)
        assert (await house.get(f"/v2/orders/{parent['id']}"))["status"] == "partially_filled"
        assert {leg["status"] for leg in (await legs_of(house, parent["id"])).values()} == {"held"}
        await house.until(41)
        legs = await legs_of(house, parent["id"])
        assert (legs["limit"]["status"], legs["stop"]["status"]) == ("new", "held")
        told = [(event["event"], event["order"]["type"]) for event in await updates.events(4)]
        assert told == [("new", "market"), ("partial_fill", "market"), ("fill", "market"), ("new", "limit")]
        assert (await house.get("/v2/positions/SPY"))["qty_available"] == "0"

    in_house(scene)


@pytest.mark.parametrize(
    ("second", "filled", "canceled", "price"), [(RISING, "limit", "stop", "105"), (FALLING, "stop", "limit", "95")]
)
def test_one_exit_that_fills_cancels_the_other(second: Any, filled: str, canceled: str, price: str) -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        parent = (await house.order(**BRACKET)).json()
        await house.until(62)
        updates = await house.trade_updates()
        await house.until(121)
        legs = await legs_of(house, parent["id"])
        assert (legs[filled]["status"], legs[filled]["filled_avg_price"]) == ("filled", price)
        assert legs[canceled]["status"] == "canceled"
        events = [event["event"] for event in await updates.events(2 if filled == "limit" else 3)]
        assert events == (["fill", "canceled"] if filled == "limit" else ["new", "fill", "canceled"])
        assert await house.get("/v2/positions") == []

    in_house(scene, equity_bars("SPY", [CALM, second, CALM]), [session("2019-02-11", 3)])


def test_what_one_exit_trades_the_other_has_less_of() -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        parent = (await house.order(qty=30, **BRACKET)).json()
        await house.until(119)
        legs = await legs_of(house, parent["id"])
        assert (legs["limit"]["status"], legs["limit"]["filled_qty"]) == ("partially_filled", "20")
        assert (legs["stop"]["status"], legs["stop"]["qty"]) == ("held", "10")
        await house.until(181)
        legs = await legs_of(house, parent["id"])
        assert (legs["limit"]["status"], legs["stop"]["status"], legs["stop"]["filled_qty"]) == (
            "canceled",
            "filled",
            "10",
        )
        assert await house.get("/v2/positions") == []

    rows = [CALM, THIN_RISE, ("94", "94", "94", "94", 4_000)]
    in_house(scene, equity_bars("SPY", rows), [session("2019-02-11", 3)])


def test_taking_back_any_of_a_family_takes_back_the_rest() -> None:
    async def scene(house: House) -> None:
        for wanted in (0, 1, 2):
            parent = (await house.order(type="limit", limit_price=99, **BRACKET)).json()
            family = [parent["id"], *(leg["id"] for leg in parent["legs"])]
            assert (await house.client.delete(f"/v2/orders/{family[wanted]}")).status_code == 204
            assert {(await house.get(f"/v2/orders/{each}"))["status"] for each in family} == {"canceled"}
        assert await house.get("/v2/orders") == []

    in_house(scene)


def test_a_family_for_the_day_expires_together() -> None:
    async def scene(house: House) -> None:
        await house.order(type="limit", limit_price=99, **BRACKET)
        await house.until(600)
        assert [order["status"] for order in await house.get("/v2/orders", status="closed")] == ["expired"] * 3

    in_house(scene)


def test_legs_are_rolled_up_where_that_is_asked_for() -> None:
    async def scene(house: House) -> None:
        parent = (await house.order(type="limit", limit_price=99, **BRACKET)).json()
        flat = await house.get("/v2/orders")
        assert ([order["legs"] for order in flat], len(flat)) == ([None] * 3, 3)
        (nested,) = await house.get("/v2/orders", nested="True")
        assert (nested["id"], len(nested["legs"])) == (parent["id"], 2)
        assert (await house.get(f"/v2/orders/{parent['id']}"))["legs"] is None

    in_house(scene)


def test_an_oco_is_a_take_profit_with_a_stop_loss_in_its_legs() -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        await house.order(qty=10)
        await house.until(21)
        exits = {"take_profit": {"limit_price": 105}, "stop_loss": {"stop_price": 95, "limit_price": 94.5}}
        placed = (await house.order(side="sell", type="limit", order_class="oco", **exits)).json()
        assert (placed["type"], placed["limit_price"], placed["order_class"]) == ("limit", "105", "oco")
        (leg,) = placed["legs"]
        assert (leg["type"], leg["stop_price"], leg["limit_price"], leg["status"]) == (
            "stop_limit",
            "95",
            "94.5",
            "held",
        )
        refused = (await house.order(side="sell", qty=1)).json()
        assert "available: 0" in refused["message"]
        await house.until(121)
        assert (await house.get(f"/v2/orders/{placed['id']}"))["status"] == "filled"
        assert (await house.get(f"/v2/orders/{leg['id']}"))["status"] == "canceled"

    in_house(scene, equity_bars("SPY", [CALM, RISING, CALM]), [session("2019-02-11", 3)])


def test_an_oto_has_one_leg_that_is_new_once_the_entry_has_filled() -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        parent = (await house.order(order_class="oto", stop_loss={"stop_price": "95"})).json()
        assert [leg["status"] for leg in parent["legs"]] == ["held"]
        await house.until(21)
        assert (await legs_of(house, parent["id"]))["stop"]["status"] == "new"
        await house.until(121)
        assert (await legs_of(house, parent["id"]))["stop"]["filled_avg_price"] == "95"

    in_house(scene, equity_bars("SPY", [CALM, FALLING, CALM]), [session("2019-02-11", 3)])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (BRACKET | {"take_profit": {"limit_price": "100.01"}}, "take_profit.limit_price must be >= base_price + 0.01"),
        (BRACKET | {"stop_loss": {"stop_price": "100.01"}}, "stop_loss.stop_price must be <= base_price - 0.01"),
        (BRACKET | {"take_profit": None}, "bracket orders require take_profit.limit_price"),
        (BRACKET | {"stop_loss": None}, "bracket orders require stop_loss.stop_price"),
        (BRACKET | {"stop_loss": {"limit_price": "95"}}, "stop_loss.stop_price is required"),
        (BRACKET | {"stop_loss": {"stop": "95"}}, "stop_loss.stop is not known"),
        (BRACKET | {"type": "stop", "stop_price": "101"}, "bracket orders must be market or limit orders"),
        (BRACKET | {"time_in_force": "ioc"}, "bracket orders must be DAY or GTC orders"),
        (BRACKET | {"qty": "1.5"}, "fractional orders must be simple orders"),
        (BRACKET | {"order_class": "oto"}, "oto orders require either"),
        (BRACKET | {"order_class": "oco", "type": "limit"}, "oco orders must be exit orders"),
        (BRACKET | {"order_class": "simple"}, "simple orders have no take_profit"),
    ],
)
def test_exits_that_cannot_be_meant_are_refused(fields: dict[str, Any], words: str) -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        answer = await house.order(**fields)
        assert (answer.status_code, words in answer.json()["message"]) == (422, True), answer.text
        if "base_price" in words:
            assert answer.json()["base_price"] == "100.01"

    in_house(scene, flat_bars("SPY", 2))


def test_a_bracket_only_enters_and_a_pair_only_leaves() -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        await house.order(side="sell")
        await house.until(21)
        assert (await house.order(**BRACKET)).json()["message"] == "bracket orders must be entry orders"
        pair = {"order_class": "oco", "type": "limit", "take_profit": {"limit_price": "95"}}
        wrong = await house.order(**pair, stop_loss={"stop_price": "94"})
        assert wrong.json()["message"] == "take_profit.limit_price must be < stop_loss.stop_price"
        right = await house.order(**pair, stop_loss={"stop_price": "105"})
        assert (right.status_code, right.json()["side"]) == (200, "buy")

    in_house(scene)


def test_an_order_that_was_taken_can_still_be_rejected_by_the_market_and_its_family_with_it() -> None:
    async def scene(house: House) -> None:
        parent = (await house.order(type="limit", limit_price=99, **BRACKET)).json()
        updates = await house.trade_updates()
        desk = house.venue.desk
        desk.reject(desk.register.by_id("paper", parent["id"]))
        await desk.news.durable()
        assert [event["event"] for event in await updates.events(3)] == ["rejected", "canceled", "canceled"]
        ended = await house.get(f"/v2/orders/{parent['id']}")
        assert (ended["status"], ended["failed_at"] is not None) == ("rejected", True)

    in_house(scene)
