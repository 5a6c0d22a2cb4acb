"""The doors of 8000 on money, orders, risk and metrics, over a real journal and a scripted venue."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

import msgspec
from httpx_ws import AsyncWebSocketSession, aconnect_ws
from tests.services.observation import observing
from tests.services.scripted_venue import PAPER, ScriptedVenue
from tests.services.trading_desk import SHARE, on_a_morning

from seatrial.domain.facts import Rebalance, Target
from seatrial.domain.ids import StrategyId, Symbol
from seatrial.domain.orders import OrderStatus
from seatrial.domain.time import parse_rfc3339
from seatrial.runs.virtual_time import VirtualLoop
from seatrial.services.topics import Decision, Notice, Signal

AAPL = Symbol("AAPL")
DOLLAR = 10_000
JOURNEY = "/api/orders/{order_id}/journey"


# ----------------------------------------------------------------------- money


def test_a_fill_is_told_with_what_it_realised_and_whose_it_was(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with observing(loop, tmp_path) as seen:
            for shares, price in ((10, 100), (-10, 103)):
                order = await seen.desk.buy(shares)
                await asyncio.sleep(1)
                seen.desk.venue.fill(order.client_order_id, 10 * SHARE, price * DOLLAR)
                await asyncio.sleep(1)

            trades = (await seen.get("/api/trades"))["trades"]
            assert [(trade["side"], trade["price"], trade["realized"]) for trade in trades] == [
                ("sell", "103", "30"),
                ("buy", "100", "0"),
            ]
            assert trades[0]["shares"] == [{"strategy": "hand", "quantity": "-10"}]
            assert trades[0]["recorded_at"] is not None
            pnl = await seen.get("/api/trades/pnl?period=today")
            assert pnl["realized"] == {"USD": "30"}
            assert (pnl["trades"], pnl["closed_trades"], pnl["win_rate"]) == (2, 1, 1.0)
            assert pnl["accounts"][0]["total"] == "30"

    on_a_morning(main)


def test_equity_has_a_point_for_every_bar_and_says_since_when(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with observing(loop, tmp_path) as seen:
            order = await seen.desk.buy(10)
            await asyncio.sleep(1)
            seen.desk.venue.fill(order.client_order_id, 10 * SHARE, 100 * DOLLAR)
            for price in (101, 102, 103):
                await asyncio.sleep(60)
                seen.desk.price(price * DOLLAR)
            await asyncio.sleep(1)

            (series,) = (await seen.get("/api/equity"))["series"]
            equity = [point["equity"] for point in series["points"]]
            assert equity == ["100000", "100010", "100020", "100030"]
            assert series["points"][-1]["at"] == series["as_of"]
            assert series["source"] == "journal"
            since = series["points"][1]["at"]
            (later,) = (await seen.get(f"/api/equity?since={since}&limit=1"))["series"]
            assert [point["equity"] for point in later["points"]] == ["100030"]

    on_a_morning(main)


def test_after_a_restart_the_same_is_told_but_for_our_own_clock(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        venue = ScriptedVenue(loop.now_ns)
        async with observing(loop, tmp_path, venue) as seen:
            order = await seen.desk.buy(10)
            await asyncio.sleep(1)
            venue.fill(order.client_order_id, 10 * SHARE, 100 * DOLLAR)
            await asyncio.sleep(60)
            seen.desk.price(105 * DOLLAR)
            await asyncio.sleep(1)
            before = (await seen.get("/api/equity"))["series"], (await seen.get("/api/trades"))["trades"]
        async with observing(loop, tmp_path, venue, owner="second") as seen:
            (series,) = (await seen.get("/api/equity"))["series"]
            assert series["points"][: len(before[0][0]["points"])] == before[0][0]["points"]
            (trade,) = (await seen.get("/api/trades"))["trades"]
            assert trade == before[1][0] | {"recorded_at": None}

    on_a_morning(main)


def test_a_parameter_that_is_wrong_is_named_with_what_is_accepted(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with observing(loop, tmp_path) as seen:
            for path, field in (
                ("/api/equity?limit=0", "limit"),
                ("/api/equity?since=yesterday", "since"),
                ("/api/equity?account=nobody", "account"),
                ("/api/trades?symbol=DOGE", "symbol"),
                ("/api/trades?limt=5", "limt"),
                ("/api/trades/pnl?period=year", "period"),
                ("/api/notices?kind=gossip", "kind"),
            ):
                refused = await seen.get(path, 422)
                assert (refused["error"], refused["field"]) == ("invalid_field", field)
                assert refused["accepted"]

    on_a_morning(main)


# -------------------------------------------------------------------- journeys


def test_an_orders_way_is_told_from_the_signal_to_the_fill(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with observing(loop, tmp_path) as seen:
            now_ns = loop.now_ns()
            strategy = StrategyId("trend")
            signal = Signal(
                "s", strategy, PAPER, AAPL, "buy", 0.8, "it rises", now_ns, 100 * DOLLAR, None, 5 * SHARE, "digest"
            )
            await seen.bus.publish(Decision(strategy, PAPER, now_ns, (), signals=(signal,)))
            wish = Target(now_ns, PAPER, strategy, AAPL, now_ns, 5 * SHARE)
            await seen.desk.service.submit([wish, Rebalance(now_ns, PAPER, AAPL, now_ns)])
            await asyncio.sleep(1)
            (order,) = seen.desk.venue.orders
            seen.desk.venue.fill(order, 5 * SHARE, 100 * DOLLAR)
            await asyncio.sleep(1)

            way = await seen.get(f"/api/orders/{order}/journey")
            (said,), (target,) = way["signals"], way["targets"]
            assert (said["action"], said["confidence"], said["reason"]) == ("buy", 0.8, "it rises")
            assert (target["strategy"], target["quantity"], target["weight"]) == ("trend", "5", None)
            assert (way["intent"]["kind"], way["risk"]["approved"], way["risk"]["reason"]) == (
                "rebalance",
                True,
                "target",
            )
            assert way["risk"]["allocation"] == [{"strategy": "trend", "quantity": "5"}]
            assert target["seq"] < way["journal_seq"] < way["sent"]["seq"] < way["reports"][0]["seq"]
            assert way["reports"][0]["status"] == "working"
            assert (way["status"], way["filled_quantity"], len(way["fills"])) == ("filled", "5", 1)
            assert way["unknown"] == []

    on_a_morning(main)


def test_what_is_not_known_of_an_orders_way_is_null_and_said(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        venue = ScriptedVenue(loop.now_ns)
        async with observing(loop, tmp_path, venue) as seen:
            order = await seen.desk.buy(3, "MINE")
            await asyncio.sleep(1)
        async with observing(loop, tmp_path, venue, owner="second") as seen:
            way = await seen.get(f"/api/orders/{order.client_order_id}/journey")
            assert way["signals"] is None
            assert way["intent"]["recorded_at"] is None
            assert way["fills"] == []
            assert [why.split(":")[0] for why in way["unknown"]] == ["signals", "recorded_at"]
            missing = await seen.get("/api/orders/NOBODYS/journey", 404)
            assert (missing["error"], missing["field"]) == ("not_found", "order_id")

    on_a_morning(main)


def test_refusals_words_and_notices_are_told_newest_first(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with observing(loop, tmp_path) as seen:
            await seen.desk.ask(501)
            await seen.post("/risk/kill-switch", {"active": True, "reason": "a test"})
            await seen.bus.publish(Notice("strategy_stopped", "trend: it broke", loop.now_ns()))
            await asyncio.sleep(1)

            notice, command, refusal = (await seen.get("/api/notices"))["notices"]
            assert (notice["kind"], notice["name"], notice["seq"]) == ("notice", "strategy_stopped", None)
            assert (command["kind"], command["name"], command["detail"]) == ("command", "halt", "operator: a test")
            assert (refusal["code"], refusal["limit"], refusal["actual"]) == ("MAX_SHARES", "500", "501")
            assert "the limit is 500" in refusal["detail"]
            only = (await seen.get("/api/notices?kind=refusal&limit=1"))["notices"]
            assert only == [refusal]

    on_a_morning(main)


# ------------------------------------------------------------------------ risk


def test_the_kill_switch_latches_and_is_lifted_and_cancels_when_asked(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with observing(loop, tmp_path) as seen:
            order = await seen.desk.buy(3)
            await asyncio.sleep(1)
            assert (await seen.get("/risk/kill-switch"))["active"] is False

            thrown = await seen.post("/risk/kill-switch", {"active": True, "reason": "enough", "cancel_orders": True})
            assert (thrown["active"], thrown["reason"], thrown["journalled"]) == (True, "operator: enough", True)
            await asyncio.sleep(2)
            assert seen.desk.status(order.client_order_id) == OrderStatus.CANCELED.name
            assert (await seen.get("/risk"))["halted"] is True
            assert (await seen.get("/health"))["risk"]["halted"] is True

            lifted = await seen.post("/risk/kill-switch", {"active": False})
            assert (lifted["active"], lifted["reason"]) == (False, None)
            refused = await seen.post("/risk/kill-switch", {"reason": "what then?"}, 422)
            assert refused["field"] == "active"

    on_a_morning(main)


def test_a_tripped_breaker_is_told_with_its_reason_and_a_reset_waits_for_the_cooldown(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with observing(loop, tmp_path) as seen:
            order = await seen.desk.buy(450)
            await asyncio.sleep(1)
            seen.desk.venue.fill(order.client_order_id, 450 * SHARE, 100 * DOLLAR)
            await asyncio.sleep(60)
            seen.desk.price(95 * DOLLAR)
            await asyncio.sleep(1)

            breaker = await seen.get("/api/system/circuit-breaker/status")
            assert (breaker["active"], breaker["state"], breaker["reason"]) == (True, "TRIPPED", "daily_loss")
            assert breaker["daily_pnl"] == "-2250"
            assert breaker["tripped_at"] < breaker["cooldown_ends_at"]
            (told,) = (await seen.get("/api/notices?kind=breaker"))["notices"]
            assert (told["limit"], told["actual"], told["unit"]) == ("2000", "2250", "USD")
            reset = await seen.post("/risk/reset", {"reason": "looked at"})
            assert reset["state"] == "COOLDOWN"
            assert (await seen.post("/risk/reset", None))["state"] == "COOLDOWN"

    on_a_morning(main)


def test_exposure_and_limits_count_what_is_held_and_what_works(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with observing(loop, tmp_path) as seen:
            order = await seen.desk.buy(10)
            await asyncio.sleep(1)
            seen.desk.venue.fill(order.client_order_id, 4 * SHARE, 100 * DOLLAR)
            await asyncio.sleep(1)

            exposure = await seen.get("/api/risk/exposure")
            assert (exposure["gross"], exposure["net"], exposure["short"]) == (
                {"USD": "400"},
                {"USD": "400"},
                {"USD": "0"},
            )
            assert (
                exposure["by_symbol"]["AAPL"] | {"quantity": "4", "value": "400", "worst": "1000"}
                == exposure["by_symbol"]["AAPL"]
            )
            assert exposure["open_positions"] == 1
            limits = {each["name"]: each for each in (await seen.get("/api/limits"))["limits"]}
            assert len(limits) == 22  # those that are off are left out
            assert (
                limits["position_limits.max_shares"] | {"used": "10", "utilization": 0.02, "symbol": "AAPL"}
                == (limits["position_limits.max_shares"])
            )
            assert limits["position_limits.max_shares"]["source"] == "a file"
            assert limits["position_limits.max_total_exposure"]["used"] == "1000"
            assert limits["order_limits.max_working_orders"]["used"] == "1"
            health = await seen.get("/health")
            assert health["scheduler"]["execution"] == {"gross_exposure": {"USD": "400"}, "positions_synced": True}

    on_a_morning(main)


# --------------------------------------------------------------------- metrics


def test_the_stream_sends_pictures_and_answers_a_ping(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        stream: AsyncWebSocketSession
        async with observing(loop, tmp_path) as seen, aconnect_ws("http://door/ws/metrics", seen.client) as stream:
            await stream.send_text("ping")
            heard = [await stream.receive_text() for _ in range(12)]
            assert heard.count("pong") == 1
            pictures = [msgspec.json.decode(text) for text in heard if text != "pong"]
            assert {picture["type"] for picture in pictures} == {"metrics"}
            assert pictures[0]["accounts"][0]["equity"] == "100000"
            times = [parse_rfc3339(picture["timestamp"]) for picture in pictures]
            assert times == sorted(times)
            later = [await stream.receive_text() for _ in range(320)]  # 32 seconds of them
            assert later.count('{"type":"ping"}') == 1

    on_a_morning(main)


def test_prometheus_text_counts_what_happened(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with observing(loop, tmp_path) as seen:
            order = await seen.desk.buy(10)
            await seen.desk.ask(501)
            await asyncio.sleep(1)
            seen.desk.venue.fill(order.client_order_id, 10 * SHARE, 100 * DOLLAR)
            await asyncio.sleep(1)
            await seen.get("/api/orders/NOBODYS/journey", 404)

            page = (await seen.client.get("/metrics/prometheus")).text
            for line in (
                'seatrial_up{mode="sim",release="",stage="dev",version="1.2.3"} 1.0',
                'seatrial_orders_total{account="paper"} 1.0',
                'seatrial_fills_total{account="paper"} 1.0',
                'seatrial_refusals_total{code="MAX_SHARES"} 1.0',
                'seatrial_equity{account="paper",currency="USD"} 100000.0',
                'seatrial_exposure{account="paper",currency="USD",kind="gross"} 1000.0',
                'seatrial_breaker{account="paper"} 0.0',
                "seatrial_halted 0.0",
                f'seatrial_http_errors_total{{door="{JOURNEY}",error="not_found",role="observability"}} 1.0',
            ):
                assert line in page.splitlines(), line
            assert "seatrial_journal_commit_seconds_count" in page
            assert "NOBODYS" not in page

    on_a_morning(main)


def test_without_anybody_who_looks_at_the_machine_nothing_is_invented(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with observing(loop, tmp_path) as seen:
            await seen.get("/api/trades")
            system = await seen.get("/api/metrics/system")
            assert system["cpu_percent"] is None
            assert system["database"]["trade_events_rows"] is None
            assert system["resources"]["ok"] is None
            states = {each["name"]: each["state"] for each in system["resources"]["thresholds"]}
            assert states["cpu_percent"] == "unknown"
            assert states["failed_share"] == "ok"
            startup = await seen.get("/health/startup")
            assert startup["schema_version"] == startup["expected_version"]

    on_a_morning(main)


def test_amounts_are_exact_texts(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with observing(loop, tmp_path) as seen:
            order = await seen.desk.buy(3)
            await asyncio.sleep(1)
            seen.desk.venue.fill(order.client_order_id, 3 * SHARE, 1_000_001)
            await asyncio.sleep(1)
            (trade,) = (await seen.get("/api/trades"))["trades"]
            (series,) = (await seen.get("/api/equity"))["series"]
            point = series["points"][-1]
            assert trade["price"] == "100.0001"
            assert Decimal(point["cash"]) == Decimal(100_000) - 3 * Decimal("100.0001")
            assert Decimal(point["equity"]) == Decimal(100_000) + Decimal(point["realized"]) + Decimal(
                point["unrealized"]
            )

    on_a_morning(main)
