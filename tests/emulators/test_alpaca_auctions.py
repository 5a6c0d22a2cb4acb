"""Orders for the auctions are taken at their hours, as New York's clocks show them."""

from __future__ import annotations

import asyncio

import pytest
from tests.emulators.alpaca_house import House, in_house
from tests.emulators.small_markets import flat_bars

from seatrial.domain.bars import Session
from seatrial.domain.time import HOUR_NS, MINUTE_NS, parse_rfc3339
from seatrial.emulators.alpaca.auctions import check_auction
from seatrial.emulators.alpaca.new_york import midnight_ns
from seatrial.emulators.alpaca.refusals import Refusal


def day(name: str, close: float = 16) -> Session:
    """A day that opens at 9:30."""
    start = midnight_ns(name)
    return Session(name, start + 9 * HOUR_NS + 30 * MINUTE_NS, start + int(close * HOUR_NS))


def taken(time_in_force: str, clock: str, *sessions: Session, on: str = "2024-07-02") -> bool:
    hour, minute = clock.split(":")
    now_ns = midnight_ns(on) + int(hour) * HOUR_NS + int(minute) * MINUTE_NS
    try:
        check_auction(time_in_force, sessions, now_ns)
    except Refusal as refused:
        return refused.status != 403
    return True


@pytest.mark.parametrize(
    ("time_in_force", "clock", "expected"),
    [
        ("opg", "9:27", True),
        ("opg", "9:28", False),
        ("opg", "18:59", False),
        ("opg", "19:00", True),
        ("cls", "9:27", True),
        ("cls", "15:49", True),
        ("cls", "15:50", False),
        ("cls", "18:59", False),
        ("cls", "19:00", True),
        ("day", "12:00", True),
        ("gtc", "15:55", True),
    ],
)
def test_an_auction_is_closed_shortly_before_it_and_open_again_in_the_evening(
    time_in_force: str, clock: str, expected: bool
) -> None:
    assert taken(time_in_force, clock, day("2024-07-01"), day("2024-07-02"), day("2024-07-03", 13)) is expected


def test_a_day_that_closes_early_has_its_auction_early() -> None:
    short = day("2024-07-03", 13)
    assert taken("cls", "12:49", short, on="2024-07-03")
    assert not taken("cls", "12:50", short, on="2024-07-03")


def test_a_day_without_a_session_has_no_auction_to_be_late_for() -> None:
    assert taken("opg", "12:00", day("2024-07-03"), day("2024-07-05"), on="2024-07-04")


def test_a_market_that_never_closes_has_no_auction_hours() -> None:
    start = midnight_ns("2024-07-02")
    assert taken("opg", "12:00", Session("2024-07-02", start, start + 24 * HOUR_NS))


def test_a_replacement_for_an_auction_meets_its_hours() -> None:
    open_ns = parse_rfc3339("2024-07-02T13:30:00Z")

    async def scene(house: House) -> None:
        await asyncio.sleep(2)
        order = (await house.order(type="limit", limit_price="90")).json()
        late = await house.client.patch(f"/v2/orders/{order['id']}", json={"time_in_force": "opg"})
        assert (late.status_code, late.json()["code"]) == (403, 40310000)
        assert "after 7:00pm" in late.json()["message"]
        in_time = await house.client.patch(f"/v2/orders/{order['id']}", json={"time_in_force": "cls"})
        assert (in_time.status_code, in_time.json()["time_in_force"]) == (200, "cls")

    in_house(scene, flat_bars("SPY", 3, start_ns=open_ns), [Session("2024-07-02", open_ns, open_ns + 390 * MINUTE_NS)])
