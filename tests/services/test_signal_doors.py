"""Signals at the doors: in the strategies' own words, with their age, and nothing made up."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
from tests.services.tape_venue import bar
from tests.services.test_signals import WANTS, Floor, traded

from seatrial.services.api.ai_signals import ai_signals_door
from seatrial.services.api.http import application

SAYS = "context.target('AAPL', weight=0.04, confidence=0.7, reason='fast above slow')"
SAYS_LITTLE = "context.target('AAPL', quantity=3)"
UNSURE = "context.target('AAPL', weight=0.04, confidence=0.2)"


async def newest(floor: Floor, query: str = "") -> httpx.Response:
    app = application([ai_signals_door(floor.role)], new_request_id=lambda: "id")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door") as client:
        return await client.get(f"/api/ai/signals/latest{query}")


def test_a_signal_says_what_the_strategy_said_at_which_price_and_which_version_said_it(tmp_path: Path) -> None:
    async def script(floor: Floor) -> None:
        assert (await newest(floor)).json() == []
        await floor.show(1)
        (signal,) = (await newest(floor)).json()
        digest = floor.role.desks[0].runner.digest  # type: ignore[union-attr]
        expected = {"symbol": "AAPL", "action": "buy", "confidence": 0.7, "price": 100, "reason": "fast above slow"}
        assert signal | expected == signal
        assert signal["model"] == f"sure@{digest[:12]}"
        assert signal["timestamp"] == "2019-06-08T13:21:00Z"
        assert signal["stale"] is False

    traded(tmp_path, {"sure": SAYS}, script)


def test_what_a_strategy_did_not_say_is_null_and_old_words_are_stale(tmp_path: Path) -> None:
    async def script(floor: Floor) -> None:
        await floor.show(1)
        await asyncio.sleep(5 * 60)
        (signal,) = (await newest(floor)).json()
        assert (signal["confidence"], signal["reason"], signal["stale"]) == (None, None, True)

    traded(tmp_path, {"short": SAYS_LITTLE}, script)


def test_at_most_as_many_signals_as_were_asked_for_newest_first(tmp_path: Path) -> None:
    async def script(floor: Floor) -> None:
        for minute in (1, 2, 3):
            await floor.show(minute)
        times = [signal["timestamp"] for signal in (await newest(floor, "?limit=2")).json()]
        assert times == sorted(times, reverse=True)
        assert len(times) == 2
        assert (await newest(floor, "?limit=0")).status_code == 422

    traded(tmp_path, {"sure": SAYS}, script)


def test_signals_are_ranked_by_confidence_with_what_is_wanted(tmp_path: Path) -> None:
    async def script(floor: Floor) -> None:
        empty = (await floor.ask("POST", "/api/v1/signals/generate")).json()
        assert (empty["signals"], empty["as_of"]) == ([], None)
        assert "no signal yet" in empty["reason"]
        await floor.show(1)
        told = (await floor.ask("POST", "/api/v1/signals/generate", {})).json()
        rows = [(row["rank"], row["source"], row["target_weight"], row["target_quantity"]) for row in told["signals"]]
        assert rows == [(1, "strategy sure", "0.04", None), (2, "strategy short", None, "3")]
        assert told["stale"] is False
        one = (await floor.ask("POST", "/api/v1/signals/generate", {"strategy": "short"})).json()
        assert [row["source"] for row in one["signals"]] == ["strategy short"]
        wrong = await floor.ask("POST", "/api/v1/signals/generate", {"strategy": "other"})
        assert (wrong.status_code, wrong.json()["field"]) == (422, "strategy")

    traded(tmp_path, {"sure": SAYS, "short": SAYS_LITTLE}, script)


def test_what_is_not_sure_enough_orders_nothing_and_a_notice_says_so(tmp_path: Path) -> None:
    async def script(floor: Floor) -> None:
        await floor.show(1)
        assert floor.decided() == [-1]
        assert [notice.name for notice in floor.role.notices] == ["confidence_below_minimum"]
        (signal,) = (await newest(floor)).json()
        assert (signal["withheld"], signal["confidence"]) == (True, 0.2)

    traded(tmp_path, {"unsure": UNSURE}, script)


def test_a_strategy_tells_its_last_decision_its_bars_its_schedule_and_what_is_held(tmp_path: Path) -> None:
    async def script(floor: Floor) -> None:
        await floor.show(1)
        (told,) = (await floor.ask("GET", "/api/v1/strategies")).json()["strategies"]
        assert told["schedule"] == "on bar close"
        assert told["last_decision"]["facts"] == ["Target AAPL", "Rebalance AAPL"]
        assert (told["last_bar_at"], told["warm_up"]) == ("2019-06-08T13:21:00Z", {"AAPL": 4})
        assert told["positions"] == {"AAPL": "0"}
        floor.book.waiting_for = "recovery"
        (told,) = (await floor.ask("GET", "/api/v1/strategies")).json()["strategies"]
        assert told["positions"] is None

    traded(tmp_path, {"steady": WANTS}, script)


def test_an_edited_file_is_loaded_when_it_is_asked_for_and_a_broken_one_leaves_the_old_trading(tmp_path: Path) -> None:
    async def script(floor: Floor) -> None:
        await floor.show(1)
        before = (await floor.ask("GET", "/api/v1/model/info")).json()
        assert (before["model_id"], before["evaluation"]) == ("steady", None)
        same = (await floor.ask("POST", "/api/v1/model/reload")).json()["reloaded"][0]
        assert (same["version"], same["changed"], same["error"]) == (before["version"], False, None)

        floor.venue.history.append(bar("AAPL", 1))
        floor.write("steady", WANTS, quantity=100)
        reloaded = (await floor.ask("POST", "/api/v1/model/reload", {"strategy": "steady"})).json()["reloaded"][0]
        assert (reloaded["previous_version"], reloaded["changed"]) == (before["version"], True)
        assert (await floor.ask("GET", "/api/v1/model/info")).json()["version"] == reloaded["version"]

        floor.write("steady", "this is no python")
        refused = await floor.ask("POST", "/api/v1/model/reload")
        assert refused.status_code == 409
        assert "invalid syntax" in refused.json()["reloaded"][0]["error"]
        assert refused.json()["reloaded"][0]["version"] == reloaded["version"]
        await floor.show(2)
        assert floor.decided() == [13, 104]

    traded(tmp_path, {"steady": WANTS}, script, reload=False)


def test_a_reload_of_a_strategy_nobody_knows_is_refused(tmp_path: Path) -> None:
    async def script(floor: Floor) -> None:
        wrong = await floor.ask("POST", "/api/v1/model/reload", {"strategy": "other"})
        assert (wrong.status_code, wrong.json()["accepted"]) == (422, "steady")

    traded(tmp_path, {"steady": WANTS}, script)
