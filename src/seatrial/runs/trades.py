"""Round trips: from flat to flat, what went in and what came out. Whole units throughout.

A position below one lot counts as flat, because commissions taken in the base coin leave dust that no order
can close. What the dust cost stays in the trade that left it, so over all trades, open ones included,

    sum of results  ==  change of cash by trading.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from seatrial.core.fingerprint import OutcomeFill
from seatrial.domain.instrument import Instrument
from seatrial.domain.orders import Side
from seatrial.runs.purse_fills import PurseFill


@dataclass(frozen=True, slots=True)
class Trade:
    """One round trip in one symbol. `result_units` is after fees; of an open trade, what it has paid so far."""

    opened_ns: int
    closed_ns: int | None
    fills: int
    result_units: int

    @property
    def closed(self) -> bool:
        """Whether the position went back to flat."""
        return self.closed_ns is not None


def value_units(fill: OutcomeFill, instrument: Instrument) -> int:
    """What a fill is worth in cash units: buys rounded up, sells down."""
    product = fill.price_units * fill.qty_units
    if fill.side is Side.BUY:
        return -(-product // instrument.value_div)
    return product // instrument.value_div


def fee_cash_units(fill: OutcomeFill, instrument: Instrument) -> int:
    """A fee in cash units; one taken in the base coin at the fill's own price, one from a purse at its rate then."""
    if isinstance(fill, PurseFill):
        return fill.fee_worth_units
    if fill.fee_currency == instrument.quote:
        return fill.fee_units
    return fill.price_units * fill.fee_units // instrument.value_div


def cash_change_units(fill: OutcomeFill, instrument: Instrument) -> int:
    """What a fill did to the cash: its value, and its fee where that is taken in money."""
    fee = fill.fee_units if fill.fee_currency == instrument.quote else 0
    return -int(fill.side) * value_units(fill, instrument) - fee


def quantity_change_units(fill: OutcomeFill, instrument: Instrument) -> int:
    """What a fill did to the holding: its quantity, and its fee where that is taken in the base coin."""
    fee = fill.fee_units if fill.fee_currency == instrument.base else 0
    return int(fill.side) * fill.qty_units - fee


def trades_of(fills: Iterable[OutcomeFill], instrument: Instrument) -> list[Trade]:
    """The round trips of one symbol's fills, given in order of time; the last may be open."""
    trades: list[Trade] = []
    held = result = count = opened_ns = 0
    for fill in fills:
        before = held
        held += quantity_change_units(fill, instrument)
        opened_ns = opened_ns if count else fill.at_ns
        count += 1
        result += cash_change_units(fill, instrument)
        crossed = before != 0 and (before > 0) != (held > 0) and abs(held) >= instrument.lot_units
        if abs(held) < instrument.lot_units or crossed:
            # A fill that crosses zero ends one trade and begins the next: its cash is split at its own price.
            rest = value_of_units(held, fill, instrument) if crossed else 0
            trades.append(Trade(opened_ns, fill.at_ns, count, result + rest))
            result, count, opened_ns = -rest, int(crossed), fill.at_ns
    if count:
        trades.append(Trade(opened_ns, None, count, result))
    return trades


def value_of_units(qty_units: int, fill: OutcomeFill, instrument: Instrument) -> int:
    """The signed value of a quantity at a fill's price, rounded as the fill itself was."""
    product = fill.price_units * abs(qty_units)
    value = -(-product // instrument.value_div) if fill.side is Side.BUY else product // instrument.value_div
    return value if qty_units > 0 else -value
