"""Executions as they are stored, and as the account's activities show them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import msgspec

from seatrial.core.book import Execution
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import MILLISECOND_NS, SECOND_NS, rfc3339
from seatrial.emulators.alpaca.identity import Identity
from seatrial.emulators.alpaca.orders import Order


class Fill(msgspec.Struct, frozen=True, gc=False):
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
    symbol: str = ""
    side: int = 0  # +1 or -1

    @property
    def activity_id(self) -> str:
        """`YYYYMMDDhhmmssmmm::uuid`, sortable by time."""
        whole = rfc3339(self.at_ns // SECOND_NS * SECOND_NS)
        digits = "".join(character for character in whole if character.isdigit())
        return f"{digits}{self.at_ns % SECOND_NS // MILLISECOND_NS:03d}::{self.id}"


_NONE: list[Fill] = []


class FillBook:
    """Every execution, by account, oldest first."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._by_account: dict[str, list[Fill]] = {}
        self._places: dict[str, int] = {}  # where in its account's list an activity stands
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def next_name(self) -> tuple[int, str]:
        """Number and id of the execution that comes next."""
        return self._count + 1, self._identity.uuid("execution", self._count + 1)

    def add(self, fill: Fill) -> None:
        """Append one."""
        self._count += 1
        rows = self._by_account.setdefault(fill.account, [])
        self._places[fill.activity_id] = len(rows)
        rows.append(fill)

    def of(self, account: str) -> Sequence[Fill]:
        """An account's, oldest first."""
        return self._by_account.get(account, _NONE)

    def between(self, account: str, after_ns: int, until_ns: int) -> tuple[int, int]:
        """Where an account's executions in `(after_ns, until_ns)` stand in its list, as a half-open range."""
        rows = self.of(account)
        first = bisect_right(rows, after_ns, key=_at)
        return first, max(first, bisect_left(rows, until_ns, key=_at))

    def place_of(self, account: str, activity_id: str) -> int | None:
        """Where an activity stands in its account's list."""
        place = self._places.get(activity_id)
        rows = self.of(account)
        if place is None or place >= len(rows) or rows[place].activity_id != activity_id:
            return None
        return place


def _at(fill: Fill) -> int:
    return fill.at_ns


def fill_of(order: Order, trade: Execution, name: tuple[int, str], at_ns: int, position_units: int) -> Fill:
    """The execution of a trade that its order has in its filled units already; `name` is its number and id."""
    return Fill(
        number=name[0],
        id=name[1],
        order_number=order.number,
        account=order.account,
        at_ns=at_ns,
        price_units=trade.price_units,
        qty_units=trade.qty_units,
        cum_units=order.filled_units,
        left_units=order.left_units,
        position_units=position_units,
        symbol=order.symbol,
        side=int(order.signed_side),
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
