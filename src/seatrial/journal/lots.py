"""Lots: what is still held of each purchase, first in first out, and what each came to when it was closed.

Pure. For any sequence of trades of one symbol, whatever the rounding:

    sum of open units == position
    sum of open costs - sum of realised profits == sum of every signed value traded

A split moves the open units and no money; `qty_units` and the price of a lot stay what they were when it was bought.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from seatrial.core.sharing import prorate


@dataclass(frozen=True, slots=True)
class Lot:
    """One opening, long (+) or short (-). `seq` is the journal entry that opened it.

    `cost_units` is what the open part cost, `realized_units` what the closed part brought, both in cash units and
    None where a price or a grid is not known. Fees taken in cash are in `fills`, not here.
    """

    seq: int
    open_units: int
    cost_units: int | None
    realized_units: int | None = 0


@dataclass(frozen=True, slots=True)
class Rest:
    """What of a trade is left after closing: it opens a lot of its own."""

    signed_units: int
    value_units: int | None


def close_first(lots: Sequence[Lot], signed_units: int, value_units: int | None) -> tuple[list[Lot], Rest]:
    """Close open lots of the other side, oldest first.

    Args:
        lots: open lots of one side, oldest first.
        signed_units: what is traded, bought (+) or sold (-).
        value_units: its signed value in cash units, None where it is not known.

    Returns:
        The lots that changed, and what is left of the trade.
    """
    changed: list[Lot] = []
    rest = Rest(signed_units, value_units)
    for lot in lots:
        if rest.signed_units == 0 or (lot.open_units > 0) == (rest.signed_units > 0):
            break
        closed = min(abs(rest.signed_units), abs(lot.open_units))
        cost = _part(lot.cost_units, closed, abs(lot.open_units))
        value = _part(rest.value_units, closed, abs(rest.signed_units))
        changed.append(_closed(lot, closed, cost, value))
        rest = Rest(_nearer_zero(rest.signed_units, closed), _less(rest.value_units, value))
    return changed, rest


def split_open(lots: Sequence[Lot], new_shares: int, old_shares: int) -> list[Lot]:
    """Open lots after a split: their sum is rounded toward zero once and shared by largest remainder, costs stay.

    A lot of which nothing is left is over, and its cost is lost.
    """
    held = sum(lot.open_units for lot in lots)
    if held == 0:
        return []
    after = abs(held) * new_shares // old_shares
    shares = prorate(after if held > 0 else -after, [lot.open_units for lot in lots])
    return [
        replace(lot, open_units=units) if units else _closed(lot, abs(lot.open_units), lot.cost_units, 0)
        for lot, units in zip(lots, shares, strict=True)
    ]


def fraction_of(held_units: int, new_shares: int, old_shares: int, whole_units: int) -> tuple[int, int]:
    """What of a split holding is no multiple of `whole_units`: in units, and exactly, in parts of `1 / old_shares`."""
    units = abs(held_units) * new_shares // old_shares % whole_units
    return units, units * old_shares + abs(held_units) * new_shares % old_shares


def _closed(lot: Lot, closed: int, cost: int | None, value: int | None) -> Lot:
    known = cost is not None and value is not None and lot.realized_units is not None
    realized = lot.realized_units - value - cost if known else None  # type: ignore[operator]
    return replace(
        lot,
        open_units=_nearer_zero(lot.open_units, closed),
        cost_units=_less(lot.cost_units, cost),
        realized_units=realized,
    )


def _part(units: int | None, part: int, whole: int) -> int | None:
    """`part / whole` of a signed amount, rounded toward zero: the rest stays and is collected by the last close."""
    if units is None:
        return None
    share = abs(units) * part // whole
    return share if units >= 0 else -share


def _less(units: int | None, taken: int | None) -> int | None:
    return None if units is None or taken is None else units - taken


def _nearer_zero(units: int, by: int) -> int:
    return units - by if units > 0 else units + by
