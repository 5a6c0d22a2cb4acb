"""What is written down of an account beside its orders and trades: first deposits, order lists, prevented matches."""

from __future__ import annotations

import msgspec

from seatrial.emulators.binance.order_lists import OrderList
from seatrial.emulators.binance.orders import PreventedMatch


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """An activity's row: a first deposit, a new order list, or a prevented match."""

    type: str
    amounts: dict[str, str] | None = None
    order_list: OrderList | None = None
    prevented: PreventedMatch | None = None
