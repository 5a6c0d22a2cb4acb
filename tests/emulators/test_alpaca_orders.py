"""Orders at the emulated Alpaca: accepted, filled, taken back, expired, and refused for good reasons."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.emulators.alpaca_house import SECOND, House, in_house
from tests.emulators.small_markets import OPEN_NS, equity_bars, flat_bars, session

from seatrial.domain.time import DAY_NS


def test_a_market_order_is_answered_pending_then_new_then_filled_at_the_next_print() -> None:
    async def scene(house: House) -> None:
        updates = await house.trade_updates()
        await house.until(2)
        answer = (await house.order(client_order_id="first")).json()
        assert (answer["status"], answer["filled_qty"], answer["filled_avg_price"]) == ("pending_new", "0", None)

        new, fill = await updates.events(2)

        assert (new["event"], new["order"]["status"]) == ("new", "new")
        assert (fill["event"], fill["price"], fill["qty"], fill["position_qty"]) == ("fill", "100", "10", "10")
        assert fill["timestamp"] == "2019-02-11T14:30:20Z"
        assert (fill["order"]["status"], fill["order"]["filled_avg_price"]) == ("filled", "100")

    in_house(scene)


def test_what_finds_no_volume_fills_partially_and_waits_for_the_next_print() -> None:
    async def scene(house: House) -> None:
        updates = await house.trade_updates()
        await house.until(2)
        await house.order(qty=150)

        _, partial, fill = await updates.events(3)

        assert (partial["event"], partial["qty"], partial["order"]["filled_qty"]) == ("partial_fill", "100", "100")
        assert (fill["event"], fill["qty"], fill["timestamp"]) == ("fill", "50", "2019-02-11T14:30:40Z")
        activities = await house.get("/v2/account/activities", activity_types="FILL")
        assert [(row["type"], row["qty"], row["leaves_qty"], row["cum_qty"]) for row in activities] == [
            ("fill", "50", "0", "150"),
            ("partial_fill", "100", "50", "100"),
        ]

    in_house(scene)


def test_cash_and_position_move_by_exactly_the_traded_value() -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        await house.order(qty=3)
        await house.until(21)
        account = await house.get("/v2/account")
        assert (account["cash"], account["equity"], account["long_market_value"]) == (
            "99666.3337",
            "100000",
            "333.6663",
        )
        position = await house.get("/v2/positions/SPY")
        assert (position["qty"], position["avg_entry_price"], position["side"]) == ("3", "111.2221", "long")

    in_house(scene, flat_bars("SPY", 10, price="111.2221"))


def test_a_limit_order_rests_until_the_price_trades_through_it() -> None:
    async def scene(house: House) -> None:
        resting = (await house.order(type="limit", limit_price=99.5)).json()
        await house.until(59.5)
        assert (await house.get(f"/v2/orders/{resting['id']}"))["status"] == "new"
        await house.until(101)
        filled = await house.get("/v2/orders:by_client_order_id", client_order_id=resting["client_order_id"])
        assert (filled["status"], filled["filled_avg_price"]) == ("filled", "99.5")

    rows = [("100", "100", "99.5", "100", 4_000), ("100", "100", "99.49", "100", 4_000)]
    in_house(scene, equity_bars("SPY", rows))


def test_a_stop_order_triggers_at_a_touch() -> None:
    async def scene(house: House) -> None:
        stop = (await house.order(type="stop", stop_price="101")).json()
        await house.until(120)
        assert (await house.get(f"/v2/orders/{stop['id']}"))["filled_avg_price"] == "101"

    rows = [("100", "100.99", "100", "100", 4_000), ("100", "101", "100", "100", 4_000)]
    in_house(scene, equity_bars("SPY", rows))


def test_a_canceled_order_says_so_once_and_cannot_be_canceled_again() -> None:
    async def scene(house: House) -> None:
        updates = await house.trade_updates()
        order = (await house.order(type="limit", limit_price=90)).json()
        assert (await house.client.delete(f"/v2/orders/{order['id']}")).status_code == 204
        again = await house.client.delete(f"/v2/orders/{order['id']}")
        assert (again.status_code, again.json()["message"]) == (422, 'order is already in "canceled" state')
        assert [event["event"] for event in await updates.events(2)] == ["new", "canceled"]
        assert (await house.client.delete("/v2/orders/none")).status_code == 404

    in_house(scene)


def test_every_working_order_can_be_canceled_at_once() -> None:
    async def scene(house: House) -> None:
        for price in (90, 91):
            await house.order(type="limit", limit_price=price)
        answer = await house.client.delete("/v2/orders")
        assert answer.status_code == 207
        assert [(row["status"], row["body"]["status"]) for row in answer.json()] == [(200, "canceled")] * 2

    in_house(scene)


def test_day_orders_expire_at_the_close_and_gtc_orders_do_not() -> None:
    async def scene(house: House) -> None:
        day = (await house.order(type="limit", limit_price=90)).json()
        gtc = (await house.order(type="limit", limit_price=90, time_in_force="gtc")).json()
        assert day["expires_at"] == "2019-02-11T14:40:00Z"
        await house.until(600)
        assert (await house.get(f"/v2/orders/{day['id']}"))["expired_at"] == "2019-02-11T14:40:00Z"
        assert [order["id"] for order in await house.get("/v2/orders")] == [gtc["id"]]

    in_house(scene)


def test_an_order_outside_the_session_is_accepted_and_works_from_the_next_ones_first_print() -> None:
    async def scene(house: House) -> None:
        updates = await house.trade_updates()
        await house.until(700)
        assert (await house.order()).json()["status"] == "accepted"
        events = await updates.events(3)
        assert [event["event"] for event in events] == ["accepted", "new", "fill"]
        assert events[2]["timestamp"] == "2019-02-12T14:30:01Z"

    bars = flat_bars("SPY", 10) + flat_bars("SPY", 10, start_ns=OPEN_NS + DAY_NS)
    in_house(scene, bars, [session("2019-02-11", 10), session("2019-02-12", 10, start_ns=OPEN_NS + DAY_NS)])


def test_a_client_order_id_is_used_once() -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        await house.order(client_order_id="same")
        again = await house.order(client_order_id="same")
        assert (again.status_code, again.json()) == (
            422,
            {"code": 40010001, "message": "client_order_id must be unique"},
        )

    in_house(scene)


def test_buying_power_is_twice_the_equity_and_working_orders_reserve_it() -> None:
    async def scene(house: House) -> None:
        await house.order(type="limit", limit_price=100, qty=1_500)
        assert (await house.get("/v2/account"))["buying_power"] == "50000"
        refused = await house.order(type="limit", limit_price="100", qty=501)
        assert (refused.status_code, refused.json()) == (
            403,
            {
                "code": 40310000,
                "message": "insufficient buying power",
                "buying_power": "50000",
                "cost_basis": "50100",
            },
        )
        assert (await house.order(type="limit", limit_price=100, qty=500)).status_code == 200

    in_house(scene)


def test_no_more_can_be_sold_than_is_held_and_not_bound_by_other_orders() -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        await house.order(qty=10)
        await house.until(21)
        first = (await house.order(side="sell", type="limit", limit_price=200, qty=4)).json()
        refused = (await house.order(side="sell", qty=7)).json()
        assert refused == {
            "code": 40310000,
            "message": "insufficient qty available for order (requested: 7, available: 6)",
            "available": "6",
            "existing_qty": "10",
            "held_for_orders": "4",
            "related_orders": [first["id"]],
            "symbol": "SPY",
        }
        assert (await house.get("/v2/positions/SPY"))["qty_available"] == "6"

    in_house(scene)


def test_a_short_sale_brings_cash_and_a_negative_position() -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        await house.order(side="sell", qty=10)
        await house.until(21)
        account = await house.get("/v2/account")
        assert (account["cash"], account["short_market_value"], account["equity"]) == ("101000", "-1000", "100000")
        position = await house.get("/v2/positions/SPY")
        assert (position["qty"], position["side"], position["avg_entry_price"]) == ("-10", "short", "100")
        await house.client.patch("/v2/account/configurations", json={"no_shorting": True})
        assert (await house.order(side="buy", qty=10)).json()["position_intent"] == "buy_to_close"
        await house.until(60)
        assert (await house.order(side="sell")).json()["message"] == 'asset "SPY" cannot be sold short'

    in_house(scene)


def test_a_position_can_be_closed_wholly_or_in_part() -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        await house.order(qty=10)
        await house.until(21)
        half = await house.client.delete("/v2/positions/SPY", params={"percentage": "50"})
        assert (half.json()["side"], half.json()["qty"]) == ("sell", "5")
        await house.until(41)
        rest = (await house.client.delete("/v2/positions", params={"cancel_orders": "True"})).json()
        assert [(row["symbol"], row["status"], row["body"]["qty"]) for row in rest] == [("SPY", 200, "5")]
        await house.until(60)
        assert await house.get("/v2/positions") == []
        assert (await house.client.delete("/v2/positions/SPY")).json()["message"] == "position does not exist"
        assert (await house.get("/v2/account"))["cash"] == "100000"

    in_house(scene)


@pytest.mark.parametrize(
    ("fields", "status", "code", "words"),
    [
        ({"symbol": None}, 422, 40010001, "symbol is required"),
        ({"symbol": "NOPE"}, 422, 40010001, 'asset "NOPE" not found'),
        ({"symbol": 7}, 422, 40010001, "symbol must be a text"),
        ({"qty": None}, 422, 40010001, "qty or notional is required"),
        ({"qty": "0"}, 422, 40010001, "qty must be > 0"),
        ({"qty": "ten"}, 422, 40010001, "qty must be a number"),
        ({"qty": "1e400000"}, 422, 40010001, "qty must be a number"),
        ({"qty": 1e30}, 422, 40010001, "qty is too large"),
        ({"qty": [1]}, 422, 40010001, "qty must be a number"),
        ({"qty": True}, 422, 40010001, "qty must be a number"),
        ({"qty": 0.0000000001}, 422, 42210000, "multiple of 0.000000001"),
        ({"notional": 100}, 422, 40010001, "only one of qty or notional"),
        ({"qty": None, "notional": "0.99"}, 422, 42210000, "notional amount must be >= 1.00"),
        ({"qty": None, "notional": "10.001"}, 422, 42210000, "limited to 2 decimal places"),
        ({"qty": 0.5, "time_in_force": "gtc"}, 422, 42210000, "fractional orders must be DAY orders"),
        ({"qty": 0.5, "side": "sell"}, 422, 42210000, "fractional orders cannot be sold short"),
        ({"qty": 0.5, "type": "trailing_stop", "trail_price": 1}, 422, 42210000, "fractional orders must be market"),
        ({"position_intent": "buy_to_close"}, 422, 42210000, "position intent mismatch, inferred: buy_to_open"),
        ({"side": "hold"}, 422, 40010001, "accepted are buy, sell"),
        ({"type": "stop_limit", "stop_price": 99}, 422, 40010001, "stop_limit orders require limit price"),
        ({"type": "peg"}, 422, 40010001, "accepted are market, limit, stop, stop_limit, trailing_stop"),
        ({"time_in_force": "gtd"}, 422, 40010001, "accepted are day, gtc, ioc, fok, opg, cls"),
        ({"type": "stop", "stop_price": 99, "time_in_force": "opg"}, 422, 42210000, "accepted are day, gtc"),
        ({"type": "trailing_stop"}, 422, 40010001, "either trail price or trail percent"),
        ({"type": "trailing_stop", "trail_price": 1, "trail_percent": 1}, 422, 40010001, "either trail price or"),
        ({"type": "trailing_stop", "trail_percent": 100}, 422, 40010001, "must be > 0 and < 100"),
        ({"trail_percent": 1}, 422, 40010001, "market orders require no trail percent"),
        ({"order_class": "swing"}, 422, 40010001, "accepted are simple, bracket, oco, oto"),
        ({"extended_hours": True}, 422, 42210000, "extended hours order must be DAY limit orders"),
        ({"type": "limit"}, 422, 40010001, "limit orders require limit price"),
        ({"limit_price": 100}, 422, 40010001, "market orders require no limit price"),
        ({"type": "limit", "limit_price": 290.123}, 422, 42210000, "invalid limit_price 290.123. sub-penny"),
        ({"type": "stop", "stop_price": -1}, 422, 40010001, "stop price must be > 0"),
        ({"client_order_id": "x" * 129}, 422, 40010001, "1 to 128 characters"),
    ],
)
def test_a_wrong_order_is_refused_by_name(fields: dict[str, object], status: int, code: int, words: str) -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        answer = await house.order(**fields)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert words in answer.json()["message"]
        assert await house.get("/v2/orders", status="all") == []

    in_house(scene)


def test_a_body_that_is_not_json_is_refused() -> None:
    async def scene(house: House) -> None:
        for body in (b"", b"{", b"[1]", b'{"qty": NaN}', b"\xff", b"[" * 60_000):
            answer = await house.client.post("/v2/orders", content=body)
            assert (answer.status_code, answer.json()["code"]) == (400, 40010000)

    in_house(scene)


def test_accounts_see_only_their_own() -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        order = (await house.order()).json()
        async with house.client_of(SECOND) as other:
            assert (await other.get(f"/v2/orders/{order['id']}")).status_code == 404
            assert (await other.get("/v2/orders", params={"status": "all"})).json() == []
            assert (await other.get("/v2/account")).json()["id"] != (await house.get("/v2/account"))["id"]

    in_house(scene)


def test_orders_are_listed_by_status_side_symbol_and_time_newest_first() -> None:
    async def scene(house: House) -> None:
        buy = (await house.order(type="limit", limit_price=90)).json()
        await house.until(1)
        await house.order(side="sell", type="limit", limit_price=200, client_order_id="sell")
        assert [order["side"] for order in await house.get("/v2/orders")] == ["sell", "buy"]
        assert [order["side"] for order in await house.get("/v2/orders", direction="asc", limit="1")] == ["buy"]
        assert [order["id"] for order in await house.get("/v2/orders", side="buy")] == [buy["id"]]
        assert len(await house.get("/v2/orders", after=buy["submitted_at"])) == 1
        assert await house.get("/v2/orders", symbols="QQQ") == []
        wrong = await house.client.get("/v2/orders", params={"limit": "501"})
        assert (wrong.status_code, "from 1 to 500" in wrong.json()["message"]) == (422, True)

    in_house(scene)


def test_no_cent_appears_or_vanishes_over_many_trades() -> None:
    async def scene(house: House) -> None:
        for index in range(60):
            await house.until(20 * index + 2)
            await house.order(side="sell" if index % 3 == 2 else "buy", qty=str(1 + index % 7))
        fills = await house.get("/v2/account/activities", page_size="100")
        signed = {"buy": -1, "sell": 1}
        moved = sum(signed[row["side"]] * Decimal(row["price"]) * Decimal(row["qty"]) for row in fills)
        assert Decimal((await house.get("/v2/account"))["cash"]) == 100_000 + moved

    rows = [(f"{100 + i}.0001", f"{101 + i}.5", f"{99 + i}.0003", f"{100 + i}.25", 4_000) for i in range(25)]
    in_house(scene, equity_bars("SPY", rows), [session("2019-02-11", 25)])
