"""What is booked at the emulated Alpaca without a trade: activities that tell of it, and a history without a jump."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest
from tests.emulators.alpaca_house import House, in_house
from tests.emulators.small_markets import OPEN_NS, flat_bars, session

from seatrial.domain.time import DAY_NS
from seatrial.emulators.alpaca.corporate_actions import ListedAction
from seatrial.emulators.store import Store

ACTIONS = (
    ListedAction("forward_split", "SPY", "2019-02-12", new_rate=Decimal(3), old_rate=Decimal(2)),
    ListedAction("cash_dividend", "SPY", "2019-02-13", rate=Decimal("0.37")),
)
DAY_SECONDS = 86_400
BARS = [
    *flat_bars("SPY", 6, price="150"),
    *flat_bars("SPY", 6, price="100", start_ns=OPEN_NS + DAY_NS),
    *flat_bars("SPY", 6, price="100", start_ns=OPEN_NS + 2 * DAY_NS),
]
SESSIONS = [session(f"2019-02-1{1 + day}", 6, OPEN_NS + day * DAY_NS) for day in range(3)]


def lived(scene: Callable[[House], Awaitable[None]], store: Store | None = None) -> None:
    in_house(scene, BARS, SESSIONS, corporate_actions=ACTIONS, store=store)


async def three_days(house: House) -> None:
    """Seven shares on the first day, three more on the third."""
    await house.until(2)
    await house.order(qty="7")
    await house.until(2 * DAY_SECONDS + 2)
    await house.order(qty="3")
    await house.until(2 * DAY_SECONDS + 130)


def test_dividends_splits_and_cash_in_lieu_are_activities() -> None:
    async def scene(house: House) -> None:
        await three_days(house)
        told = await house.get("/v2/account/activities", direction="asc")
        assert [each["activity_type"] for each in told] == ["FILL", "SPLIT", "CIL", "DIV", "FILL"]
        split, lieu, dividend = told[1:4]
        assert (split["date"], split["symbol"], split["qty"], split["net_amount"]) == ("2019-02-12", "SPY", "3.5", "0")
        assert (lieu["qty"], lieu["net_amount"]) == ("-0.5", "50")
        assert (dividend["qty"], dividend["per_share_amount"], dividend["net_amount"]) == ("10", "0.37", "3.7")
        assert dividend["id"].startswith("20190213050000000::")
        assert dividend["status"] == "executed"
        assert Decimal((await house.get("/v2/account"))["cash"]) == 100_000 - 7 * 150 + 50 + Decimal("3.7") - 300

    lived(scene)


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_of_both_kinds_put_together_are_the_whole_list(direction: str, size: int) -> None:
    async def scene(house: House) -> None:
        await three_days(house)
        whole = await house.get("/v2/account/activities", direction=direction)
        assert len(whole) == 5
        found: list[object] = []
        token = ""
        while page := await house.get(
            "/v2/account/activities", direction=direction, page_size=str(size), page_token=token
        ):
            found += page
            token = page[-1]["id"]
        assert found == whole

    lived(scene)


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("/v2/account/activities/DIV", {}, ["DIV"]),
        ("/v2/account/activities/INT", {}, []),
        ("/v2/account/activities", {"activity_types": "SPLIT,CIL"}, ["CIL", "SPLIT"]),
        ("/v2/account/activities", {"category": "trade_activity"}, ["FILL", "FILL"]),
        ("/v2/account/activities", {"category": "non_trade_activity"}, ["DIV", "CIL", "SPLIT"]),
        ("/v2/account/activities", {"date": "2019-02-12"}, ["CIL", "SPLIT"]),
        ("/v2/account/activities", {"after": "2019-02-12"}, ["FILL", "DIV", "CIL", "SPLIT"]),
        ("/v2/account/activities", {"until": "2019-02-11"}, ["FILL"]),
    ],
)
def test_activities_are_chosen_by_kind_and_by_day(path: str, query: dict[str, str], expected: list[str]) -> None:
    async def scene(house: House) -> None:
        await three_days(house)
        assert [each["activity_type"] for each in await house.get(path, **query)] == expected

    lived(scene)


@pytest.mark.parametrize(
    "query",
    [{"category": "other"}, {"category": "trade_activity", "activity_types": "FILL"}, {"page_token": "20190212::x"}],
)
def test_a_wrong_question_about_activities_is_422(query: dict[str, str]) -> None:
    async def scene(house: House) -> None:
        answer = await house.client.get("/v2/account/activities", params=query)
        assert (answer.status_code, answer.json()["code"]) == (422, 40010001)

    lived(scene)


@pytest.mark.parametrize("timeframe", ["1Min", "1D"])
def test_the_portfolio_history_has_no_jump_over_the_night_of_a_split(timeframe: str) -> None:
    async def scene(house: House) -> None:
        await three_days(house)
        told = await house.get("/v2/account/portfolio/history", timeframe=timeframe, period="3D")
        assert set(told["equity"]) == {100_000.0, 100_003.7}, "a flat market, and a dividend on the third day"
        assert told["equity"] == sorted(told["equity"])
        assert told["base_value"] == 100_000.0

    lived(scene)


def test_a_position_counts_its_day_in_new_shares() -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        await house.order(qty="7")
        await house.until(DAY_SECONDS + 62)
        held = await house.get("/v2/positions/SPY")
        assert (held["qty"], held["lastday_price"], held["change_today"]) == ("10", "100", "0")
        assert held["unrealized_intraday_pl"] == "0"

    lived(scene)


def test_what_was_booked_outlives_a_restart() -> None:
    store, told = Store(":memory:"), []

    async def before(house: House) -> None:
        await three_days(house)
        told.append(await house.get("/v2/account/activities"))

    async def after(house: House) -> None:
        assert await house.get("/v2/account/activities") == told[0]

    lived(before, store)
    lived(after, store)
