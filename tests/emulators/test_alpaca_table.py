"""Every row of docs/reference/emulated_alpaca.md is asked, and answers as its priority says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.emulators.alpaca_house import House, in_house
from tests.emulators.small_markets import equity_bars, flat_bars, session

from seatrial.emulators.alpaca.unserved import UNSERVED

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/emulated_alpaca.md"
ROW = re.compile(r"^\| (must|should|could) \| (GET|POST|PATCH|DELETE) \| `([^`]+)` \|", re.MULTILINE)
ROWS = ROW.findall(PAGE.read_text(encoding="utf-8"))
MADE = {"/v2/orders": {"symbol": "AAPL", "side": "buy", "type": "market", "time_in_force": "day", "qty": 1}}


@pytest.mark.parametrize("priority", ["must", "should", "could"])
def test_every_row_of_the_page_answers_as_it_says(priority: str) -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        await house.order(symbol="AAPL", client_order_id="held")
        await house.until(21)
        for _, method, told in [row for row in ROWS if row[0] == priority]:
            path = told
            if "{id}" in path:
                resting = (await house.order(symbol="AAPL", type="limit", limit_price=90)).json()
                path = path.replace("{id}", resting["id"])
            query = {"symbols": "AAPL,BTC/USD", "client_order_id": "held", "qty": "0.1"}
            if path != "/v2/positions/AAPL":
                del query["qty"]
            body = {"qty": 2} if path.startswith("/v2/orders/") else MADE.get(path, {})
            answer = await house.client.request(
                method,
                path,
                params=query if method in ("GET", "DELETE") else None,
                json=body if method in ("POST", "PATCH") else None,
            )
            said = answer.json() if answer.content else None
            if priority == "could":
                assert (answer.status_code, said["code"]) == (404, 40410000), path
                assert said["message"].endswith("are not served by this emulated venue")
            else:
                assert answer.status_code in (200, 204, 207), (method, path, answer.text)
            assert {"x-request-id", "x-ratelimit-remaining"} <= set(answer.headers)
            await house.client.delete("/v2/orders")

    in_house(scene, flat_bars("AAPL", 10))


def test_the_page_has_every_kind_of_what_is_not_served() -> None:
    told = [path for priority, _, path in ROWS if priority == "could"]
    roots = {path.split("{")[0].rstrip("/") for doors in UNSERVED.values() for _, path in doors[:1]}

    assert {root for root in roots if not any(path.startswith(root) for path in told)} == set()
    assert len(ROWS) > 45


def test_every_answer_is_json_with_code_and_message_whatever_goes_wrong() -> None:
    async def scene(house: House) -> None:
        for method, path, status in (
            ("GET", "/v2/nothing", 404),
            ("PUT", "/v2/orders", 405),
            ("GET", "/v2/orders/none", 404),
            ("GET", "/v2/assets/NONE", 404),
            ("GET", "/v2/stocks/bars", 422),
            ("POST", "/v2/orders", 400),
            ("GET", "/v2/account/portfolio/history?period=soon", 422),
            ("GET", "/v2/account/activities?page_token=none", 422),
        ):
            answer = await house.client.request(method, path)
            assert (answer.status_code, set(answer.json())) == (status, {"code", "message"}), path
            assert "x-request-id" in answer.headers
        stranger = await house.client.get("/v2/account", headers={"APCA-API-SECRET-KEY": "wrong"})
        assert (stranger.status_code, stranger.json(), "x-request-id" in stranger.headers) == (
            401,
            {"message": "unauthorized."},
            True,
        )
        large = await house.client.post("/v2/orders", content=b"x" * 70_000)
        assert large.status_code == 413

    in_house(scene)


def test_a_bearer_token_opens_the_doors_too() -> None:
    async def scene(house: House) -> None:
        secret = house.client.headers["APCA-API-SECRET-KEY"]
        for name in ("APCA-API-KEY-ID", "APCA-API-SECRET-KEY"):
            del house.client.headers[name]
        for token, status in ((secret, 200), ("wrong", 401)):
            answer = await house.client.get("/v2/account", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == status

    in_house(scene)


def test_the_account_can_be_configured_and_its_history_is_its_executions_played_again() -> None:
    async def scene(house: House) -> None:
        changed = await house.client.patch("/v2/account/configurations", json={"suspend_trade": True})
        assert (changed.json()["suspend_trade"], changed.json()["max_margin_multiplier"]) == (True, "4")
        assert (await house.order()).json()["message"] == "new orders are rejected by user request"
        wrong = await house.client.patch("/v2/account/configurations", json={"suspend_trade": False, "no_shorting": 1})
        assert wrong.status_code == 422
        await house.client.patch("/v2/account/configurations", json={"suspend_trade": False})
        await house.until(2)
        await house.order(qty=100)
        await house.until(185)
        history = await house.get("/v2/account/portfolio/history", period="1D", timeframe="1Min")
        assert history["equity"] == [100_000, 100_000, 100_100, 100_200]
        assert history["profit_loss"] == [0, 0, 100, 200]
        assert (history["base_value"], history["timeframe"], history["timestamp"][1] % 60) == (100_000, "1Min", 0)

    rows = [("100", "100", "100", "100", 40_000), *((str(100 + i),) * 4 + (40_000,) for i in range(1, 4))]
    in_house(scene, equity_bars("SPY", rows), [session("2019-02-11", 4)])
