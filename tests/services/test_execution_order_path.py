"""The order path on a scripted venue: durable before sent, unknown until known, halted means halted."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.services.scripted_venue import ScriptedVenue
from tests.services.trading_desk import SHARE, on_a_morning, open_desk, open_journal

from seatrial.core.machine import Machine
from seatrial.domain.effects import Approved, Refused
from seatrial.domain.facts import Command, Fill, Report, Sent, Transfer
from seatrial.domain.orders import OrderStatus
from seatrial.runs.virtual_time import VirtualLoop
from seatrial.services.execution.recovery import replay
from seatrial.venues.port import Denied, Outcome, Rejected, Unknown


def test_an_order_is_durable_then_sent_then_filled(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_desk(loop, tmp_path) as desk:
            order = await desk.buy(10)
            await asyncio.sleep(1)
            assert desk.status(order.client_order_id) == "WORKING"
            desk.venue.fill(order.client_order_id, 10 * SHARE, 1_000_000)
            await asyncio.sleep(1)
            assert (desk.status(order.client_order_id), desk.held()) == ("FILLED", 10)
            kinds = [type(entry.fact).__name__ for entry in desk.journal.replay()]
            assert kinds == ["Transfer", "BarClosed", "OrderRequest", "Sent", "Report", "Fill"]

    on_a_morning(main)


def test_the_opening_balance_enters_once_and_names_the_account(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        venue = ScriptedVenue(loop.now_ns)
        for owner in ("first", "second"):
            async with open_desk(loop, tmp_path, venue, owner) as desk:
                (opening,) = desk.facts(Transfer)
                assert (opening.amount_units, opening.reason) == (
                    venue.cash_units,
                    "opening balance of account paper-1",
                )

    on_a_morning(main)


def test_a_fill_told_three_times_is_booked_once(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_desk(loop, tmp_path) as desk:
            order = await desk.buy(10)
            await asyncio.sleep(1)
            desk.venue.fill(order.client_order_id, 4 * SHARE, 1_000_000, say=3)
            await asyncio.sleep(20)
            assert (desk.held(), desk.service.engine.latched) == (4, None)

    on_a_morning(main)


def test_a_fill_the_stream_never_told_is_found_by_reconciliation(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_desk(loop, tmp_path) as desk:
            order = await desk.buy(10)
            await asyncio.sleep(1)
            desk.venue.mute = True
            desk.venue.fill(order.client_order_id, 10 * SHARE, 1_000_000)
            await asyncio.sleep(6)
            assert (desk.status(order.client_order_id), desk.held()) == ("FILLED", 10)

    on_a_morning(main)


def test_a_lost_answer_is_unknown_and_then_looked_up(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_desk(loop, tmp_path) as desk:
            desk.venue.loses_answers = desk.venue.mute = True
            order = await desk.buy(10)
            await asyncio.sleep(0.002)
            assert desk.status(order.client_order_id) == "UNKNOWN"
            await asyncio.sleep(2)
            assert desk.status(order.client_order_id) == "WORKING"
            assert desk.venue.submitted == [order.client_order_id]

    on_a_morning(main)


def test_an_order_that_never_arrived_is_given_up_only_after_it_could_have(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_desk(loop, tmp_path) as desk:
            desk.venue.answer = lambda order: Unknown("timeout")
            order = await desk.buy(10)
            await asyncio.sleep(10)
            assert desk.status(order.client_order_id) == "UNKNOWN"
            await asyncio.sleep(20)
            assert desk.status(order.client_order_id) == "REJECTED"
            assert desk.venue.submitted == [order.client_order_id]

    on_a_morning(main)


def test_a_late_acceptance_is_not_missed(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_desk(loop, tmp_path) as desk:
            desk.venue.answer = lambda order: Unknown("timeout")
            order = await desk.buy(10)
            await asyncio.sleep(9)
            desk.venue.take(order)
            await asyncio.sleep(9)
            assert desk.status(order.client_order_id) == "WORKING"

    on_a_morning(main)


def test_an_order_that_comes_alive_after_it_was_given_up_is_taken_back_and_its_fills_are_booked(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_desk(loop, tmp_path) as desk:
            desk.venue.answer = lambda order: Unknown("timeout")
            order = await desk.buy(10)
            await asyncio.sleep(40)
            assert desk.status(order.client_order_id) == "REJECTED"
            desk.venue.take(order)
            desk.venue.fill(order.client_order_id, 3 * SHARE, 1_000_000)
            await asyncio.sleep(20)
            assert desk.venue.orders[order.client_order_id].status is OrderStatus.CANCELED
            assert (desk.held(), desk.service.engine.latched) == (3, None)

    on_a_morning(main)


def test_no_and_denied_are_final(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        outcomes: list[Outcome] = [Rejected("403", "insufficient"), Denied("rate budget spent")]
        async with open_desk(loop, tmp_path) as desk:
            for outcome in outcomes:
                desk.venue.answer = lambda order, outcome=outcome: outcome
                order = await desk.buy(10)
                await asyncio.sleep(1)
                assert desk.status(order.client_order_id) == "REJECTED"

    on_a_morning(main)


def test_a_cancel_waits_for_the_fills_it_crossed(tmp_path: Path) -> None:
    """A cancelled order whose last fill the stream lost must not look free before that fill is booked."""

    async def main(loop: VirtualLoop) -> None:
        async with open_desk(loop, tmp_path) as desk:
            order = await desk.buy(10)
            await asyncio.sleep(1)
            desk.venue.mute = True
            desk.venue.fill(order.client_order_id, 6 * SHARE, 1_000_000)
            desk.venue.mute = False
            desk.venue.end(order.client_order_id, OrderStatus.CANCELED)
            await asyncio.sleep(2)
            assert (desk.status(order.client_order_id), desk.held()) == ("CANCELED", 6)
            kinds = [type(entry.fact) for entry in desk.journal.replay()]
            assert kinds[-2:] == [Fill, Report]

    on_a_morning(main)


def test_nothing_is_sent_after_a_halt_until_it_is_lifted(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_desk(loop, tmp_path) as desk:
            desk.venue.latency_seconds = 5  # the first order is on its way, the second waits behind it
            first, second = await desk.buy(1), await desk.buy(2)
            await asyncio.sleep(0)
            await desk.service.halt("test", "enough")
            (refused,) = await desk.ask(3)
            assert isinstance(refused, Refused)
            await asyncio.sleep(20)
            assert desk.venue.submitted == [first.client_order_id]
            assert desk.status(second.client_order_id) == "CANCELED"
            await desk.service.resume("test", "go on")
            third = await desk.buy(1)
            await asyncio.sleep(20)
            assert desk.venue.submitted == [first.client_order_id, third.client_order_id]

    on_a_morning(main)


def test_a_halt_outlives_the_process(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        venue = ScriptedVenue(loop.now_ns)
        async with open_desk(loop, tmp_path, venue) as desk:
            await desk.service.halt("test", "enough")
        async with open_desk(loop, tmp_path, venue, "second") as desk:
            assert desk.service.engine.latched is not None
            assert isinstance((await desk.ask(3))[0], Refused)

    on_a_morning(main)


def test_kill_takes_every_working_order_back_and_halts(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_desk(loop, tmp_path) as desk:
            orders = [await desk.buy(1) for _ in range(3)]
            await asyncio.sleep(1)
            await desk.service.kill("test", "fire")
            await asyncio.sleep(1)
            assert [desk.status(order.client_order_id) for order in orders] == ["CANCELED"] * 3
            assert sorted(desk.venue.cancelled) == sorted(order.client_order_id for order in orders)

    on_a_morning(main)


def test_what_was_approved_and_not_sent_is_cancelled_by_recovery(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        venue = ScriptedVenue(loop.now_ns)
        async with open_desk(loop, tmp_path, venue) as desk:
            desk.service.sender._open.clear()
            order = await desk.buy(10)
        assert not venue.submitted
        async with open_desk(loop, tmp_path, venue, "second") as desk:
            assert desk.status(order.client_order_id) == "CANCELED"
            assert not desk.facts(Sent)

    on_a_morning(main)


def test_an_order_sent_before_a_crash_is_looked_up_and_never_sent_again(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        venue = ScriptedVenue(loop.now_ns)
        async with open_desk(loop, tmp_path, venue) as desk:
            venue.latency_seconds = 5
            order = await desk.buy(10)
            await asyncio.sleep(0.01)
        venue.latency_seconds = 0.001
        venue.take(order)
        venue.mute = True
        venue.fill(order.client_order_id, 10 * SHARE, 1_000_000)
        async with open_desk(loop, tmp_path, venue, "second") as desk:
            assert (desk.status(order.client_order_id), desk.held()) == ("FILLED", 10)
            assert venue.submitted == [order.client_order_id]

    on_a_morning(main)


def test_another_account_behind_the_same_door_halts(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        venue = ScriptedVenue(loop.now_ns)
        async with open_desk(loop, tmp_path, venue):
            pass
        venue.account_ref = "paper-2"
        async with open_desk(loop, tmp_path, venue, "second") as desk:
            assert "paper-2" in (desk.service.engine.latched or "")
            assert desk.facts(Command)

    on_a_morning(main)


def test_money_that_leaves_without_a_reason_halts(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_desk(loop, tmp_path) as desk:
            desk.venue.cash_units -= 1
            await asyncio.sleep(30)
            assert "USD" in (desk.service.engine.latched or "")

    on_a_morning(main)


def test_a_venue_that_is_down_at_the_start_is_waited_for(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        venue = ScriptedVenue(loop.now_ns)
        venue.down = True
        loop.call_later(300, setattr, venue, "down", False)
        async with open_desk(loop, tmp_path, venue) as desk:
            assert loop.time() >= 300
            assert isinstance((await desk.ask(1))[0], Approved)

    on_a_morning(main)


def test_a_cancel_wanted_before_a_crash_is_asked_for_after_it(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        venue = ScriptedVenue(loop.now_ns)
        async with open_desk(loop, tmp_path, venue) as desk:
            order = await desk.buy(10)
            await asyncio.sleep(1)
            venue.latency_seconds = 3600
            desk.service.kill("test", "fire")
            await asyncio.sleep(0.1)
            assert desk.service.machine.orders()
        venue.latency_seconds = 0.001
        venue.cancelled.clear()
        async with open_desk(loop, tmp_path, venue, "second") as desk:
            await asyncio.sleep(1)
            assert venue.cancelled == [order.client_order_id]
            assert desk.status(order.client_order_id) == "CANCELED"

    on_a_morning(main)


def test_a_replayed_journal_gives_the_same_fingerprint(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_desk(loop, tmp_path) as desk:
            for shares in (5, 7, -3):
                (order,) = await desk.ask(shares)
                await asyncio.sleep(1)
                assert isinstance(order, Approved)
                desk.venue.fill(order.client_order_id, order.qty_units, 1_000_000 + shares)
                await asyncio.sleep(1)
            lived = desk.service.machine
        journal = open_journal(tmp_path / "journal.db", "second")
        replayed = Machine(lived.accounts, lived.instruments, journal.epoch)
        replay(replayed, journal, ())
        assert replayed.state_fingerprint() == lived.state_fingerprint()
        await journal.close()

    on_a_morning(main)


def test_new_code_on_an_old_journal_begins_with_a_snapshot(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        venue = ScriptedVenue(loop.now_ns)
        async with open_desk(loop, tmp_path, venue) as desk:
            await desk.buy(10)
        async with open_desk(loop, tmp_path, venue, "second", core="newer core") as desk:
            snapshot = desk.journal.snapshot_before(desk.journal.last_seq)
            assert snapshot is not None
            assert not desk.journal.snapshot_due

    on_a_morning(main)
