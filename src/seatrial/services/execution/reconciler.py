"""Their truth against ours, for ever: what streams lose, what answers hide, what people do by hand.

One `look` asks the venue for everything, compares (`venues.reconcile`, pure) and books the repairs.
The same look resolves unknown orders, so there is one place where the venue's word comes in late.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.core.views import OrderView
from seatrial.domain.facts import CancelOrder, Command, CommandKind, Fact, Transfer
from seatrial.domain.faults import VenueFault
from seatrial.domain.ids import AccountId, ClientOrderId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.money import Currency
from seatrial.domain.orders import OrderStatus
from seatrial.domain.time import MINUTE_NS, SECOND_NS, Clock, rfc3339
from seatrial.services.execution.account_index import OPENING, AccountIndex, AccountIndexes
from seatrial.services.execution.engine import ExecutionEngine
from seatrial.services.execution.market_time import MarketTime
from seatrial.services.execution.sender import Sender
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
from seatrial.venues.port import Venue, VenueOrder
from seatrial.venues.reconcile import reconcile
from seatrial.venues.truth import OurOrder, OurTruth, TheirTruth

FILLS_OVERLAP_NS = 10 * MINUTE_NS  # market time: a venue may list a trade later than it happened
BREAKS_CONFIRMED_BY = 3  # looks that must agree before a difference of balances is believed
ZOMBIES_CONFIRMED_BY = 2


@dataclass(frozen=True, slots=True)
class ReconcileRules:
    """How patiently and how strictly to reconcile. Times are of our own clock."""

    interval_ns: int = 5 * SECOND_NS
    retry_ns: int = SECOND_NS // 4  # first look after something unclear; doubles up to the interval
    absences: int = 3  # times the venue must say "never heard of it" before an order is given up
    halt_on_break: bool = True  # balances that differ without a reason: halt, or only report


class Reconciler:
    """One account. `look` is never run twice at once: the loop and the recovery take turns."""

    def __init__(
        self,
        engine: ExecutionEngine,
        venue: Venue,
        instruments: Sequence[Instrument],
        indexes: AccountIndexes,
        sender: Sender,
        market: MarketTime,
        clock: Clock,
        rules: ReconcileRules,
    ) -> None:
        self.venue = venue
        self.account: AccountId = venue.account
        self.trouble: str | None = None  # why the last look failed or what it could not settle
        self.looked_ns = 0
        self.clear = False  # the last look left nothing open
        self._engine = engine
        self._instruments = {instrument.symbol: instrument for instrument in instruments}
        self._indexes = indexes
        self._sender = sender
        self._market = market
        self._clock = clock
        self._rules = rules
        self._poke = asyncio.Event()
        self._absences: dict[ClientOrderId, tuple[int, int]] = {}  # first said at, times said
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
            theirs = await self._ask()
        except VenueFault as fault:
            self.trouble = str(fault)
            self.clear = False
            return False
        ours = self._ours(theirs)
        findings = reconcile(ours, theirs)
        facts = self._repairs(ours, theirs, findings)
        self._cancel_zombies(theirs)
        self.looked_ns = self._clock.now_ns()
        if facts:
            await self._engine.submit(facts)
        self.clear = self._is_clear(findings)
        return self.clear

    # ------------------------------------------------------------- their truth

    async def _ask(self) -> TheirTruth:
        """Everything the venue can tell. Balances first: a trade after them is then seen as torn, not as a break."""
        index = self._indexes.of(self.account)
        balances = await self.venue.balances()
        if not self._market.known(self.account):
            self._market.observe(self.account, (await self.venue.clock()).now_ns)
        from_ns = self._fills_from_ns(index)
        fills = await self.venue.fills_since(from_ns, tuple(self._instruments))
        orders = {order.client_order_id: order for order in await self.venue.open_orders()}
        absent = set[ClientOrderId]()
        for client_order_id in self._unaccounted(orders):
            order = await self.venue.find(client_order_id, self._symbol(client_order_id))
            if order is not None:
                orders[client_order_id] = order
                self._absences.pop(client_order_id, None)
            elif self._is_absent(client_order_id):
                absent.add(client_order_id)
        return TheirTruth(
            account_ref=balances.account_ref,
            orders=orders,
            absent=frozenset(absent),
            fills=[fill for fill in fills if fill.at_ns >= from_ns],
            fills_from_ns=from_ns,
            holdings=balances.holdings,
            cash=balances.cash,
        )

    def _fills_from_ns(self, index: AccountIndex) -> int:
        """From where trades are asked for: an overlap before the last one, never before the opening balance."""
        if not index.account_ref:
            return self._market.now_ns(self.account)
        working = [order.approved_at_ns for order in self._working()]
        return max(index.opened_ns + 1, min([index.last_fill_ns, *working]) - FILLS_OVERLAP_NS)

    def _working(self) -> list[OrderView]:
        orders = self._engine.machine.registry.working()
        return [order for order in orders if order.account == self.account]

    def _unaccounted(self, orders: dict[ClientOrderId, VenueOrder]) -> list[ClientOrderId]:
        """Orders that work by our account and that the venue did not list: they must be asked for by name."""
        ids = [order.client_order_id for order in self._working()]
        self._absences = {one: said for one, said in self._absences.items() if one in ids}
        return [one for one in ids if one not in orders and not self._sender.in_flight(one)]

    def _is_absent(self, client_order_id: ClientOrderId) -> bool:
        """The venue has never heard of it, said so repeatedly, and nothing of ours can still arrive."""
        now_ns = self._clock.now_ns()
        first_ns, times = self._absences.get(client_order_id, (now_ns, 0))
        self._absences[client_order_id] = (first_ns, times + 1)
        return times + 1 >= self._rules.absences and now_ns - first_ns >= self.venue.late_arrival_ns

    def _symbol(self, client_order_id: ClientOrderId) -> Symbol:
        order = self._engine.machine.order(client_order_id)
        assert order is not None, "only orders of the machine are asked for"
        return order.symbol

    # --------------------------------------------------------------- our truth

    def _ours(self, theirs: TheirTruth) -> OurTruth:
        """The account as the machine has it now; read without an await."""
        machine, index = self._engine.machine, self._indexes.of(self.account)
        views = {order.client_order_id: order for order in self._working()}
        for client_order_id in [*theirs.orders, *(fill.client_order_id for fill in theirs.fills)]:
            view = machine.order(client_order_id)
            if view is not None:
                views[client_order_id] = view
        currency = self._currency()
        return OurTruth(
            account=self.account,
            at_ns=self._market.now_ns(self.account),
            account_ref=index.account_ref,
            instruments=self._instruments,
            orders={one: self._our_order(view) for one, view in views.items()},
            fills=index.fills,
            holdings={symbol: machine.position(self.account, symbol).qty_units for symbol in self._instruments},
            cash={currency: machine.cash(self.account, currency)},
            noted=frozenset(self._noted),
        )

    def _our_order(self, view: OrderView) -> OurOrder:
        return OurOrder(
            client_order_id=view.client_order_id,
            symbol=view.symbol,
            qty_units=view.qty_units,
            filled_units=view.filled_units,
            status=view.status,
            in_flight=self._sender.in_flight(view.client_order_id),
        )

    def _currency(self) -> Currency:
        return next(one.currency for one in self._engine.machine.accounts if one.id == self.account)

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
        currency, reason = self._currency(), OPENING + theirs.account_ref
        cash_units = theirs.cash.get(currency, 0)
        facts: list[Fact] = [Transfer(ours.at_ns, self.account, currency, cash_units, reason=reason)]
        for symbol in sorted(theirs.holdings):
            instrument = self._instruments.get(symbol)
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
            mine = order.client_order_id in self._indexes.orders
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
        index = self._indexes.of(self.account)
        unclear = [f"{order.client_order_id} is {order.status.name}" for order in self._working() if self._open(order)]
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
