"""What a book shows to everybody: its best prices, its levels, and what changed in them."""

from __future__ import annotations

from typing import NamedTuple

from seatrial.domain.ids import Symbol

Level = tuple[int, int]  # price in price units, quantity in quantity units


class Quote(NamedTuple):
    """The best of both sides; price and quantity are 0 where a side is empty. `update_id` is the book's newest."""

    symbol: Symbol
    bid_units: int
    bid_qty_units: int
    ask_units: int
    ask_qty_units: int
    update_id: int
    at_ns: int


class Depth(NamedTuple):
    """The levels of a book, best first, as of `update_id`."""

    update_id: int
    bids: list[Level]
    asks: list[Level]


class DepthChange(NamedTuple):
    """What one instant changed: the new total of each touched level, 0 where it is gone.

    Every changed level counts as one update: `first_id` follows the `last_id` of the change before it without a gap.
    """

    symbol: Symbol
    first_id: int
    last_id: int
    bids: list[Level]
    asks: list[Level]
    at_ns: int


class Prevented(NamedTuple):
    """Two orders of one account that would have traded with each other, and did not.

    The quantities are what the prevention took from each; an order that ended by it is told in `on_ended` as well.
    """

    symbol: Symbol
    taker_number: int
    maker_number: int
    price_units: int
    taker_qty_units: int
    maker_qty_units: int
    at_ns: int
