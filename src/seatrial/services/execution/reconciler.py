"""Their truth against ours, for ever: what streams lose, what answers hide, what people do by hand.

One `look` asks the venue for everything, compares (`venues.reconcile`, pure) and books the repairs.
The same look resolves unknown orders, so there is one place where the venue's word comes in late.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from seatrial.core.views import OrderView
from seatrial.domain.effects import CancelOrder
from seatrial.domain.facts import Command, CommandKind, Fact, Transfer
from seatrial.domain.faults import VenueFault
from seatrial.domain.ids import AccountId, ClientOrderId
from seatrial.domain.orders import OrderStatus
from seatrial.domain.time import SECOND_NS, Clock, rfc3339
from seatrial.services.execution.account_index import OPENING
from seatrial.services.execution.engine import ExecutionEngine
from seatrial.services.execution.market_time import MarketTime
from seatrial.services.execution.sender import Sender
from seatrial.services.execution.survey import AccountSurvey, ReconcileRules
from seatrial.services.health import Status, Verdict
from seatrial.venues.findings import (
    CashBreak,
    Finding,
    ForeignOrder,
    ForeignPosition,
    PositionBreak,
    VenueEpochChanged,
    ViewsTorn,
)
from seatrial.venues.reconcile import reconcile
from seatrial.venues.truth import OurTruth, TheirTruth

__all__ = ["ReconcileRules", "Reconciler"]

BREAKS_CONFIRMED_BY = 3  # looks that must agree before a difference of balances is believed
ZOMBIES_CONFIRMED_BY = 2


class Reconciler:
    """One account. `look` is never run twice at once: the loop and the recovery take turns."""

    def __init__(
        self, survey: AccountSurvey, engine: ExecutionEngine, sender: Sender, market: MarketTime, clock: Clock
    ) -> None:
        self.venue = survey.venue
        self.account: AccountId = survey.account
        self.trouble: str | None = None  # why the last look failed or what it could not settle
        self.looked_ns = 0
        self.clear = False  # the last look left nothing open
        self._survey = survey
        self._rules = survey.rules
        self._engine = engine
        self._sender = sender
        self._market = market
        self._clock = clock
        self._poke = asyncio.Event()
        self._breaks: dict[str, int] = {}
        self._zombies: dict[ClientOrderId, int] = {}
        self._noted: set[str] = set()

    async def check(self) -> Verdict:
        """Whether our books agree with the venue's."""
        if self.trouble is not None:
            return Verdict(Status.DEGRADED, self.trouble)
        return Verdict(Status.HEALTHY, f"our books agreed with the venue's at {rfc3339(self.looked_ns)}")

    def look_soon(self) -> None:
        """Something was lost: do not wait for the interval."""
        self._poke.set()

    async def run(self) -> None:
        """Look for ever."""
        back_off_ns = self._rules.retry_ns
        while True:
            clear = await self.look()
            self._sender.repeat_cancels(self.account)
            wait_ns = self._rules.interval_ns if clear else min(back_off_ns, self._rules.interval_ns)
            back_off_ns = self._rules.retry_ns if clear else 2 * back_off_ns
            await self._pause(wait_ns)

    async def _pause(self, wait_ns: int) -> None:
        try:
            async with asyncio.timeout(wait_ns / SECOND_NS):
                await self._poke.wait()
        except TimeoutError:
            pass
        self._poke.clear()

    async def look(self) -> bool:
        """Compare once and book what follows. True where nothing is left unclear.

        A venue that does not answer is not an error: the look is unclear, and repeated.
        """
        try:
            theirs = await self._survey.theirs()
        except VenueFault as fault:
            self.trouble = str(fault)
            self.clear = False
            return False
        ours = self._survey.ours(theirs, frozenset(self._noted))
        findings = reconcile(ours, theirs)
        facts = self._repairs(ours, theirs, findings)
        self._cancel_zombies(theirs)
        self.looked_ns = self._clock.now_ns()
        if facts:
            await self._engine.submit(facts)
        self.clear = self._is_clear(findings)
        return self.clear

    # ------------------------------------------------------------- what follows

    def _repairs(self, ours: OurTruth, theirs: TheirTruth, findings: Sequence[Finding]) -> list[Fact]:
        """The facts to book now. Differences of balances are believed when they stay."""
        if not ours.account_ref:
            return self._opening(ours, theirs)
        facts: list[Fact] = []
        breaks: dict[str, int] = {}
        for finding in findings:
            match finding:
                case VenueEpochChanged():
                    self._halt(f"the venue answers as account {finding.now!r}, it was {finding.was!r}")
                case PositionBreak() | CashBreak():
                    key = _break_text(finding)
                    breaks[key] = self._breaks.get(key, 0) + 1
                    if breaks[key] >= BREAKS_CONFIRMED_BY:
                        self._broken(key)
                case ForeignOrder() | ForeignPosition():
                    self._noted.add(finding.key)
                case _:
                    facts += finding.facts
        self._breaks = breaks
        return facts

    def _opening(self, ours: OurTruth, theirs: TheirTruth) -> list[Fact]:
        """The first meeting: what the account holds enters as transfers, and its name with them."""
        currency, reason = self._survey.currency(), OPENING + theirs.account_ref
        cash_units = theirs.cash.get(currency, 0)
        facts: list[Fact] = [Transfer(ours.at_ns, self.account, currency, cash_units, reason=reason)]
        for symbol in sorted(theirs.holdings):
            instrument = self._survey.instruments.get(symbol)
            if instrument is not None and theirs.holdings[symbol]:
                amount = theirs.holdings[symbol]
                facts.append(Transfer(ours.at_ns, self.account, instrument.base, amount, symbol, reason))
        return facts

    def _broken(self, text: str) -> None:
        self.trouble = text
        if self._rules.halt_on_break and text not in self._noted:
            self._halt(text)
        self._noted.add(text)

    def _halt(self, reason: str) -> None:
        self.trouble = reason
        if self._engine.latched is None:
            at_ns = self._market.now_ns(self.account)
            self._engine.command(Command(at_ns, CommandKind.HALT, "reconciliation", f"{self.account}: {reason}"))

    def _cancel_zombies(self, theirs: TheirTruth) -> None:
        """Orders that work at the venue although we were told, or believed, that they ended."""
        seen: dict[ClientOrderId, int] = {}
        for order in theirs.orders.values():
            ours = self._engine.machine.order(order.client_order_id)
            mine = order.client_order_id in self._survey.indexes.orders
            if order.status.terminal or not mine or (ours is not None and not ours.status.terminal):
                continue
            seen[order.client_order_id] = self._zombies.get(order.client_order_id, 0) + 1
            if seen[order.client_order_id] >= ZOMBIES_CONFIRMED_BY:
                at_ns = self._market.now_ns(self.account)
                self._sender.cancel_now(
                    CancelOrder(order.client_order_id, self.account, order.symbol, at_ns, "it ended in our books")
                )
        self._zombies = seen

    def _is_clear(self, findings: Sequence[Finding]) -> bool:
        """Nothing is left that another look could settle."""
        index = self._survey.indexes.of(self.account)
        unclear = [
            f"{order.client_order_id} is {order.status.name}" for order in self._survey.working() if self._open(order)
        ]
        unclear += [finding.detail for finding in findings if isinstance(finding, ViewsTorn)]
        unclear += [text for text in self._breaks if text not in self._noted]
        unclear += [f"{one} works at the venue and not here" for one in self._zombies]
        if not unclear and not self._breaks and index.account_ref:
            self.trouble = None
        elif unclear:
            self.trouble = unclear[0]
        return not unclear and bool(index.account_ref)

    def _open(self, order: OrderView) -> bool:
        """The order's fate is not known, and nobody is about to learn it."""
        return order.status <= OrderStatus.UNKNOWN and not self._sender.in_flight(order.client_order_id)


def _break_text(finding: PositionBreak | CashBreak) -> str:
    what = finding.symbol if isinstance(finding, PositionBreak) else finding.currency
    return f"{what}: the venue has {finding.theirs_units - finding.ours_units:+d} units against our ledger"
