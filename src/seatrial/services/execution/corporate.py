"""Splits and dividends of one account, told to the machine as their day begins: the facts that a backtest tells it.

The venue lists them. They are told where the risk day of their ex-date begins, before anything trades in it, each
once: the journal says which were. A listed action from before the account's opening balance is inside that balance.

A dividend is told only where the venue pays it at that instant, as the local one does. Real venues pay weeks later or,
on paper, never: there reconciliation books what the venue's own record says was paid (`venues.payments`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from seatrial.core.blank_state import XNYS_DAY_OFFSET_NS
from seatrial.domain.facts import MoneyFact
from seatrial.domain.faults import VenueFault
from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.money_facts import CashDividend, Split
from seatrial.domain.time import DAY_NS, HOUR_NS, SECOND_NS
from seatrial.journal.port import Entry
from seatrial.runs.timetable import whole_lot
from seatrial.services.execution.account_index import AccountIndexes
from seatrial.services.execution.engine import ExecutionEngine
from seatrial.services.execution.market_time import MarketTime
from seatrial.services.health import Status, Verdict
from seatrial.venues.actions import ListsActions, VenueAction

ASK_AGAIN_NS = 6 * HOUR_NS  # market time between two looks at the list
AHEAD_DAYS = 3  # a list that cannot be had for so long leaves nothing out
AFTER_FAULT_NS = 60 * SECOND_NS  # of the loop's time
LOOK_UP_NS = 5 * SECOND_NS  # of the loop's time, where market time has to be asked for

_log = structlog.get_logger("seatrial.services.execution")


class CorporateActions:
    """One account's. `note` every journal entry, in order, on replay and after each commit."""

    def __init__(
        self,
        engine: ExecutionEngine,
        account: AccountId,
        venue: ListsActions,
        instruments: Sequence[Instrument],
        indexes: AccountIndexes,
        market: MarketTime,
        *,
        dividends: bool,
    ) -> None:
        self.account = account
        self.trouble: str | None = None  # why the list could not be had
        self._engine = engine
        self._venue = venue
        self._instruments = {one.symbol: one for one in instruments if one.calendar == "XNYS"}
        self._indexes = indexes
        self._market = market
        self._dividends = dividends
        self._listed: Sequence[VenueAction] = ()
        self._asked_ns = 0
        self._told: set[tuple[type[MoneyFact], Symbol, int]] = set()

    def note(self, entry: Entry) -> None:
        """Remember what was told."""
        fact = entry.fact
        if isinstance(fact, Split | CashDividend) and fact.account == self.account:
            self._told.add((type(fact), fact.symbol, fact.at_ns))

    async def check(self) -> Verdict:
        """Whether the list is known."""
        if self.trouble is not None:
            return Verdict(Status.DEGRADED, self.trouble)
        return Verdict(Status.HEALTHY, f"{len(self._listed)} listed")

    async def catch_up(self) -> None:
        """Ask for the list where it is old, and tell what is due. A venue that does not answer is asked again later."""
        if not self._instruments:
            return
        opened_ns, now_ns = self._indexes.of(self.account).opened_ns, self._market.now_ns(self.account)
        if not self._asked_ns or now_ns - self._asked_ns >= ASK_AGAIN_NS:
            first_day = (opened_ns or now_ns) // DAY_NS
            try:
                listed = await self._venue.corporate_actions(
                    tuple(self._instruments), first_day, now_ns // DAY_NS + AHEAD_DAYS
                )
            except VenueFault as fault:
                self.trouble = f"the venue's list of corporate actions: {fault}"
                _log.warning("no list of corporate actions", account=self.account, why=str(fault))
            else:
                self._listed = [action for action in listed if self._dividends or not action.cash_units]
                self._asked_ns, self.trouble = now_ns, None
        facts = self._due(now_ns) if opened_ns else []
        if facts:
            _log.info("corporate actions take effect", account=self.account, actions=len(facts))
            self._told |= {(type(fact), fact.symbol, fact.at_ns) for fact in facts}
            await self._engine.submit(facts)

    async def run(self) -> None:
        """For ever, waking where a day begins."""
        while self._instruments:
            await self.catch_up()
            await asyncio.sleep(self._wait_ns() / SECOND_NS)

    def _wait_ns(self) -> int:
        if self.trouble is not None:
            return AFTER_FAULT_NS
        now_ns = self._market.now_ns(self.account)
        later = [at_ns for action in self._listed if (at_ns := day_begins_ns(action)) > now_ns]
        return self._market.wait_ns(min([*later, self._asked_ns + ASK_AGAIN_NS]) - now_ns, LOOK_UP_NS)

    def _due(self, now_ns: int) -> list[Split | CashDividend]:
        opened_ns = self._indexes.of(self.account).opened_ns
        facts = [self._fact(action) for action in self._listed if opened_ns < day_begins_ns(action) <= now_ns]
        return [fact for fact in facts if (type(fact), fact.symbol, fact.at_ns) not in self._told]

    def _fact(self, action: VenueAction) -> Split | CashDividend:
        at_ns = day_begins_ns(action)
        if action.cash_units:
            return CashDividend(at_ns, self.account, action.symbol, action.cash_units)
        last = self._engine.machine.last_price(self.account, action.symbol)
        whole_units, lieu_units = whole_lot(self._instruments[action.symbol]), 0
        if whole_units and last is not None:
            lieu_units = max(last[0] * action.old_shares // action.new_shares, 1)
        else:
            whole_units = 0
        return Split(at_ns, self.account, action.symbol, action.new_shares, action.old_shares, whole_units, lieu_units)


def day_begins_ns(action: VenueAction) -> int:
    """Where the risk day of an ex-date begins."""
    return action.ex_day * DAY_NS - XNYS_DAY_OFFSET_NS
