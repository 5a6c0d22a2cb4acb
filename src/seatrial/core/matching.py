"""The venue kernel for bars: what a bar would have done to the orders that were working.

It is the market's side of the house. The backtest calls it in a compiled loop; the emulators ask
`plain_matching`, which follows the same conditions one order at a time. Nothing here knows an account.

The conditions, in full with examples in `docs/concepts/fills.md`, each tested as a blotter on both books:

* F-01 A bar is four prints (`core.prints`): open, nearer extreme, other extreme, close.
* F-02 A print carries a quarter of the volume; at most `participation_ppm` of it can be ours.
* F-03 What one order takes the next does not find. Orders are served in the order of arrival.
* F-04 Into the open the price jumps; between the other prints it moves through every price in between.
* F-05 A market order fills at the first print after it arrives, at the print's price.
* F-06 A limit order fills only when the price trades *through* it, never at a touch.
* F-07 A resting limit fills at its limit; a new one, or one the price jumped over, at the better print.
* F-08 What is left of an order the market went through no longer rests and takes print prices.
* F-09 A stop triggers at a touch and fills at its stop, or at the print where the price jumped over it; a
  take-profit (`IF_TOUCHED`) does the same from the other side.
* F-10 A stop-limit triggers like a stop, then is a new limit order at the price that triggered it.
* F-11 IOC trades what it can at its first print; the rest ends. A stop's first print is the one that triggers it.
* F-12 FOK trades whole at its first print, judged on the volume still available, or ends.
* F-13 GTD ends at its instant: a print at or after it does not meet the order.
* F-14 OPG meets only a session's first print and CLS only its last; what is left ends.
* F-15 Post-only ends where it would trade at its first print; later it trades at its limit, as the maker.
* F-16 A print outside regular hours meets only orders that ask for extended hours; a halted print meets none.
* F-17 Impact, where it is on (`core.impact`), worsens the price of what takes, never beyond a limit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seatrial.core.compiled import compiled, compiled_inner
from seatrial.core.impact import impacted_price, slope_units
from seatrial.core.order_rows import (
    EXPIRES,
    EXTENDED_HOURS,
    FLAGS,
    FRESH,
    IF_TOUCHED,
    LEFT,
    LEFT_OVER,
    LIMIT,
    NEW,
    NUMBER,
    ORDER_WIDTH,
    POST_ONLY,
    RESTING,
    SIDE,
    STOP,
    TIF,
    TRIGGERED,
    TYPE,
    add_order,
    drop_filled,
    find_order,
)
from seatrial.core.prints import (
    CLOSING,
    EXTENDED,
    HALTED,
    OPENING,
    PPM,
    PRINT_OFFSET_PARTS,
    PRINTS_PER_BAR,
    available_units,
    print_at_ns,
    print_phase,
    print_price,
    print_volume,
)
from seatrial.domain.orders import OrderStatus, OrderType, TimeInForce

# What callers outside the kernel take from here: prints, rows and impact.
# fmt: off
__all__ = [
    "CLOSING", "EXTENDED", "EXTENDED_HOURS", "FRESH", "HALTED", "IF_TOUCHED", "LEFT", "LEFT_OVER",
    "NEW", "NUMBER", "OPENING", "ORDER_WIDTH", "POST_ONLY", "PPM", "PRINTS_PER_BAR", "PRINT_OFFSET_PARTS",
    "RESTING", "SIDE", "TRIGGERED", "add_order", "available_units", "drop_filled", "find_order", "print_at_ns",
    "print_phase", "print_price", "print_volume", "slope_units",
]
# fmt: on

Int64Array = NDArray[np.int64]

# Columns of an execution: a trade, an end, or both. `EXEC_QTY` is 0 where the order only ends.
EXEC_NUMBER = 0
EXEC_QTY = 1
EXEC_PRICE = 2
EXEC_MAKER = 3
EXEC_LEFT = 4
EXEC_END = 5  # the status with which what is left ended; 0 while it works or where nothing is left
EXEC_WIDTH = 6

_MARKET = int(OrderType.MARKET)
_LIMIT = int(OrderType.LIMIT)
_STOP = int(OrderType.STOP)
_STOP_LIMIT = int(OrderType.STOP_LIMIT)
_IOC = int(TimeInForce.IOC)
_FOK = int(TimeInForce.FOK)
_GTD = int(TimeInForce.GTD)
_OPG = int(TimeInForce.OPG)
_CLS = int(TimeInForce.CLS)
_CANCELED = int(OrderStatus.CANCELED)
_EXPIRED = int(OrderStatus.EXPIRED)


@compiled_inner
def execution_price(order: Int64Array, price: int, jumped: bool) -> int:
    """The price at which `order` trades when the market moves to `price`, or 0 where it does not.

    Marks a stop that triggers. `jumped` says the market did not pass the prices in between.
    """
    side, kind = order[SIDE], order[TYPE]
    if kind == _MARKET or (kind == _STOP and order[TRIGGERED] == 1):
        return price
    at_print = jumped or order[FRESH] != RESTING
    limit = order[LIMIT]
    if kind == _LIMIT or order[TRIGGERED] == 1:
        through = price < limit if side > 0 else price > limit
        if not through:
            return 0
        return price if at_print else limit
    stop = order[STOP]
    rising = (side > 0) == (order[FLAGS] & IF_TOUCHED == 0)
    touched = price >= stop if rising else price <= stop
    if not touched:
        return 0
    order[TRIGGERED] = 1
    reached = price if at_print else stop
    if kind == _STOP:
        return reached
    within = reached < limit if side > 0 else reached > limit
    return reached if within else 0


@compiled_inner
def meets(order: Int64Array, phase: int) -> bool:
    """Whether the order takes part in a print of this phase at all."""
    if order[LEFT] == 0 or phase & HALTED != 0:
        return False
    if phase & EXTENDED != 0 and order[FLAGS] & EXTENDED_HOURS == 0:
        return False
    if order[TIF] == _OPG:
        return phase & OPENING != 0
    return order[TIF] != _CLS or phase & CLOSING != 0


@compiled_inner
def ends_now(order: Int64Array) -> bool:
    """Whether what is left after a print it met does not work on."""
    tif, kind = order[TIF], order[TYPE]
    if tif in (_OPG, _CLS):
        return True
    if tif not in (_IOC, _FOK):
        return False
    return kind in (_MARKET, _LIMIT) or order[TRIGGERED] == 1


@compiled
def recall_print(orders: Int64Array, row: int, price: int, jumped: bool, phase: int) -> None:
    """Let one order know a print of the past, without trading: whether it rests, whether it has triggered."""
    order = orders[row]
    if meets(order, phase):
        at_price = execution_price(order, price, jumped)
        order[FRESH] = LEFT_OVER if at_price > 0 else RESTING


@compiled
def match_print(
    orders: Int64Array,
    count: int,
    price: int,
    available: int,
    jumped: bool,
    at_ns: int,
    phase: int,
    volume: int,
    slope: int,
    out: Int64Array,
) -> int:
    """Let one print meet the working orders.

    Args:
        orders: (capacity, ORDER_WIDTH); the first `count` rows are working. LEFT, FRESH and TRIGGERED change.
        price, available: the print's price and what of its volume our orders can take.
        jumped: true for the open of a bar.
        at_ns, phase: when the print happens, and the bits that say what is special about it.
        volume, slope: the whole volume and `impact.slope_units`; they matter only where the slope is not 0.
        out: (>= count, EXEC_WIDTH); trades and ends, in order.

    Returns:
        The number of rows in `out`. Rows that are done keep LEFT = 0 until `drop_filled`.
    """
    told = 0
    taken = 0
    for row in range(count):
        order = orders[row]
        end = 0
        qty = 0
        at_price = 0
        fresh = order[FRESH]
        is_limit = order[TYPE] == _LIMIT or (order[TYPE] == _STOP_LIMIT and order[TRIGGERED] == 1)
        maker = is_limit and fresh == RESTING
        if order[TIF] == _GTD and at_ns >= order[EXPIRES] and order[LEFT] > 0:
            end = _EXPIRED
        elif meets(order, phase):
            at_price = execution_price(order, price, jumped)
            order[FRESH] = LEFT_OVER if at_price > 0 else RESTING
            if order[FLAGS] & POST_ONLY != 0 and at_price > 0:
                if fresh == NEW:
                    end = _CANCELED
                at_price, maker = order[LIMIT], True
            if at_price > 0 and end == 0 and (order[TIF] != _FOK or order[LEFT] <= available - taken):
                qty = min(order[LEFT], available - taken)
            if end == 0 and order[LEFT] > qty and ends_now(order):
                end = _EXPIRED
        if qty == 0 and end == 0:
            continue
        taken += qty
        if qty > 0 and not maker:
            limit = order[LIMIT] if order[TYPE] in (_LIMIT, _STOP_LIMIT) else 0
            at_price = impacted_price(at_price, order[SIDE], limit, taken, volume, slope)
        out[told, EXEC_NUMBER] = order[NUMBER]
        out[told, EXEC_QTY] = qty
        out[told, EXEC_PRICE] = at_price if qty > 0 else 0
        out[told, EXEC_MAKER] = 1 if maker and qty > 0 else 0
        out[told, EXEC_LEFT] = order[LEFT] - qty
        out[told, EXEC_END] = end
        order[LEFT] = 0 if end != 0 else order[LEFT] - qty
        told += 1
    return told
