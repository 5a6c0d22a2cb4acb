"""The doors of execution: what is taken, what is refused and in which words, and that a retry meets its first try."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.services.scripted_venue import ScriptedVenue
from tests.services.trading_desk import MORNING_NS, SHARE, Desk, on_a_morning, open_desk

from seatrial.domain.facts import OrderRequest
from seatrial.domain.time import rfc3339
from seatrial.runs.virtual_time import VirtualClock, VirtualLoop
from seatrial.services.api.execution import execution_doors
from seatrial.services.health import Health, Identity

MARKET_BUY = {"symbol": "AAPL", "side": "buy", "type": "market", "quantity": "10"}


@asynccontextmanager
async def open_doors(
    loop: VirtualLoop, folder: Path, venue: ScriptedVenue | None = None, owner: str = "first"
) -> AsyncIterator[tuple[httpx.AsyncClient, Desk]]:
    """A client at the doors of an open desk."""
    numbers = count(1)
    async with open_desk(loop, folder, venue, owner) as desk:
        identity = Identity("execution", "0", "dev", "sim")
        doors = execution_doors(
            desk.service,
            Health(identity, VirtualClock(loop), desk.service.parts()),
            settings=lambda: {"service": "execution", "mode": "sim", "dry_run": True},
            new_request_id=lambda: f"request-{next(numbers)}",
        )
        transport = httpx.ASGITransport(app=doors)
        async with httpx.AsyncClient(transport=transport, base_url="http://execution") as client:
            yield client, desk


def test_an_order_is_answered_202_and_can_be_seen_filled_and_held(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_doors(loop, tmp_path) as (client, desk):
            placed = await client.post("/orders", json=MARKET_BUY)
            assert placed.status_code == 202
            body = placed.json()
            assert (body["status"], body["risk"]) == ("pending", {"approved": True})
            assert len(desk.facts(OrderRequest)) == 1
            await asyncio.sleep(1)
            desk.venue.fill(body["client_order_id"], 10 * SHARE, 1_000_000)
            await asyncio.sleep(1)
            shown = (await client.get(f"/api/v1/orders/{body['order_id']}")).json()
            assert (shown["status"], shown["filled_quantity"]) == ("filled", "10")
            (held,) = (await client.get("/positions")).json()["positions"]
            assert (held["symbol"], held["quantity"], held["average_price"]) == ("AAPL", "10", "100")

    on_a_morning(main)


def test_the_same_id_and_body_meet_the_same_order_and_another_body_a_conflict(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        mine = {**MARKET_BUY, "client_order_id": "mine-1"}
        async with open_doors(loop, tmp_path) as (client, desk):
            answers = await asyncio.gather(*(client.post("/orders", json=mine) for _ in range(3)))
            assert {answer.status_code for answer in answers} == {202}
            assert {answer.json()["client_order_id"] for answer in answers} == {"mine-1"}
            other = await client.post("/orders", json={**mine, "quantity": 11})
            assert (other.status_code, other.json()["field"]) == (409, "client_order_id")
            await asyncio.sleep(1)
            assert desk.venue.submitted == ["mine-1"]
            venue = desk.venue
        async with open_doors(loop, tmp_path, venue, "second") as (client, _):
            again = await client.post("/orders", json=mine)
            assert (again.status_code, again.json()["status"]) == (202, "working")

    on_a_morning(main)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"symbol": "NOPE"}, "symbol"),
        ({"side": "hold"}, "side"),
        ({"type": "magic"}, "type"),
        ({"quantity": None}, "quantity"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": -3}, "quantity"),
        ({"quantity": "ten"}, "quantity"),
        ({"quantity": "NaN"}, "quantity"),
        ({"quantity": "1e999999999"}, "quantity"),
        ({"quantity": "1" * 25}, "quantity"),
        ({"quantity": "0.0000000001"}, "quantity"),
        ({"quantity": [1]}, "quantity"),
        ({"price": "100"}, "price"),
        ({"type": "limit"}, "price"),
        ({"type": "limit", "price": -1}, "price"),
        ({"type": "stop"}, "stop_price"),
        ({"time_in_force": "never"}, "time_in_force"),
        ({"client_order_id": "a b"}, "client_order_id"),
        ({"client_order_id": ""}, "client_order_id"),
        ({"account": "somebody"}, "account"),
        ({"leverage": 100}, "leverage"),
    ],
)
def test_a_wrong_order_is_refused_naming_the_field_and_what_is_accepted(
    tmp_path: Path, change: dict[str, Any], field: str
) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_doors(loop, tmp_path) as (client, _):
            refused = await client.post("/orders", json={**MARKET_BUY, **change})
            assert refused.status_code == 422
            assert refused.json()["field"] == field
            assert refused.json()["accepted"]

    on_a_morning(main)


def test_risk_says_no_with_both_numbers(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_doors(loop, tmp_path) as (client, _):
            refused = await client.post("/orders", json={**MARKET_BUY, "quantity": 501})
            body = refused.json()
            assert (refused.status_code, body["error"], body["code"]) == (422, "risk_refused", "MAX_SHARES")
            assert body["actual"] > body["limit"]

    on_a_morning(main)


def test_a_batch_is_decided_once_also_over_a_crash(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        decided_at = rfc3339(MORNING_NS)
        batch = {
            "strategy": "trend",
            "decided_at": decided_at,
            "targets": [{"symbol": "AAPL", "quantity": 7}],
            "orders": [{**MARKET_BUY, "type": "limit", "quantity": "2", "price": "99.50"}],
        }
        async with open_doors(loop, tmp_path) as (client, desk):
            answers = await asyncio.gather(*(client.post("/api/v1/targets", json=batch) for _ in range(3)))
            told = [answer.json() for answer in answers]
            assert [answer.status_code for answer in answers] == [202] * 3
            assert sorted(each["duplicate"] for each in told) == [False, True, True]
            assert {each["quantity"] for each in told[0]["approved"]} == {"2", "5"}
            await asyncio.sleep(1)
            assert len(desk.venue.submitted) == 2
            venue = desk.venue
        async with open_doors(loop, tmp_path, venue, "second") as (client, _):
            again = (await client.post("/api/v1/targets", json=batch)).json()
            assert again["duplicate"]
            assert {each["client_order_id"] for each in again["approved"]} == set(venue.submitted)
            other = await client.post("/api/v1/targets", json={**batch, "targets": [], "cancels": []})
            assert other.status_code == 409
            await asyncio.sleep(1)
            assert len(venue.submitted) == 2

    on_a_morning(main)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"strategy": ""}, "strategy"),
        ({"decided_at": "yesterday"}, "decided_at"),
        ({"decided_at": "2019-02-11T14:30:00"}, "decided_at"),
        ({"decided_at": 4_000_000_000_000_000_000}, "decided_at"),
        ({"decided_at": 0}, "decided_at"),
        ({"targets": [{"symbol": "AAPL"}]}, "targets[0].quantity"),
        ({"targets": [{"symbol": "AAPL", "quantity": 1, "weight": 1}]}, "targets[0].quantity"),
        ({"targets": [{"symbol": "NOPE", "quantity": 1}]}, "targets[0].symbol"),
        ({"targets": [{"symbol": "AAPL", "weight": "0.00000001"}]}, "targets[0].weight"),
        ({"orders": [{**MARKET_BUY, "quantity": "x"}]}, "orders[0].quantity"),
        ({"cancels": ["a b"]}, "cancels[0].client_order_id"),
        ({"account": "somebody"}, "account"),
    ],
)
def test_a_wrong_batch_is_refused_whole(tmp_path: Path, change: dict[str, Any], field: str) -> None:
    async def main(loop: VirtualLoop) -> None:
        batch = {"strategy": "trend", "decided_at": MORNING_NS, "targets": [{"symbol": "AAPL", "quantity": 7}]}
        async with open_doors(loop, tmp_path) as (client, desk):
            refused = await client.post("/api/v1/targets", json={**batch, **change})
            assert (refused.status_code, refused.json()["field"]) == (422, field)
            assert not desk.service.machine.orders()

    on_a_morning(main)


def test_cancel_halt_kill_and_resume(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        limit = {**MARKET_BUY, "type": "limit", "price": 99}
        async with open_doors(loop, tmp_path) as (client, desk):
            first, second = [(await client.post("/orders", json=limit)).json()["order_id"] for _ in range(2)]
            await asyncio.sleep(1)
            assert (await client.delete(f"/orders/{first}")).status_code == 202
            await asyncio.sleep(1)
            assert (await client.delete(f"/orders/{first}")).status_code == 409
            assert (await client.delete("/orders/nobody")).status_code == 404
            halted = (await client.post("/api/v1/halt", json={"reason": "smoke"})).json()
            assert halted == {"halted": True, "close_only": False, "reason": "operator: smoke", "journalled": True}
            assert (await client.post("/orders", json=limit)).json()["code"] == "HALTED"
            await client.post("/api/v1/kill")
            await asyncio.sleep(1)
            assert desk.status(second) == "CANCELED"
            assert not (await client.post("/api/v1/resume")).json()["halted"]
            assert (await client.post("/orders", json=limit)).status_code == 202
            assert len((await client.delete("/orders")).json()["cancel_requested"]) == 1

    on_a_morning(main)


def test_close_only_refuses_entries_and_resume_lifts_it(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_doors(loop, tmp_path) as (client, _):
            told = (await client.post("/api/v1/close-only", json={"reason": "the day is done"})).json()
            assert (told["halted"], told["close_only"], told["journalled"]) == (False, True, True)
            no = (await client.post("/orders", json=MARKET_BUY)).json()
            assert (no["code"], no["limit"], no["actual"]) == ("NEW_POSITIONS_DISABLED", 0, 1)
            assert not (await client.post("/api/v1/resume")).json()["close_only"]
            assert (await client.post("/orders", json=MARKET_BUY)).status_code == 202

    on_a_morning(main)


def test_before_recovery_is_done_orders_are_503_and_health_says_why(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_doors(loop, tmp_path) as (client, desk):
            assert (await client.get("/health")).status_code == 200
            desk.service.waiting_for = "the venues' clocks are asked"
            refused = await client.post("/orders", json=MARKET_BUY)
            assert (refused.status_code, refused.json()["reason"]) == (503, "the venues' clocks are asked")
            assert (await client.get("/health")).status_code == 503
            desk.service.waiting_for = None

    on_a_morning(main)


def test_every_path_answers_on_both_names_and_the_config_is_told(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_doors(loop, tmp_path) as (client, _):
            for path in ("/orders", "/api/v1/orders", "/positions", "/api/v1/config", "/health"):
                assert (await client.get(path)).status_code == 200
                assert (await client.head(path)).status_code == 200
            assert (await client.get("/api/v1/config")).json()["dry_run"] is True

    on_a_morning(main)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda children: st.lists(children) | st.dictionaries(st.text(), children),
        max_leaves=8,
    ),
    st.sampled_from(["symbol", "side", "type", "quantity", "price", "stop_price", "time_in_force", "account", "*"]),
    st.sampled_from(["/orders", "/api/v1/targets", "/api/v1/halt"]),
)
def test_no_input_whatever_is_a_server_error(
    tmp_path_factory: pytest.TempPathFactory, anything: object, field: str, path: str
) -> None:
    import msgspec

    body = anything if field == "*" else {**MARKET_BUY, "type": "limit", "price": 99, field: anything}
    if path == "/api/v1/targets" and field != "*":
        body = {"strategy": "any", "decided_at": MORNING_NS, "orders": [body]}

    async def main(loop: VirtualLoop) -> None:
        async with open_doors(loop, tmp_path_factory.mktemp("any")) as (client, _):
            answered = await client.post(path, content=msgspec.json.encode(body))
            assert answered.status_code in {200, 202, 400, 422}

    on_a_morning(main)
