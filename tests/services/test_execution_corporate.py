"""Splits and dividends on the order path: told as their day begins, each once, whatever happens to the process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from tests.services.scripted_venue import AAPL, USD, ScriptedVenue
from tests.services.trading_desk import SHARE, Desk, on_a_morning, open_desk

from seatrial.domain.facts import Transfer
from seatrial.domain.ids import Symbol
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.money_facts import CashDividend, Split
from seatrial.domain.time import DAY_NS, HOUR_NS, SECOND_NS, rfc3339
from seatrial.runs.virtual_time import VirtualLoop
from seatrial.venues.actions import VenueAction
from seatrial.venues.payments import VenuePayment

EX_DAY = 17_939  # 2019-02-12: the morning of these tests is the day before
ACTIONS = (
    VenueAction(Symbol("AAPL"), EX_DAY - 1, 10, 1),  # of before the opening balance
    VenueAction(Symbol("AAPL"), EX_DAY, cash_units=CASH_SCALE // 2),
    VenueAction(Symbol("AAPL"), EX_DAY, 3, 2),
)
OVER_NIGHT = 24 * HOUR_NS // SECOND_NS


class ListingVenue(ScriptedVenue):
    """Lists three actions, and books those of its night itself."""

    asked = 0
    silent = False
    booked = False

    async def corporate_actions(
        self, symbols: Sequence[Symbol], first_day: int, last_day: int
    ) -> Sequence[VenueAction]:
        """See `ListsActions`."""
        self.asked += 1
        self.down = self.silent
        try:
            await self._ask()
        finally:
            self.down = False
        return [action for action in ACTIONS if first_day <= action.ex_day <= last_day]

    def book(self) -> None:
        """Seven shares at a hundred: a dividend of 3.50, ten and a half shares, of which the half is paid out."""
        self.booked = True
        self.cash_units += 7 * CASH_SCALE // 2
        self.held[Symbol("AAPL")] = 10 * SHARE
        self.cash_units += 666_666 * CASH_SCALE // 10_000 // 2  # half a share at 66.6666


async def hold_seven(desk: Desk) -> None:
    order = await desk.buy(7)
    await asyncio.sleep(1)
    desk.venue.fill(order.client_order_id, 7 * SHARE, 1_000_000)
    await asyncio.sleep(1)
    assert desk.held() == 7


def agree(desk: Desk, venue: ScriptedVenue) -> None:
    (split,), (dividend,) = desk.facts(Split), desk.facts(CashDividend)
    assert rfc3339(split.at_ns) == rfc3339(dividend.at_ns) == "2019-02-12T05:00:00Z"
    assert (split.new_shares, split.old_shares, split.whole_units) == (3, 2, SHARE)
    assert split.lieu_price_units == 666_666
    machine = desk.service.machine
    (account,) = machine.accounts
    assert desk.held() == 10
    assert machine.cash(account.id, account.currency) == venue.cash_units
    assert desk.service.settled
    assert desk.service.engine.latched is None, "nobody halts over a difference that an action explains"


def test_the_night_of_a_split_and_a_dividend_is_booked_once_and_balances_agree(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        venue = ListingVenue(loop.now_ns)
        async with open_desk(loop, tmp_path, venue) as desk:
            await hold_seven(desk)
            loop.call_at(loop.time() + 14.5 * 3_600 - 4, venue.book)  # 05:00 UTC
            await asyncio.sleep(OVER_NIGHT)
            agree(desk, venue)
            assert venue.asked <= 6, "the list is asked for a few times a day"
        async with open_desk(loop, tmp_path, venue, "second") as desk:
            await asyncio.sleep(60)
            agree(desk, venue)

    on_a_morning(main)


def test_a_process_that_was_down_over_the_night_learns_of_it_before_it_compares_balances(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        venue = ListingVenue(loop.now_ns)
        async with open_desk(loop, tmp_path, venue) as desk:
            await hold_seven(desk)
        await asyncio.sleep(OVER_NIGHT)
        venue.book()
        async with open_desk(loop, tmp_path, venue, "second") as desk:
            await asyncio.sleep(60)
            agree(desk, venue)

    on_a_morning(main)


def test_a_list_that_cannot_be_had_is_asked_for_again_and_degrades_health(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        venue = ListingVenue(loop.now_ns)
        venue.silent = True
        async with open_desk(loop, tmp_path, venue) as desk:
            await asyncio.sleep(5)
            (part,) = [part for part in desk.service.parts() if part.name.startswith("corporate actions")]
            assert (await part.check()).status.name == "DEGRADED"
            venue.silent = False
            await asyncio.sleep(120)
            assert (await part.check()).status.name == "HEALTHY"

    on_a_morning(main)


def test_the_days_are_those_of_the_instrument() -> None:
    assert AAPL.calendar == "XNYS"
    assert EX_DAY * DAY_NS == 1_549_929_600 * SECOND_NS


class PayingVenue(ScriptedVenue):
    """Pays a dividend in the middle of a day, and says so in its record; that is answered a little later."""

    record: tuple[VenuePayment, ...] = ()

    async def payments_since(self, at_ns: int) -> Sequence[VenuePayment]:
        """See `TellsPayments`."""
        await self._ask()
        return [payment for payment in self.record if payment.at_ns >= at_ns]

    def pay(self, name: str, units: int) -> None:
        """Book and write down."""
        self.cash_units += units
        self.record += (VenuePayment(name, "DIV", self.now_ns(), USD, units, Symbol("AAPL")),)


def test_a_dividend_that_the_venue_s_record_tells_of_is_booked_once_and_halts_nobody(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        venue = PayingVenue(loop.now_ns)
        async with open_desk(loop, tmp_path, venue) as desk:
            await hold_seven(desk)
            venue.pay("one", 7 * CASH_SCALE // 2)
            await asyncio.sleep(60)
            paid = [fact.reason for fact in desk.facts(Transfer) if fact.symbol is None]
            assert paid[1:] == ["payment one DIV AAPL"]
        venue.pay("two", -CASH_SCALE)  # while nobody looks
        async with open_desk(loop, tmp_path, venue, "second") as desk:
            await asyncio.sleep(60)
            paid = [fact.reason for fact in desk.facts(Transfer) if fact.symbol is None]
            assert paid[1:] == ["payment one DIV AAPL", "payment two DIV AAPL"]
            machine = desk.service.machine
            (account,) = machine.accounts
            assert machine.cash(account.id, account.currency) == venue.cash_units
            assert desk.service.settled
            assert desk.service.engine.latched is None

    on_a_morning(main)
