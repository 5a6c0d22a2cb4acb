"""The orchestrator carries decisions through execution's real door, once each, whatever gets lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
from starlette.types import ASGIApp
from tests.services.scripted_venue import AAPL, PAPER
from tests.services.tape_venue import who
from tests.services.trading_desk import SHARE, Desk, on_a_morning, open_desk

from seatrial.domain.facts import CancelRequest, Fact, OrderRequest, Rebalance, Target
from seatrial.domain.ids import ClientOrderId, StrategyId
from seatrial.domain.orders import OrderType, Side, TimeInForce
from seatrial.runs.virtual_time import VirtualClock, VirtualLoop
from seatrial.services.api.execution import execution_doors
from seatrial.services.api.orchestrator import orchestrator_doors
from seatrial.services.bus import Bus
from seatrial.services.health import Health
from seatrial.services.orchestrator import Orchestrator, build_orchestrator
from seatrial.services.topics import Decision

STRATEGY = StrategyId("trend")


class Line(httpx.AsyncBaseTransport):
    """The way to the door. It can lose requests, or answers, or hang."""

    def __init__(self, doors: ASGIApp) -> None:
        self._doors = httpx.ASGITransport(doors)
        self.trouble: list[str] = []
        self.requests = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        trouble = self.trouble.pop(0) if self.trouble else ""
        if trouble == "request lost":
            raise httpx.ConnectError("refused")
        if trouble == "hangs":
            await asyncio.sleep(3_600)
        response = await self._doors.handle_async_request(request)
        if trouble == "answer lost":
            raise httpx.ReadError("reset")
        return response


class Carrier:
    """An orchestrator between a bus and a real execution desk."""

    def __init__(self, loop: VirtualLoop, desk: Desk) -> None:
        clock = VirtualClock(loop)
        health = Health(who("execution"), clock, [])
        self.line = Line(execution_doors(desk.service, health, settings=dict, new_request_id=lambda: "id"))
        self.desk, self.bus = desk, Bus()
        self.client = httpx.AsyncClient(transport=self.line, base_url="http://execution")
        self.role: Orchestrator = build_orchestrator(
            identity=who("orchestrator"),
            clock=clock,
            bus=self.bus,
            execution=self.client,
            instruments={AAPL.symbol: AAPL},
        )
        self.doors = orchestrator_doors(self.role, new_request_id=lambda: "id")

    async def decide(self, *facts: Fact, at_ns: int, skipped: str | None = None) -> None:
        await self.bus.publish(Decision(STRATEGY, PAPER, at_ns, facts, skipped))
        await asyncio.sleep(30)

    async def get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.doors), base_url="http://door") as client:
            return await client.get(path)

    async def last(self) -> dict[str, object]:
        run: dict[str, object] = (await self.get("/api/v1/orchestration/runs?limit=1")).json()["runs"][0]
        return run


def carried(tmp_path: Path, script: Callable[[Carrier, int], Awaitable[None]]) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_desk(loop, tmp_path) as desk:
            carrier = Carrier(loop, desk)
            await carrier.role.start()
            await script(carrier, loop.now_ns())
            await carrier.role.close()
            await carrier.client.aclose()

    on_a_morning(main)


def wanted(at_ns: int, shares: int = 10) -> list[Fact]:
    target = Target(at_ns, PAPER, STRATEGY, AAPL.symbol, at_ns, quantity_units=shares * SHARE, inputs_digest="abc")
    return [target, Rebalance(at_ns, PAPER, AAPL.symbol, at_ns)]


def test_a_target_becomes_an_order_at_the_venue_and_a_run_that_tells_of_it(tmp_path: Path) -> None:
    async def script(carrier: Carrier, now_ns: int) -> None:
        await carrier.decide(*wanted(now_ns), at_ns=now_ns)
        assert len(carrier.desk.venue.submitted) == 1
        run = await carrier.last()
        assert run | {"status": "completed", "attempts": 1, "targets": 1, "strategy": "trend"} == run
        shown = (await carrier.get(f"/api/v1/orchestration/runs/{run['run_id']}")).json()
        assert [order["quantity"] for order in shown["answer"]["approved"]] == ["10"]

    carried(tmp_path, script)


def test_the_facts_of_a_decision_arrive_exactly_as_they_were_made(tmp_path: Path) -> None:
    async def script(carrier: Carrier, now_ns: int) -> None:
        weight = Target(now_ns, PAPER, STRATEGY, AAPL.symbol, now_ns, weight_ppm=123_456, inputs_digest="abc")
        order = OrderRequest(
            at_ns=now_ns,
            account=PAPER,
            strategy=STRATEGY,
            symbol=AAPL.symbol,
            side=Side.SELL,
            type=OrderType.LIMIT,
            time_in_force=TimeInForce.GTC,
            qty_units=3 * SHARE,
            limit_units=1_012_300,
            client_order_id=ClientOrderId("MINE"),
            batch_ns=now_ns,
        )
        rebalance = Rebalance(now_ns, PAPER, AAPL.symbol, now_ns)
        await carrier.decide(weight, order, CancelRequest(now_ns, ClientOrderId("MINE")), rebalance, at_ns=now_ns)
        assert carrier.desk.facts(Target) == [weight]
        assert carrier.desk.facts(OrderRequest) == [order]
        assert [fact.client_order_id for fact in carrier.desk.facts(CancelRequest)] == ["MINE"]
        assert carrier.desk.facts(Rebalance) == [rebalance]

    carried(tmp_path, script)


def test_a_post_without_an_answer_is_posted_again_and_decided_once(tmp_path: Path) -> None:
    async def script(carrier: Carrier, now_ns: int) -> None:
        carrier.line.trouble = ["request lost", "answer lost", "hangs"]
        await carrier.decide(*wanted(now_ns), at_ns=now_ns)
        assert (await carrier.last())["attempts"] == 4
        assert len(carrier.desk.facts(Target)) == 1
        assert len(carrier.desk.venue.submitted) == 1
        assert carrier.role.trouble is None

    carried(tmp_path, script)


def test_a_door_that_never_answers_is_given_up_on_and_the_next_decision_is_carried(tmp_path: Path) -> None:
    async def script(carrier: Carrier, now_ns: int) -> None:
        carrier.line.trouble = ["request lost"] * 12
        await carrier.decide(*wanted(now_ns), at_ns=now_ns)
        run = await carrier.last()
        assert (run["status"], run["reason"]) == ("unanswered", "ConnectError: refused")
        assert (await carrier.get("/health")).json()["status"] == "degraded"
        await carrier.decide(*wanted(now_ns + 1), at_ns=now_ns + 1)
        assert (await carrier.last())["status"] == "completed"

    carried(tmp_path, script)


def test_a_refusal_is_not_repeated_and_its_reason_is_kept(tmp_path: Path) -> None:
    async def script(carrier: Carrier, now_ns: int) -> None:
        await carrier.decide(*wanted(now_ns), at_ns=now_ns)
        await carrier.decide(*wanted(now_ns, shares=11), at_ns=now_ns)
        run = await carrier.last()
        assert (run["status"], run["attempts"], carrier.line.requests) == ("refused", 1, 2)
        assert str(run["reason"]).startswith("409: trend has decided otherwise")

    carried(tmp_path, script)


def test_a_skipped_decision_is_recorded_with_its_reason_and_not_posted(tmp_path: Path) -> None:
    async def script(carrier: Carrier, now_ns: int) -> None:
        await carrier.decide(at_ns=now_ns, skipped="the strategy decided nothing")
        run = await carrier.last()
        assert (run["status"], run["reason"]) == ("skipped", "the strategy decided nothing")
        assert carrier.line.requests == 0

    carried(tmp_path, script)


def test_questions_about_runs_that_do_not_exist_or_pages_that_cannot_be_are_refused(tmp_path: Path) -> None:
    async def script(carrier: Carrier, now_ns: int) -> None:
        missing = await carrier.get("/api/v1/orchestration/runs/none")
        assert (missing.status_code, missing.json()["field"]) == (404, "run_id")
        wrong = await carrier.get("/api/v1/orchestration/runs?limit=0")
        assert (wrong.status_code, wrong.json()["field"]) == (422, "limit")
        assert (await carrier.get("/api/v1/orchestration/status")).json()["last_run"] is None

    carried(tmp_path, script)
