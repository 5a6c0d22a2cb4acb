"""The venue kernel for bars: what a bar would have done to the orders that were working.

It is the market's side of the house. The backtest calls it in a compiled loop, the emulators call it
one print at a time, so that both give the same fills by construction. Nothing here knows an account.

The rules, each tested as a blotter in `tests/core/test_matching.py`:

* A bar is four prints: open, two extremes, close. The extreme nearer to the open comes first (ties:
  the low). They happen at 1/60, 20/60, 40/60 and 59/60 of the bar's span.
* Each print carries a quarter of the volume on the lot grid, the close takes the rest. Of that, at most
  `participation_ppm` can be ours, and what one order takes the next does not find.
* Between the open and the close the price moves continuously; into the open it jumps.
* A market order fills at the first print after it arrives, at the print's price.
* A limit order fills only when the price trades *through* it, never at a touch. If it was resting, it
  fills at its limit; if it was new or the price jumped over it, at the better print price. What is
  then left of it no longer rests and takes print prices.
* A stop order triggers at a touch. It fills at its stop, or at the print where the price jumped over it.
* Orders are served in the order of arrival. What finds no volume waits for the next print.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seatrial.core.compiled import compiled, compiled_inner
from seatrial.domain.orders import OrderType

Int64Array = NDArray[np.int64]

# Columns of a working order. One row per order, rows in order of arrival.
NUMBER = 0  # the caller's own number of the order, positive
SIDE = 1
TYPE = 2
LEFT = 3  # quantity units still open
LIMIT = 4
STOP = 5
FRESH = 6  # 1 while the order does not rest: new, or the market went through it and left some of it
TRIGGERED = 7  # 1 once a stop has become a market order
ORDER_WIDTH = 8

# Columns of an execution.
EXEC_NUMBER = 0
EXEC_QTY = 1
EXEC_PRICE = 2
EXEC_MAKER = 3
EXEC_LEFT = 4
EXEC_WIDTH = 5

# Columns of a print.
PRINT_PRICE = 0
PRINT_VOLUME = 1
PRINTS_PER_BAR = 4
PRINT_OFFSET_PARTS = (1, 20, 40, 59)  # sixtieths of the bar's span

PPM = 1_000_000

_MARKET = int(OrderType.MARKET)
_LIMIT = int(OrderType.LIMIT)
_STOP = int(OrderType.STOP)


@compiled
def print_at_ns(start_ns: int, end_ns: int, index: int) -> int:
    """When the print `index` (0 open .. 3 close) of a bar happens."""
    part = 1
    if index == 1:
        part = 20
    elif index == 2:
        part = 40
    elif index == 3:
        part = 59
    return start_ns + (end_ns - start_ns) // 60 * part


@compiled
def print_price(open_units: int, high_units: int, low_units: int, close_units: int, index: int) -> int:
    """The price of the print `index`: the extreme nearer to the open is visited first."""
    if index == 0:
        return open_units
    if index == 3:
        return close_units
    high_first = high_units - open_units < open_units - low_units
    if (index == 1) == high_first:
        return high_units
    return low_units


@compiled
def print_volume(volume_units: int, lot_units: int, index: int) -> int:
    """The volume of the print `index`: a quarter on the lot grid, and the close takes what is left."""
    quarter = volume_units // 4 // lot_units * lot_units
    if index < 3:
        return quarter
    return volume_units - 3 * quarter


@compiled
def available_units(volume_units: int, lot_units: int, participation_ppm: int) -> int:
    """How much of a print's volume our orders can take, on the lot grid, without overflow."""
    whole, rest = volume_units // PPM, volume_units % PPM
    share = whole * participation_ppm + rest * participation_ppm // PPM
    return share // lot_units * lot_units


@compiled_inner
def execution_price(order: Int64Array, price: int, jumped: bool) -> int:
    """The price at which `order` trades when the market moves to `price`, or 0 where it does not.

    Marks a stop that triggers. `jumped` says the market did not pass the prices in between.
    """
    side = order[SIDE]
    kind = order[TYPE]
    if kind == _MARKET or order[TRIGGERED] == 1:
        return price
    if kind == _LIMIT:
        limit = order[LIMIT]
        through = price < limit if side > 0 else price > limit
        if not through:
            return 0
        return price if jumped or order[FRESH] == 1 else limit
    stop = order[STOP]
    touched = price >= stop if side > 0 else price <= stop
    if not touched:
        return 0
    order[TRIGGERED] = 1
    return price if jumped or order[FRESH] == 1 else stop


@compiled
def match_print(orders: Int64Array, count: int, price: int, available: int, jumped: bool, out: Int64Array) -> int:
    """Let one print meet the working orders.

    Args:
        orders: (capacity, ORDER_WIDTH); the first `count` rows are working. LEFT, FRESH and TRIGGERED change.
        price, available: the print's price and what of its volume our orders can take.
        jumped: true for the open of a bar.
        out: (>= count, EXEC_WIDTH); the executions, in order.

    Returns:
        The number of executions. Filled rows keep LEFT = 0 until `drop_filled`.
    """
    executions = 0
    for row in range(count):
        order = orders[row]
        at_price = execution_price(order, price, jumped)
        fresh = order[FRESH]
        order[FRESH] = 1 if at_price > 0 else 0
        if at_price == 0 or order[LEFT] == 0 or available == 0:
            continue
        qty = min(order[LEFT], available)
        available -= qty
        order[LEFT] -= qty
        out[executions, EXEC_NUMBER] = order[NUMBER]
        out[executions, EXEC_QTY] = qty
        out[executions, EXEC_PRICE] = at_price
        out[executions, EXEC_MAKER] = 1 if order[TYPE] == _LIMIT and fresh == 0 else 0
        out[executions, EXEC_LEFT] = order[LEFT]
        executions += 1
    return executions


@compiled
def add_order(
    orders: Int64Array, count: int, number: int, side: int, kind: int, qty: int, limit: int, stop: int
) -> int:
    """Append a working order; returns the new count. The caller sees to the capacity."""
    assert count < orders.shape[0]
    assert qty > 0
    orders[count, NUMBER] = number
    orders[count, SIDE] = side
    orders[count, TYPE] = kind
    orders[count, LEFT] = qty
    orders[count, LIMIT] = limit
    orders[count, STOP] = stop
    orders[count, FRESH] = 1
    orders[count, TRIGGERED] = 0
    return count + 1


@compiled
def drop_filled(orders: Int64Array, count: int) -> int:
    """Remove rows with nothing left, keeping the order of arrival; returns the new count."""
    kept = 0
    for row in range(count):
        if orders[row, LEFT] == 0:
            continue
        if kept != row:
            for column in range(ORDER_WIDTH):
                orders[kept, column] = orders[row, column]
        kept += 1
    return kept


@compiled
def find_order(orders: Int64Array, count: int, number: int) -> int:
    """The row of an order, or -1."""
    for row in range(count):
        if orders[row, NUMBER] == number:
            return row
    return -1
