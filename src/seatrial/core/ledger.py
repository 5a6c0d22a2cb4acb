"""The ledger turns fills into positions. It moves money; it never makes any.

Always true, to the unit, whatever the rounding (`tests/core/test_ledger.py` proves it for any
sequence of fills):

    cost + cost moved out - realized == sum of every signed value posted
    cash + sum of every signed value posted + fees in cash == sum of transfers
"""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.arithmetic import UNITS_MAX, muldiv_ceil, muldiv_floor, muldiv_toward_zero, plus
from seatrial.core.compiled import compiled, compiled_inner, compiled_once
from seatrial.core.records import Int64Array

QTY_UNITS_MAX = 2**62


@compiled
def trade_value(side: int, qty_units: int, price_units: int, value_div: int) -> int:
    """The cash a trade moves, unsigned: what is paid rounds up, what is received rounds down."""
    if side > 0:
        value = muldiv_ceil(qty_units, price_units, value_div)
    else:
        value = muldiv_floor(qty_units, price_units, value_div)
    assert value <= UNITS_MAX
    return value


@compiled
def market_value(qty_units: int, price_units: int, value_div: int) -> int:
    """What a signed quantity is worth at a price, magnitude rounded down."""
    value = muldiv_toward_zero(qty_units, price_units, value_div)
    assert -UNITS_MAX <= value <= UNITS_MAX
    return value


@compiled_once
def post_position(position: Int64Array, qty_units: int, value_units: int, price_units: int) -> int:
    """Post a signed quantity and its signed value (same sign) to one position.

    Rounded remainders of a partial close stay in cost, so the last close collects them.

    Returns:
        The profit this posting realised, in cash units.
    """
    assert qty_units != 0
    held = position[r.P_QTY]
    after = plus(held, qty_units)
    if held == 0 or (held > 0) == (qty_units > 0):
        if held == 0:
            position[r.P_EXTREME] = price_units
        position[r.P_QTY] = after
        position[r.P_COST] = plus(position[r.P_COST], value_units)
        return 0
    closed = min(abs(qty_units), abs(held))
    cost_closed, value_closed = position[r.P_COST], value_units
    if closed != abs(held):
        cost_closed = muldiv_toward_zero(cost_closed, closed, abs(held))
    if closed != abs(qty_units):
        value_closed = muldiv_toward_zero(value_units, closed, abs(qty_units))
    realized = -value_closed - cost_closed
    position[r.P_QTY] = after
    position[r.P_COST] = plus(position[r.P_COST] - cost_closed, value_units - value_closed)
    position[r.P_REALIZED] = plus(position[r.P_REALIZED], realized)
    if after == 0 or (after > 0) != (held > 0):
        position[r.P_EXTREME] = price_units
    return realized


@compiled_inner
def judge_trade(position: Int64Array, account: Int64Array) -> None:
    """A trade is over: won or lost, and counted by what it came to."""
    lost = position[r.P_TRADE_REALIZED] < 0
    account[r.A_LOSSES_IN_ROW] = account[r.A_LOSSES_IN_ROW] + 1 if lost else 0
    position[r.P_TRADE_REALIZED] = 0


@compiled
def move_out(position: Int64Array, qty_units: int) -> None:
    """Move a signed quantity in or out without a trade. What leaves takes its part of the cost along."""
    held = position[r.P_QTY]
    if held != 0 and (held > 0) != (qty_units > 0):
        left = min(abs(qty_units), abs(held))
        cost = muldiv_toward_zero(position[r.P_COST], left, abs(held))
        position[r.P_COST] -= cost
        position[r.P_COST_MOVED] += cost
    position[r.P_QTY] = plus(held, qty_units)


@compiled
def post_fill(
    position: Int64Array,
    account: Int64Array,
    side: int,
    qty_units: int,
    price_units: int,
    value_div: int,
    lot_units: int,
    fee_units: int,
    fee_in_base: int,
) -> None:
    """Post one fill to its position and account.

    Less than a lot counts as flat: commissions in base leave dust that no order can close.

    A fee in base comes out of the quantity received (buys) or is taken on top (sells); a fee in the
    quote currency comes out of cash. Either way it is part of the trade's result.
    """
    value = trade_value(side, qty_units, price_units, value_div)
    moved = side * qty_units
    if fee_in_base == 1:
        moved -= fee_units
        position[r.P_FEES] += market_value(fee_units, price_units, value_div)
    else:
        take_cash(position, account, fee_units)
    post_moved(position, account, side, moved, value, price_units, lot_units)


@compiled_once
def take_cash(position: Int64Array, account: Int64Array, fee_units: int) -> None:
    """A fee in the quote currency."""
    account[r.A_CASH] = plus(account[r.A_CASH], -fee_units)
    position[r.P_FEES] += fee_units
    position[r.P_TRADE_REALIZED] -= fee_units


@compiled_once
def post_moved(
    position: Int64Array, account: Int64Array, side: int, moved: int, value: int, price_units: int, lot_units: int
) -> None:
    """Post what a fill moved, signed, and the cash it was worth; notes where that ends a trade."""
    held = position[r.P_QTY]
    account[r.A_CASH] = plus(account[r.A_CASH], -side * value)
    position[r.P_FILLS] += 1
    if moved == 0:
        position[r.P_REALIZED] -= side * value
        position[r.P_TRADE_REALIZED] -= side * value
    else:
        position[r.P_TRADE_REALIZED] += post_position(position, moved, side * value, price_units)
    after = position[r.P_QTY]
    if abs(held) >= lot_units and (abs(after) < lot_units or (after > 0) != (held > 0)):
        account[r.A_TRADE_CLOSED] = 1
