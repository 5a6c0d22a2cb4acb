"""What a compiled strategy reads and says, one small function each; the Python form does the same in objects.

A strategy is one function `decides(desk) -> int`, made with `decides_by`. It returns 0; anything else ends the run.
What it says is written to an outbox and passes the machine's risk as soon as it returns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numba import types

from seatrial.core import depth as d
from seatrial.core import depth_run as k
from seatrial.core import records as r
from seatrial.core.compiled import compiled_inner
from seatrial.core.depth_arrival import FLAG_POST_ONLY
from seatrial.core.depth_run import Desk
from seatrial.core.in_flight import CANCEL, NEW, REPLACE
from seatrial.core.interpreter import call_one, drop
from seatrial.domain.orders import OrderStatus, OrderType, TimeInForce

_PENDING = int(OrderStatus.PENDING)
_MARKET = int(OrderType.MARKET)
_LIMIT = int(OrderType.LIMIT)
_IOC = int(TimeInForce.IOC)

_ROW, _TABLE = np.zeros(1, dtype=np.int64), np.zeros((1, 1), dtype=np.int64)
_SAMPLE = Desk(d.new_depth_book(low_tick=0, window=1), _TABLE, _TABLE, _TABLE, _ROW, _TABLE, _ROW, _ROW, _ROW, _ROW)
_numba: Any = numba
_OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy", "_nrt": False}  # as `core.compiled`
DECIDES = types.int64(_numba.typeof(_SAMPLE))


def decides_by(function: Callable[[Desk], int]) -> Any:
    """Compile a strategy's function, once per content of its file. An exception in it is printed, not raised."""
    return _numba.cfunc(DECIDES, **_OPTIONS)(function)


@compiled_inner
def best_bid(desk: Desk) -> int:
    """The best bid in ticks, or -1."""
    best = desk.book.cells[d.B_BEST_BID]
    return best + desk.book.cells[d.B_LOW_TICK] if best >= 0 else d.NOTHING


@compiled_inner
def best_ask(desk: Desk) -> int:
    """The best ask in ticks, or -1."""
    best = desk.book.cells[d.B_BEST_ASK]
    return best + desk.book.cells[d.B_LOW_TICK] if best < desk.book.lots.shape[1] else d.NOTHING


@compiled_inner
def lots_at(desk: Desk, side: int, tick: int) -> int:
    """What rests at a price: bids where `side` is 1, asks where it is -1."""
    inside = tick - desk.book.cells[d.B_LOW_TICK]
    if inside < 0 or inside >= desk.book.lots.shape[1]:
        return 0
    return desk.book.lots[d.BID if side > 0 else d.ASK, inside]


@compiled_inner
def position_lots(desk: Desk) -> int:
    """What is held, in whole lots, as far as fills were heard of."""
    qty, lot = desk.positions[desk.cells[k.K_INST], r.P_QTY], desk.cells[k.K_LOT_UNITS]
    return qty // lot if qty >= 0 else -(-qty // lot)


@compiled_inner
def order_count(desk: Desk) -> int:
    """How many orders of ours have not ended, as far as we heard. The rows 0 .. count - 1 are read by those below."""
    return desk.scalars[r.S_ORDERS]


@compiled_inner
def order_side(desk: Desk, row: int) -> int:
    """1 or -1."""
    return desk.orders[row, r.O_SIDE]


@compiled_inner
def order_number(desk: Desk, row: int) -> int:
    """The order's number, to cancel or to replace it by."""
    return desk.orders[row, r.O_NUMBER]


@compiled_inner
def order_tick(desk: Desk, row: int) -> int:
    """Its limit in ticks; 0 for a market order."""
    return desk.orders[row, r.O_LIMIT] // desk.cells[k.K_TICK_UNITS]


@compiled_inner
def order_left(desk: Desk, row: int) -> int:
    """What is open of it, in lots."""
    return (desk.orders[row, r.O_QTY] - desk.orders[row, r.O_FILLED]) // desk.cells[k.K_LOT_UNITS]


@compiled_inner
def order_under_way(desk: Desk, row: int) -> bool:
    """Whether a word of the venue on it is awaited: it was just sent, or is being cancelled."""
    return bool(desk.orders[row, r.O_STATUS] <= _PENDING or desk.orders[row, r.O_CANCELING] == 1)


@compiled_inner
def _say(desk: Desk, kind: int, side: int, type_: int, tif: int, flags: int, tick: int, lots: int, number: int) -> bool:
    row = desk.cells[k.K_OUT]
    if row == desk.outbox.shape[0]:
        return False
    out = desk.outbox[row]
    out[k.G_KIND] = kind
    out[k.G_SIDE] = side
    out[k.G_TYPE] = type_
    out[k.G_TIF] = tif
    out[k.G_FLAGS] = flags
    out[k.G_TICK] = tick
    out[k.G_LOTS] = lots
    out[k.G_NUMBER] = number
    desk.cells[k.K_OUT] = row + 1
    return True


@compiled_inner
def send_limit(desk: Desk, side: int, tick: int, lots: int, tif: int, post_only: bool) -> bool:
    """Ask for a limit order; `tif` a TimeInForce. False where one decision asks for too much."""
    return _say(desk, NEW, side, _LIMIT, tif, FLAG_POST_ONLY if post_only else 0, tick, lots, 0)


@compiled_inner
def send_market(desk: Desk, side: int, lots: int) -> bool:
    """Ask for a market order: what does not trade on arrival expires."""
    return _say(desk, NEW, side, _MARKET, _IOC, 0, 0, lots, 0)


@compiled_inner
def send_cancel(desk: Desk, number: int) -> bool:
    """Ask that an order be cancelled."""
    return _say(desk, CANCEL, 0, 0, 0, 0, 0, 0, number)


@compiled_inner
def send_replace(desk: Desk, number: int, side: int, tick: int, lots: int, tif: int, post_only: bool) -> bool:
    """Ask that an order make room for another. Where it rests no more, the other is refused."""
    return _say(desk, REPLACE, side, _LIMIT, tif, FLAG_POST_ONLY if post_only else 0, tick, lots, number)


@decides_by
def python_decides(desk: Desk) -> int:
    """Call the strategy's method for the cause; its exception ends the run and is raised behind it."""
    cells = desk.cells
    cause = cells[k.K_CAUSE]
    method = cells[k.K_ON_FILL]
    if cause == k.WAKE_EVENT:
        method = cells[k.K_ON_EVENT]
    elif cause == k.WAKE_TIMER:
        method = cells[k.K_ON_TIMER]
    answer = call_one(method, cells[k.K_DESK])
    if answer == 0:
        return 1
    drop(answer)
    return 0
