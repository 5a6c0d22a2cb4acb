"""Runs at their time, by hand and after a restart: each with its lines, and none that does anything twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import httpx
from tests.services.scripted_venue import AAPL, PAPER
from tests.services.tape_venue import who
from tests.services.test_orchestrator import STRATEGY, Line, wanted
from tests.services.trading_desk import SHARE, Desk, on_a_morning, open_desk

from seatrial.domain.facts import CancelRequest, Fact, OrderRequest, Target
from seatrial.domain.faults import JournalFault
from seatrial.domain.ids import AccountId, ClientOrderId
from seatrial.domain.orders import OrderType, Side, TimeInForce
from seatrial.domain.time import MINUTE_NS, parse_rfc3339
from seatrial.runs.virtual_time import VirtualClock, VirtualLoop
from seatrial.services.api.execution import execution_doors
from seatrial.services.api.orchestrator import orchestrator_doors
from seatrial.services.api.scheduler import report_of
from seatrial.services.bus import Bus, Overflow
from seatrial.services.dependencies import BusCheck
from seatrial.services.health import Health
from seatrial.services.orchestrator import Orchestrator
from seatrial.services.order_path import ExecutionOrderPath
from seatrial.services.run_records import RunRecord
from seatrial.services.scheduler import SchedulerRules
from seatrial.services.scheduler_report import SchedulerReport
from seatrial.services.schedules import Schedule, parse_schedule
from seatrial.services.topics import Decision, Notice, Signal


class Scheduled:
    """A strategy with a schedule."""

    strategy_id = STRATEGY
    account: AccountId = PAPER

    def __init__(self, words: str) -> None:
        self.schedule: Schedule = parse_schedule(words)


class Store:
    """A store of runs that can fail."""

    def __init__(self) -> None:
        self.runs: dict[str, RunRecord] = {}
        self.broken = False

    async def newest(self, limit: int) -> Sequence[RunRecord]:
        return list(self.runs.values())[-limit:]

    async def keep(self, runs: Sequence[RunRecord]) -> None:
        if self.broken:
            raise JournalFault("the disk is full")
        self.runs |= {run.run_id: run for run in runs}

    async def ping(self) -> None:
        return


class House:
    """An orchestrator with one strategy, before a real execution desk."""

    def __init__(self, loop: VirtualLoop, desk: Desk, words: str, store: Store | None) -> None:
        clock = VirtualClock(loop)
        health = Health(who("execution"), clock, [])
        self.line = Line(execution_doors(desk.service, health, settings=dict, new_request_id=lambda: "id"))
        self.desk, self.bus = desk, Bus()
        self.notices = self.bus.subscribe(Notice, "test", overflow=Overflow.DROP_OLDEST)
        self.client = httpx.AsyncClient(transport=self.line, base_url="http://execution")
        self.path = ExecutionOrderPath(desk.service)
        self.role = Orchestrator(
            identity=who("orchestrator"),
            clock=clock,
            bus=self.bus,
            execution=self.client,
            instruments={AAPL.symbol: AAPL},
            desks=[Scheduled(words)],
            market=desk.service.market,
            calendars={PAPER: "XNYS"},
            schedule=SchedulerRules(heartbeat_seconds=60),
            store=store,
        )
        self.doors = orchestrator_doors(
            self.role, new_request_id=lambda: "id", dependencies={"bus": BusCheck(self.bus)}, path=self.path
        )

    async def decide(self, *facts: Fact, at_ns: int, skipped: str | None = None, run: bool = False) -> None:
        said = Signal("s", STRATEGY, PAPER, AAPL.symbol, "buy", 0.7, "up", at_ns, 1_000_000, None, None, "digest")
        await self.bus.publish(Decision(STRATEGY, PAPER, at_ns, facts, skipped, (said,) if facts else (), run=run))
        await asyncio.sleep(1)

    async def ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.doors), base_url="http://door") as client:
            return await client.request(method, f"/api/v1/orchestration/{path}", json=body)

    async def runs(self) -> list[tuple[str, str]]:
        rows = (await self.ask("GET", "runs")).json()["runs"]
        return [(row["trigger"], row["status"]) for row in rows][::-1]

    def report(self) -> SchedulerReport:
        return report_of(self.role, self.path, symbols=["AAPL"], missing=list, circuits=dict)

    def told(self) -> list[str]:
        return [notice.name for notice in self.notices._queue]


def lived(
    tmp_path: Path,
    words: str,
    script: Callable[[House, int], Awaitable[None]],
    store: Store | None = None,
) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_desk(loop, tmp_path) as desk:
            house = House(loop, desk, words, store)
            await house.role.start()
            await script(house, loop.now_ns())
            await house.role.close()
            await house.client.aclose()

    on_a_morning(main)


def test_a_run_tells_signal_target_and_orders_by_symbol(tmp_path: Path) -> None:
    async def script(house: House, now_ns: int) -> None:
        await house.decide(*wanted(now_ns), at_ns=now_ns)
        run = (await house.ask("GET", f"runs/paper-trend-{now_ns}")).json()
        (line,) = run["lines"]
        assert line["signal"] == {"id": "s", "action": "buy", "confidence": 0.7, "reason": "up", "model": "digest"}
        assert (line["target"], line["skipped"], line["refused"]) == ({"quantity": "10"}, None, [])
        assert [order["quantity"] for order in line["orders"]] == ["10"]
        (now,) = run["orders_now"]
        assert (now["client_order_id"], now["status"]) == (line["orders"][0]["client_order_id"], "working")

    lived(tmp_path, "on bar close", script)


def test_what_risk_refuses_is_told_with_both_numbers(tmp_path: Path) -> None:
    async def script(house: House, now_ns: int) -> None:
        await house.decide(*wanted(now_ns, shares=100_000), at_ns=now_ns)
        (line,) = (await house.ask("GET", f"runs/paper-trend-{now_ns}")).json()["lines"]
        assert line["orders"] == []
        assert line["refused"][0]["limit"] < line["refused"][0]["actual"]

    lived(tmp_path, "on bar close", script)


def test_a_run_by_hand_sends_nothing_that_is_held_or_working_already(tmp_path: Path) -> None:
    async def script(house: House, now_ns: int) -> None:
        await house.decide(*wanted(now_ns), at_ns=now_ns)
        for _ in range(2):
            started = await house.ask("POST", "run", {"strategy": "trend"})
            assert started.status_code == 202
            await asyncio.sleep(1)
            group = (await house.ask("GET", f"runs/{started.json()['run_id']}")).json()
            assert (group["status"], group["runs"][0]["orders_submitted"]) == ("completed", 0)
        assert len(house.desk.venue.submitted) == 1
        assert len(house.desk.facts(Target)) == 2, "the second run by hand was the first one's again"
        assert await house.runs() == [("bar", "completed"), ("manual", "completed"), ("manual", "completed")]

    lived(tmp_path, "on bar close", script)


def test_one_run_by_hand_at_a_time_and_of_a_known_strategy(tmp_path: Path) -> None:
    async def script(house: House, now_ns: int) -> None:
        await house.decide(*wanted(now_ns), at_ns=now_ns)
        house.line.trouble = ["request lost"] * 3
        assert (await house.ask("POST", "run")).status_code == 202
        again = await house.ask("POST", "run")
        assert (again.status_code, again.json()["error"]) == (409, "in_progress")
        status = (await house.ask("GET", "status")).json()
        assert str(status["in_progress"]).startswith(("manual-", "paper-trend-"))
        unknown = await house.ask("POST", "run", {"strategy": "other"})
        assert (unknown.status_code, unknown.json()["field"]) == (422, "strategy")

    lived(tmp_path, "on bar close", script)


def test_a_strategy_that_wants_nothing_is_skipped_with_that_reason(tmp_path: Path) -> None:
    async def script(house: House, _: int) -> None:
        name = (await house.ask("POST", "run")).json()["run_id"]
        await asyncio.sleep(1)
        (run,) = (await house.ask("GET", f"runs/{name}")).json()["runs"]
        assert (run["status"], "no target so far" in run["reason"]) == ("skipped", True)

    lived(tmp_path, "on bar close", script)


def test_an_interval_carries_the_latest_targets_at_its_time_and_lets_cancels_pass(tmp_path: Path) -> None:
    async def script(house: House, now_ns: int) -> None:
        early = [*wanted(now_ns, shares=7), CancelRequest(now_ns, ClientOrderId("OLD"))]
        await house.decide(*early, at_ns=now_ns)
        assert house.desk.facts(Target) == []
        assert [fact.client_order_id for fact in house.desk.facts(CancelRequest)] == ["OLD"]
        order = OrderRequest(
            now_ns + 2,
            PAPER,
            STRATEGY,
            AAPL.symbol,
            Side.SELL,
            OrderType.LIMIT,
            TimeInForce.GTC,
            SHARE,
            limit_units=1_010_000,
            client_order_id=ClientOrderId("MINE"),
            batch_ns=now_ns + 2,
        )
        await house.decide(*wanted(now_ns + 1, shares=9), at_ns=now_ns + 1)
        await house.decide(order, at_ns=now_ns + 2)
        await asyncio.sleep(60)
        assert [fact.quantity_units // SHARE for fact in house.desk.facts(Target)] == [9]
        assert [fact.client_order_id for fact in house.desk.facts(OrderRequest)] == ["MINE"]
        await asyncio.sleep(60)
        assert await house.runs() == [("bar", "completed"), ("schedule", "completed"), ("schedule", "skipped")]
        assert house.report().config.execution_seconds == 60

    lived(tmp_path, "every 60 s", script)


def test_between_two_runs_of_a_day_nothing_is_told_and_the_run_itself_is_of_its_schedule(tmp_path: Path) -> None:
    async def script(house: House, now_ns: int) -> None:
        await house.decide(at_ns=now_ns, skipped="targets wait")
        assert await house.runs() == []
        status = (await house.ask("GET", "status")).json()
        assert (status["next_run_at"], status["next_run"]["clock"]) == ("2019-02-11T20:30:00Z", "market")
        await house.decide(*wanted(now_ns + MINUTE_NS), at_ns=now_ns + MINUTE_NS, run=True)
        assert await house.runs() == [("schedule", "completed")]

    lived(tmp_path, "15:30 America/New_York", script)


def test_a_run_of_the_day_that_no_bar_carried_is_missed_once_and_degrades(tmp_path: Path) -> None:
    async def script(house: House, now_ns: int) -> None:
        await asyncio.sleep(6 * 3_600)
        assert house.report().status == "healthy"
        await asyncio.sleep(3_600)
        assert house.told() == ["run_missed"]
        report = house.report()
        assert (report.status, report.jobs[0].missed, report.jobs[0].missed_count) == ("degraded", True, 1)
        assert report.jobs[0].next_run_at == "2019-02-12T20:30:00Z"
        assert "missed the run of 2019-02-11T20:30:00Z" in report.reasons[0]
        assert (await house.role.health.report()).status == "degraded"
        at_ns = parse_rfc3339("2019-02-12T20:30:00Z")
        await house.decide(at_ns=at_ns, skipped="the strategy decided nothing", run=True)
        assert house.report().status == "healthy"

    lived(tmp_path, "15:30 America/New_York", script)


def test_runs_outlive_the_process_and_so_do_the_targets_of_a_run_by_hand(tmp_path: Path) -> None:
    store = Store()

    async def first(house: House, now_ns: int) -> None:
        await house.decide(*wanted(now_ns), at_ns=now_ns)

    async def second(house: House, _: int) -> None:
        assert await house.runs() == [("bar", "completed")]
        await house.ask("POST", "run")
        await asyncio.sleep(1)
        assert (await house.runs())[-1] == ("manual", "completed")
        assert len(house.desk.venue.submitted) <= 1

    lived(tmp_path / "one", "on bar close", first, store)
    assert len(store.runs) == 1
    lived(tmp_path / "two", "on bar close", second, store)


def test_a_store_that_fails_stops_no_run_is_told_of_and_gets_everything_later(tmp_path: Path) -> None:
    store = Store()

    async def script(house: House, now_ns: int) -> None:
        store.broken = True
        await house.decide(*wanted(now_ns), at_ns=now_ns)
        await asyncio.sleep(5)
        assert await house.runs() == [("bar", "completed")]
        report = await house.role.health.report()
        assert [part.message for part in report.components if part.name == "schedule"] == ["the disk is full"]
        store.broken = False
        await asyncio.sleep(5)
        assert len(store.runs) == 1

    lived(tmp_path, "on bar close", script, store)


def test_the_status_names_its_dependencies_the_kill_switch_and_the_breaker(tmp_path: Path) -> None:
    async def script(house: House, _: int) -> None:
        status = (await house.ask("GET", "status")).json()
        assert status["dependencies"]["bus"]["healthy"] is True
        assert status["kill_switch"] == {"active": False, "reason": None}
        assert status["breaker"] == {"state": "NORMAL", "accounts": {"paper": "NORMAL"}}
        await house.desk.service.halt("test", "enough")
        status = (await house.ask("GET", "status")).json()
        assert (status["kill_switch"]["active"], "enough" in status["kill_switch"]["reason"]) == (True, True)

    lived(tmp_path, "on bar close", script)


def test_the_scheduler_tells_what_the_newest_run_with_work_led_to(tmp_path: Path) -> None:
    async def script(house: House, now_ns: int) -> None:
        assert house.report().execution.status == "no run yet"
        await house.decide(*wanted(now_ns), at_ns=now_ns)
        await house.decide(at_ns=now_ns + MINUTE_NS, skipped="the strategy decided nothing")
        told = house.report().execution
        counts = (told.orders_planned, told.orders_submitted, told.orders_skipped, told.orders_failed)
        assert (told.status, counts, told.positions_synced) == ("completed", (1, 1, 0, 0), True)
        assert told.gross_exposure == {"USD": "0"}

    lived(tmp_path, "on bar close", script)
