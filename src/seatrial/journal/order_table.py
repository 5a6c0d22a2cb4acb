"""The table `orders`: changes gathered in the journal's order, and told to the database many at a time.

Changes of different orders do not meet, so they may be told in one statement each kind. Those of one order keep
their order: the second one waits in a layer below the first.
"""

from __future__ import annotations

from typing import Final

import msgspec

from seatrial.domain.effects import Approved, Parked, Unparked
from seatrial.domain.facts import Report, Sent
from seatrial.domain.ids import ClientOrderId
from seatrial.domain.orders import OrderStatus
from seatrial.journal.database import Change, Database, Row

# Nothing moves backwards, except out of UNKNOWN; what is over stays over. `{}` is the word told.
NEXT_STATUS: Final = (
    f"CASE WHEN status = {int(OrderStatus.UNKNOWN)} THEN {{0}}"
    f" WHEN status < {int(OrderStatus.FILLED)} AND status < {{0}} THEN {{0}} ELSE status END"
)
_TOLD: Final = (("order_id", "TEXT"), ("seq", "BIGINT"), ("at_ns", "BIGINT"))

COLUMNS: Final = (
    ("client_order_id", "TEXT"),
    ("account", "TEXT"),
    ("symbol", "TEXT"),
    ("side", "BIGINT"),
    ("type", "BIGINT"),
    ("time_in_force", "BIGINT"),
    ("qty_units", "BIGINT"),
    ("limit_units", "BIGINT"),
    ("stop_units", "BIGINT"),
    ("filled_units", "BIGINT"),
    ("status", "BIGINT"),
    ("venue_order_id", "TEXT"),
    ("reason", "TEXT"),
    ("allocation", "TEXT"),
    ("owed", "TEXT"),
    ("approved_seq", "BIGINT"),
    ("updated_seq", "BIGINT"),
    ("approved_ns", "BIGINT"),
    ("updated_ns", "BIGINT"),
)
# On its way, and unknown until the venue's word; what was said before that word stays.
SENT: Final = Change(
    "orders",
    f"status = {int(OrderStatus.UNKNOWN)}, updated_seq = :seq, updated_ns = :at_ns",
    f"client_order_id = :order_id AND status = {int(OrderStatus.PENDING)}",
    _TOLD,
)
REPORTED: Final = Change(
    "orders",
    f"status = {NEXT_STATUS.format(':said')}, venue_order_id = COALESCE(:venue_id, venue_order_id),"
    " reason = CASE WHEN :why = '' THEN reason ELSE :why END, updated_seq = :seq, updated_ns = :at_ns",
    "client_order_id = :order_id",
    (*_TOLD, ("said", "BIGINT"), ("venue_id", "TEXT"), ("why", "TEXT")),
)
UNPARKED: Final = Change(
    "orders",
    "status = :said, reason = :why, updated_seq = :seq, updated_ns = :at_ns",
    "client_order_id = :order_id",
    (*_TOLD, ("said", "BIGINT"), ("why", "TEXT")),
)


class OrderChanges:
    """What waits to be told. Whoever reads or writes an order otherwise calls `tell` first."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # The rows of each kind of change; None is a new order.
        self._layers: list[dict[Change | None, list[Row]]] = []
        self._depths: dict[ClientOrderId, int] = {}

    def begun(self, seq: int, order: Approved | Parked) -> None:
        """A parked order works from the start, and its children's fills are theirs."""
        allocation = order.allocation if isinstance(order, Approved) else ()
        allocated = msgspec.json.encode(allocation).decode() if allocation else "[]"
        status = OrderStatus.PENDING if isinstance(order, Approved) else OrderStatus.WORKING
        row = (
            order.client_order_id,
            order.account,
            order.symbol,
            int(order.side),
            int(order.type),
            int(order.time_in_force),
            order.qty_units,
            order.limit_units,
            order.stop_units,
            0,
            int(status),
            None,
            order.reason,
            allocated,
            allocated,
            seq,
            seq,
            order.at_ns,
            order.at_ns,
        )
        self._add(None, order.client_order_id, row)

    def sent(self, seq: int, sent: Sent) -> None:
        """It leaves."""
        self._add(SENT, sent.client_order_id, (sent.client_order_id, seq, sent.at_ns))

    def reported(self, seq: int, said: Report) -> None:
        """The venue's word."""
        row = (said.client_order_id, seq, said.at_ns, int(said.status), said.venue_order_id, said.reason)
        self._add(REPORTED, said.client_order_id, row)

    def unparked(self, seq: int, ended: Unparked) -> None:
        """A parked order has ended."""
        row = (ended.client_order_id, seq, ended.at_ns, int(ended.status), ended.reason)
        self._add(UNPARKED, ended.client_order_id, row)

    def tell(self) -> None:
        """Tell all that waits, inside the caller's transaction."""
        for layer in self._layers:
            for change, rows in layer.items():
                if change is None:
                    self._database.insert_rows("orders", COLUMNS, rows, "ON CONFLICT (client_order_id) DO NOTHING")
                else:
                    self._database.update_rows(change, rows)
        self._layers.clear()
        self._depths.clear()

    def _add(self, change: Change | None, client_order_id: ClientOrderId, row: Row) -> None:
        depth = self._depths.get(client_order_id, 0)
        self._depths[client_order_id] = depth + 1
        if depth == len(self._layers):
            self._layers.append({})
        self._layers[depth].setdefault(change, []).append(row)
