"""Every order type and time in force at the emulated Alpaca, on its own wire."""

from __future__ import annotations

from typing import Any

import pytest
from tests.emulators.alpaca_house import House, in_house
from tests.emulators.small_markets import equity_bars, session

from seatrial.domain.time import MINUTE_NS
from seatrial.emulators.store import Store

MARKETABLE = {"type": "limit", "limit_price": 111}  # before its first print a market has no price for a market order
CALM = ("100", "100.5", "99.5", "100", 4_000)
FLAT = ("100", "100", "100", "100", 4_000)
UP = ("101", "110", "101", "109", 4_000)
RISING = ("100", "110", "100", "108", 4_000)


def ended(order: dict[str, Any]) -> tuple[str, str, str | None]:
    return order["status"], order["filled_qty"], order["filled_avg_price"]


@pytest.mark.parametrize(
    ("fields", "rows", "expected"),
    [
        ({"type": "stop_limit", "stop_price": 105, "limit_price": 107}, [CALM, RISING], ("filled", "10", "105")),
        ({"type": "stop_limit", "stop_price": 105, "limit_price": 105}, [CALM, RISING], ("expired", "0", None)),
        ({"time_in_force": "ioc", "qty": 150, **MARKETABLE}, [CALM], ("canceled", "100", "100")),
        ({"time_in_force": "fok", "qty": 150, **MARKETABLE}, [CALM], ("canceled", "0", None)),
        ({"time_in_force": "fok", "qty": 100, **MARKETABLE}, [CALM], ("filled", "100", "100")),
        ({"time_in_force": "cls", **MARKETABLE}, [CALM, RISING], ("filled", "10", "108")),
        ({"time_in_force": "cls", "type": "limit", "limit_price": 101}, [CALM, RISING], ("expired", "0", None)),
        ({"time_in_force": "opg", **MARKETABLE}, [CALM], ("filled", "10", "100")),
        ({"time_in_force": "opg", "type": "limit", "limit_price": 99}, [CALM], ("expired", "0", None)),
        ({"type": "limit", "limit_price": 101, "extended_hours": True}, [CALM], ("filled", "10", "100")),
    ],
)
def test_an_order_ends_as_its_type_and_time_in_force_say(
    fields: dict[str, Any], rows: list[Any], expected: tuple[str, str, str | None]
) -> None:
    """It arrives before the first print of the session, whose last print is the close of the last bar."""

    async def scene(house: House) -> None:
        placed = (await house.order(**fields)).json()
        await house.until(60 * len(rows) + 1)
        assert ended(await house.get(f"/v2/orders/{placed['id']}")) == expected

    in_house(scene, equity_bars("SPY", rows), [session("2019-02-11", len(rows))])


@pytest.mark.parametrize("trail", [{"trail_price": "2"}, {"trail_percent": "2"}])
def test_a_trailing_stop_follows_the_market_and_sells_at_the_print_that_reaches_it(trail: dict[str, str]) -> None:
    rows = [
        ("100", "100", "100", "100", 4_000),
        ("101", "110", "101", "109", 4_000),
        ("108", "108", "107", "107", 4_000),
    ]

    async def scene(house: House) -> None:
        await house.until(2)
        await house.order()
        await house.until(30)
        placed = (await house.order(side="sell", type="trailing_stop", **trail)).json()
        assert (placed["hwm"], placed["stop_price"]) == ("100", "98")
        await house.until(119.5)
        followed = await house.get(f"/v2/orders/{placed['id']}")
        assert (followed["status"], followed["hwm"]) == ("new", "110")
        assert followed["stop_price"] == ("108" if "trail_price" in trail else "107.8")
        await house.until(179)
        filled = await house.get(f"/v2/orders/{placed['id']}")
        assert ended(filled) == ("filled", "10", "108" if "trail_price" in trail else "107")

    in_house(scene, equity_bars("SPY", rows), [session("2019-02-11", 3)])


def test_a_trailing_stop_that_waits_can_be_taken_back_and_survives_a_restart() -> None:
    rows = [
        ("100", "100", "100", "100", 4_000),
        ("101", "110", "101", "109", 4_000),
        ("109", "109", "109", "109", 4_000),
    ]
    store = Store(":memory:")
    ids: list[str] = []

    async def before(house: House) -> None:
        await house.until(2)
        await house.order()
        await house.until(30)
        for trail in ("2", "5"):
            ids.append((await house.order(side="sell", type="trailing_stop", trail_price=trail, qty=5)).json()["id"])
        await house.until(110)

    async def after(house: House) -> None:
        orders = [await house.get(f"/v2/orders/{order_id}") for order_id in ids]
        assert [(order["hwm"], order["stop_price"]) for order in orders] == [("110", "108"), ("110", "105")]
        assert (await house.client.delete(f"/v2/orders/{ids[0]}")).status_code == 204
        assert (await house.client.delete(f"/v2/orders/{ids[0]}")).status_code == 422

    bars, sessions = equity_bars("SPY", rows), [session("2019-02-11", 3)]
    in_house(before, bars, sessions, store=store)
    in_house(after, bars, sessions, store=store)


def test_a_halted_symbol_trades_again_after_it() -> None:
    async def scene(house: House) -> None:
        (symbol,) = house.exchange.instruments
        await house.until(2)
        house.exchange.halt(symbol)
        placed = (await house.order()).json()
        await house.until(59.5)
        assert (await house.get(f"/v2/orders/{placed['id']}"))["status"] == "new"
        house.exchange.resume(symbol)
        await house.until(60 + MINUTE_NS / 60e9 + 1)
        assert ended(await house.get(f"/v2/orders/{placed['id']}")) == ("filled", "10", "100")

    in_house(scene, equity_bars("SPY", [CALM, CALM]), [session("2019-02-11", 2)])
