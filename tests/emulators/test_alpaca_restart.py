"""Stopping the venue anywhere changes nothing: the market stood still, and the same fills follow."""

from __future__ import annotations

from typing import Any

import pytest
from tests.emulators.alpaca_house import House, in_house
from tests.emulators.small_markets import equity_bars, session

from seatrial.emulators.store import Store

ROWS = [
    ("100", "102", "99", "101", 4_000),
    ("101", "101", "97", "98", 2_000),
    ("98", "104", "98", "103", 0),
    ("103", "106", "101", "102", 4_000),
    ("102", "103", "100", "100", 4_000),
]
ORDERS: list[tuple[int, dict[str, Any]]] = [
    (2, {"qty": 250}),
    (5, {"type": "limit", "limit_price": 98, "qty": 120, "time_in_force": "gtc"}),
    (65, {"side": "sell", "type": "limit", "limit_price": "103.9", "qty": 90}),
    (122, {"side": "sell", "qty": 30}),
    (242, {"type": "stop", "stop_price": "102.5", "qty": 10}),
    (
        245,
        {
            "qty": 10,
            "order_class": "bracket",
            "take_profit": {"limit_price": "104"},
            "stop_loss": {"stop_price": "101"},
        },
    ),
]
END = 310


async def trade(house: House, start: int, end: int) -> None:
    for at, fields in ORDERS:
        if start <= at < end:
            await house.until(at)
            await house.order(**fields, client_order_id=f"at {at}")
    await house.until(end)


def story(*stops: int) -> list[Any]:
    """What the account looks like at the end, if the venue was stopped at some seconds on the way."""
    store = Store(":memory:")
    told: list[Any] = []
    for start, end in zip((0, *stops), (*stops, END), strict=True):

        async def scene(house: House, start: int = start, end: int = end) -> None:
            await trade(house, start, end)
            told[:] = [
                await house.get("/v2/account"),
                await house.get("/v2/orders", status="all"),
                await house.get("/v2/account/activities"),
            ]

        in_house(scene, equity_bars("SPY", ROWS), [session("2019-02-11", 5)], store=store)
    return told


@pytest.mark.parametrize("stop", [1, 3, 20, 21, 41, 60, 66, 80, 100, 119, 123, 160, 181, 190, 250, 261, 281, 300])
def test_a_stop_in_between_changes_no_fill_and_no_cent(stop: int) -> None:
    uninterrupted = story()

    assert len(uninterrupted[2]) > 6
    assert story(stop) == uninterrupted


def test_many_stops_change_nothing_either() -> None:
    assert story(*range(7, 300, 13)) == story()
