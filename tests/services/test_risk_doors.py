"""The doors on limits: every one with its use, an operator tightens one, and nothing is loosened."""

from __future__ import annotations

from pathlib import Path

from tests.services.observation import observing
from tests.services.trading_desk import on_a_morning

from seatrial.runs.virtual_time import VirtualLoop

ORDER_VALUE = {"account": "paper", "limit": "order_limits.max_order_value", "reason": "a bad morning"}


def test_an_operator_tightens_a_limit_and_everybody_sees_who_did(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with observing(loop, tmp_path) as seen:
            account = seen.desk.service.machine.accounts[0].id
            said = {**ORDER_VALUE, "account": account}
            assert (await seen.get("/risk"))["close_only"] is None

            limits = (await seen.post("/risk/limits", {**said, "value": "500", "actor": "ada"}))["limits"]

            (found,) = [each for each in limits if each["name"] == "order_limits.max_order_value"]
            assert (found["value"], found["unit"], found["source"]) == ("500", "USD", "operator ada")
            await seen.desk.ask(10)
            (news,) = (await seen.get("/api/notices?kind=refusal"))["notices"]
            assert (news["code"], news["limit"], news["actual"]) == ("MAX_ORDER_VALUE", "500", "1000")
            (word,) = (await seen.get("/api/notices?kind=command"))["notices"]
            assert word["name"] == "limit_changed"
            assert "a bad morning" in word["detail"]
            assert found in (await seen.get("/risk"))["limits"]

            loose = {**said, "limit": "position_limits.max_shares", "value": 100_000}
            limits = (await seen.post("/risk/limits", loose))["limits"]
            assert {each["name"]: each["value"] for each in limits}["position_limits.max_shares"] == "500"
            limits = (await seen.post("/risk/limits", {**said, "value": None}))["limits"]
            assert "order_limits.max_order_value" not in {each["name"] for each in limits}

    on_a_morning(main)


def test_a_wrong_limit_names_its_field_and_what_is_accepted(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with observing(loop, tmp_path) as seen:
            right = {**ORDER_VALUE, "account": seen.desk.service.machine.accounts[0].id, "value": "500"}
            for field, value in (
                ("account", "kraken"),
                ("limit", "order_limits.max_luck"),
                ("value", "-5"),
                ("symbol", "GME"),
            ):
                told = await seen.post("/risk/limits", {**right, field: value}, 422)
                assert (told["field"], bool(told["accepted"])) == (field, True)

    on_a_morning(main)
