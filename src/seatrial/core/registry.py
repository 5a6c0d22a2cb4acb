"""The orders a machine remembers, by client order id: the working ones and the recently ended."""

from __future__ import annotations

from dataclasses import dataclass, replace

from seatrial.core import records as r
from seatrial.core.views import OrderView
from seatrial.domain.effects import Alert, Approved, Effect, Parked, Unparked
from seatrial.domain.facts import Fill, Report, Sent
from seatrial.domain.ids import ClientOrderId, StrategyId
from seatrial.domain.orders import OrderStatus, TimeInForce

ENDED_MAX = 20_000


@dataclass(slots=True)
class _Known:
    """An order's picture, and what was said since it was drawn: many words come for each time somebody looks."""

    drawn: OrderView
    status: OrderStatus
    filled_units: int
    venue_order_id: str | None
    message: str
    is_old: bool = False

    @classmethod
    def of(cls, view: OrderView) -> _Known:
        return cls(view, view.status, view.filled_units, view.venue_order_id, view.message)

    def view(self) -> OrderView:
        if self.is_old:
            self.is_old = False
            self.drawn = replace(
                self.drawn,
                status=self.status,
                filled_units=self.filled_units,
                venue_order_id=self.venue_order_id,
                message=self.message,
            )
        return self.drawn


class OrderRegistry:
    """Ids to numbers and views. Ended orders are kept up to `ENDED_MAX`, oldest forgotten first."""

    def __init__(self) -> None:
        self.numbers: dict[ClientOrderId, int] = {}
        self.ids: dict[int, ClientOrderId] = {}
        self._known: dict[ClientOrderId, _Known] = {}
        self._ended: dict[ClientOrderId, None] = {}

    def find(self, client_order_id: ClientOrderId) -> OrderView | None:
        """One order's picture, or None."""
        known = self._known.get(client_order_id)
        return None if known is None else known.view()

    def knows(self, client_order_id: ClientOrderId) -> bool:
        """Whether an order is remembered."""
        return client_order_id in self._known

    def views(self) -> list[OrderView]:
        """All pictures in order of approval."""
        return sorted((known.view() for known in self._known.values()), key=lambda view: view.sequence)

    def working(self) -> list[OrderView]:
        """Orders that have not ended, in order of approval."""
        working = (known.view() for known in self._known.values() if not known.status.terminal)
        return sorted(working, key=lambda view: view.sequence)

    def note_approved(self, order: Approved, strategy: StrategyId | None) -> None:
        """A new order enters as PENDING."""
        self.put(_begun(order, OrderStatus.PENDING, strategy))

    def note_parked(self, order: Parked) -> None:
        """A parked order works from the start: no venue has to say so."""
        begun = _begun(order, OrderStatus.WORKING, order.strategy)
        self.put(replace(begun, parked=True, trail_units=order.trail_units, trail_ppm=order.trail_ppm))

    def note_unparked(self, ended: Unparked) -> None:
        """A parked order has ended."""
        known = self._known[ended.client_order_id]
        known.status, known.message, known.is_old = ended.status, ended.reason, True
        self._remember_ended(ended.client_order_id)

    def put(self, view: OrderView) -> None:
        """Take an order in as it is, from a snapshot."""
        self.numbers[view.client_order_id] = view.sequence
        self.ids[view.sequence] = view.client_order_id
        self._known[view.client_order_id] = _Known.of(view)
        if view.status.terminal:
            self._remember_ended(view.client_order_id)

    def note_fill(self, fill: Fill) -> tuple[Effect, ...]:
        """Add to what an order has filled; a trade of no order of ours is booked all the same, with an alert."""
        known = self._known.get(fill.client_order_id)
        if known is None:
            detail = f"{fill.account} {fill.symbol} {fill.side.name} {fill.qty_units} of order {fill.client_order_id}"
            return (Alert("foreign_fill", detail, fill.at_ns),)
        known.filled_units, known.is_old = known.filled_units + fill.qty_units, True
        self._pass_on(known.drawn, fill.qty_units)
        filled, qty_units = known.filled_units, known.drawn.qty_units
        if filled > qty_units:
            return (Alert("overfill", f"{fill.client_order_id}: {filled} of {qty_units}", fill.at_ns),)
        return ()

    def _pass_on(self, child: OrderView, qty_units: int) -> None:
        """What a parked order's child fills, it has filled itself."""
        parent = None if child.parent is None else self._known.get(child.parent)
        if parent is not None and parent.drawn.parked and not parent.status.terminal:
            parent.filled_units += qty_units
            parent.status, parent.is_old = OrderStatus.PARTIALLY_FILLED, True

    def note_report(self, report: Report) -> tuple[Effect, ...] | None:
        """Keep the venue's id and words. None where the word is a repetition or about an ended order."""
        known = self._known.get(report.client_order_id)
        if known is None:
            return (Alert("foreign_report", f"order {report.client_order_id}: {report.status.name}", report.at_ns),)
        if known.status.terminal:
            return None
        known.venue_order_id = report.venue_order_id or known.venue_order_id
        known.message = report.reason or known.message
        known.is_old = True
        return ()

    def settle(self, fact: Report | Fill | Sent, state: r.State) -> None:
        """Take the status from the working rows; an order that `fact` took off them has ended."""
        known = self._known.get(fact.client_order_id)
        if known is None or known.status.terminal:
            return
        working = state.orders[: int(state.scalars[r.S_ORDERS])]
        rows = (working[:, r.O_NUMBER] == known.drawn.sequence).nonzero()[0]
        if len(rows):
            known.status = OrderStatus(int(working[rows[0], r.O_STATUS]))
        elif isinstance(fact, Report):
            known.status = fact.status
        else:
            known.status = OrderStatus.FILLED
        known.is_old = True
        if known.status.terminal:
            self._remember_ended(fact.client_order_id)

    def read_parked(self, state: r.State) -> None:
        """Take quantities and prices of parked orders from their rows: a split has moved them."""
        for row in state.parked[: int(state.scalars[r.S_PARKED])].tolist():
            order = self._known[self.ids[row[r.K_NUMBER]]]
            moved = replace(
                order.view(),
                qty_units=row[r.K_QTY],
                filled_units=row[r.K_FILLED],
                limit_units=row[r.K_LIMIT],
                stop_units=row[r.K_STOP],
                trail_units=row[r.K_TRAIL],
            )
            self._known[moved.client_order_id] = _Known.of(moved)

    def _remember_ended(self, client_order_id: ClientOrderId) -> None:
        self._ended[client_order_id] = None
        if len(self._ended) > ENDED_MAX:
            oldest = next(iter(self._ended))
            del self._ended[oldest]
            del self.ids[self._known.pop(oldest).drawn.sequence]
            del self.numbers[oldest]


def _begun(order: Approved | Parked, status: OrderStatus, strategy: StrategyId | None) -> OrderView:
    """The first picture of an order: what was asked for, and nothing filled."""
    return OrderView(
        client_order_id=order.client_order_id,
        account=order.account,
        symbol=order.symbol,
        side=order.side,
        type=order.type,
        time_in_force=TimeInForce.GTD if order.expires_at_ns else order.time_in_force,
        qty_units=order.qty_units,
        filled_units=0,
        limit_units=order.limit_units,
        stop_units=order.stop_units,
        status=status,
        sequence=order.sequence,
        batch_ns=order.batch_ns,
        approved_at_ns=order.at_ns,
        strategy=strategy,
        reason=order.reason,
        post_only=order.post_only,
        reduce_only=order.reduce_only,
        extended_hours=order.extended_hours,
        expires_at_ns=order.expires_at_ns,
        parent=order.parent,
    )
