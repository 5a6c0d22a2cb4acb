"""Both truths of one account, each asked for as a whole: what the venue says, and what we believe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.core.views import OrderView
from seatrial.domain.ids import AccountId, ClientOrderId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.money import Currency
from seatrial.domain.time import DAY_NS, MINUTE_NS, SECOND_NS, Clock
from seatrial.services.execution.account_index import AccountIndex, AccountIndexes
from seatrial.services.execution.engine import ExecutionEngine
from seatrial.services.execution.market_time import MarketTime
from seatrial.services.execution.sender import Sender
from seatrial.venues.payments import TellsPayments, VenuePayment
from seatrial.venues.port import Venue, VenueOrder
from seatrial.venues.truth import OurOrder, OurTruth, TheirTruth

PAYMENTS_TOLD_NS = 35 * DAY_NS  # market time: how long ago a payment may be and still be looked for
FILLS_OVERLAP_NS = 10 * MINUTE_NS  # market time: a venue may list a trade later than it happened


@dataclass(frozen=True, slots=True)
class ReconcileRules:
    """How patiently and how strictly to reconcile. Times are of our own clock."""

    interval_ns: int = 5 * SECOND_NS
    retry_ns: int = SECOND_NS // 4  # first look after something unclear; doubles up to the interval
    absences: int = 3  # times the venue must say "never heard of it" before an order is given up
    halt_on_break: bool = True  # balances that differ without a reason: halt, or only report
    dividends_at_once: bool = False  # whether the venue pays as an ex-date begins; else its record is read


class AccountSurvey:
    """One account, surveyed from both sides."""

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
        self.instruments = {instrument.symbol: instrument for instrument in instruments}
        self.indexes = indexes
        self.rules = rules
        self._engine = engine
        self._sender = sender
        self._market = market
        self._clock = clock
        self._absences: dict[ClientOrderId, tuple[int, int]] = {}  # first said at, times said

    # ------------------------------------------------------------- their truth

    async def theirs(self) -> TheirTruth:
        """Everything the venue can tell. Balances first: a trade after them is then seen as torn, not as a break."""
        index = self.indexes.of(self.account)
        balances = await self.venue.balances()
        if not self._market.known(self.account):
            self._market.observe(self.account, (await self.venue.clock()).now_ns)
        from_ns = self._fills_from_ns(index)
        fills = await self.venue.fills_since(from_ns, tuple(self.instruments))
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
            payments=await self._payments(index),
        )

    async def _payments(self, index: AccountIndex) -> Sequence[VenuePayment]:
        """What the venue paid or charged by its own record, where that is not foretold."""
        if self.rules.dividends_at_once or not index.account_ref or not isinstance(self.venue, TellsPayments):
            return ()
        since_ns = max(index.opened_ns + 1, self._market.now_ns(self.account) - PAYMENTS_TOLD_NS)
        return await self.venue.payments_since(since_ns)

    def _fills_from_ns(self, index: AccountIndex) -> int:
        """From where trades are asked for: an overlap before the last one, never before the opening balance."""
        if not index.account_ref:
            return self._market.now_ns(self.account)
        working = [order.approved_at_ns for order in self.working()]
        return max(index.opened_ns + 1, min([index.last_fill_ns, *working]) - FILLS_OVERLAP_NS)

    def working(self) -> list[OrderView]:
        """What works at the venue by our account; it knows nothing of parked orders."""
        orders = self._engine.machine.registry.working()
        return [order for order in orders if order.account == self.account and not order.parked]

    def _unaccounted(self, orders: dict[ClientOrderId, VenueOrder]) -> list[ClientOrderId]:
        """Orders that work by our account and that the venue did not list: they must be asked for by name."""
        ids = dict.fromkeys(order.client_order_id for order in self.working())
        self._absences = {one: said for one, said in self._absences.items() if one in ids}
        return [one for one in ids if one not in orders and not self._sender.in_flight(one)]

    def _is_absent(self, client_order_id: ClientOrderId) -> bool:
        """The venue has never heard of it, said so repeatedly, and nothing of ours can still arrive."""
        now_ns = self._clock.now_ns()
        first_ns, times = self._absences.get(client_order_id, (now_ns, 0))
        self._absences[client_order_id] = (first_ns, times + 1)
        return times + 1 >= self.rules.absences and now_ns - first_ns >= self.venue.late_arrival_ns

    def _symbol(self, client_order_id: ClientOrderId) -> Symbol:
        order = self._engine.machine.order(client_order_id)
        assert order is not None, "only orders of the machine are asked for"
        return order.symbol

    # --------------------------------------------------------------- our truth

    def ours(self, theirs: TheirTruth, noted: frozenset[str]) -> OurTruth:
        """The account as the machine has it now; read without an await."""
        machine, index = self._engine.machine, self.indexes.of(self.account)
        views = {order.client_order_id: order for order in self.working()}
        for client_order_id in [*theirs.orders, *(fill.client_order_id for fill in theirs.fills)]:
            view = machine.order(client_order_id)
            if view is not None:
                views[client_order_id] = view
        currency = self.currency()
        return OurTruth(
            account=self.account,
            at_ns=self._market.now_ns(self.account),
            account_ref=index.account_ref,
            instruments=self.instruments,
            orders={one: self._our_order(view) for one, view in views.items()},
            fills=index.fills,
            holdings={symbol: machine.position(self.account, symbol).qty_units for symbol in self.instruments},
            cash={currency: machine.cash(self.account, currency)},
            noted=noted,
            payments=frozenset(index.payments),
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

    def currency(self) -> Currency:
        return next(one.currency for one in self._engine.machine.accounts if one.id == self.account)
