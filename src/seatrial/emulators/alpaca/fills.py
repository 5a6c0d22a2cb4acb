"""An execution as it is stored, and as the account's activities show it."""

from __future__ import annotations

import msgspec

from seatrial.core.book import Execution
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import MILLISECOND_NS, SECOND_NS, rfc3339
from seatrial.emulators.alpaca.orders import Order


class Fill(msgspec.Struct, frozen=True):
    """One execution; `at_ns` is market time, `position_units` the signed position after it."""

    number: int
    id: str
    order_number: int
    account: str
    at_ns: int
    price_units: int
    qty_units: int
    cum_units: int
    left_units: int
    position_units: int

    @property
    def activity_id(self) -> str:
        """`YYYYMMDDhhmmssmmm::uuid`, sortable by time."""
        whole = rfc3339(self.at_ns // SECOND_NS * SECOND_NS)
        digits = "".join(character for character in whole if character.isdigit())
        return f"{digits}{self.at_ns % SECOND_NS // MILLISECOND_NS:03d}::{self.id}"


def fill_of(order: Order, trade: Execution, number: int, fill_id: str, at_ns: int, position_units: int) -> Fill:
    """The execution of a trade that its order has in its filled units already."""
    return Fill(
        number=number,
        id=fill_id,
        order_number=order.number,
        account=order.account,
        at_ns=at_ns,
        price_units=trade.price_units,
        qty_units=trade.qty_units,
        cum_units=order.filled_units,
        left_units=order.left_units,
        position_units=position_units,
    )


def fill_shape(fill: Fill, instrument: Instrument) -> dict[str, object]:
    """What a trade update says of an execution, beside its order."""
    return {
        "execution_id": fill.id,
        "price": instrument.price_text(fill.price_units),
        "qty": instrument.qty_text(fill.qty_units),
        "position_qty": instrument.qty_text(fill.position_units),
    }


def activity_shape(fill: Fill, order: Order, instrument: Instrument, account_id: str) -> dict[str, object]:
    """A FILL activity as JSON members."""
    return {
        "id": fill.activity_id,
        "account_id": account_id,
        "activity_type": "FILL",
        "transaction_time": rfc3339(fill.at_ns),
        "type": "partial_fill" if fill.left_units else "fill",
        "price": instrument.price_text(fill.price_units),
        "qty": instrument.qty_text(fill.qty_units),
        "side": order.side,
        "symbol": order.symbol,
        "leaves_qty": instrument.qty_text(fill.left_units),
        "order_id": order.id,
        "cum_qty": instrument.qty_text(fill.cum_units),
        "order_status": "partially_filled" if fill.left_units else "filled",
    }
