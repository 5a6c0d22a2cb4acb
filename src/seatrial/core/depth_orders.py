"""Our orders that rest in a market told by depth: rows in order of arrival, and how far they reach."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from seatrial.core import depth as d
from seatrial.core.compiled import compiled, compiled_inner
from seatrial.core.depth import DepthBook, Int64Array, new_depth_book
from seatrial.core.queue_position import FRONT, MICRO, QUEUE_MODELS
from seatrial.domain.faults import RequestFault

# Columns of a resting order. The tick is counted from the book's low tick; what is ahead, in millionths of a lot.
D_NUMBER, D_SIDE, D_LEFT, D_TICK, D_AHEAD, D_TRADED = range(6)
DEPTH_ORDER_WIDTH = 6
DEPTH_ORDERS_MAX = 256

# Columns of an execution. The tick is the market's, with the low tick added.
X_NUMBER, X_SIDE, X_TICK, X_LOTS, X_MAKER, X_LEFT = range(6)
EXECUTION_WIDTH = 6

# Cells of the venue: how many orders rest, their reach by side, then the rules of this run.
(
    C_COUNT,
    C_BID_LOW,
    C_BID_HIGH,
    C_ASK_LOW,
    C_ASK_HIGH,
    C_MODEL,
    C_POWER,
    C_UNIT,
    C_WHOLE,
    C_CONSUME,
    C_IMPACT_PPM,
    C_IMPACT_LOTS,
    C_QUOTES,
) = range(13)
VENUE_CELLS = 13
WHOLE_NEVER, WHOLE_THROUGH, WHOLE_ALWAYS = range(3)
WHOLE = {"never": WHOLE_NEVER, "through": WHOLE_THROUGH, "always": WHOLE_ALWAYS}
UNKNOWN = -1  # what stands ahead, where the data shows the best price only
_FAR = np.int64(2**62)


class FillRules(NamedTuple):
    """How a run fills. The rules are numbered in `docs/concepts/fills_depth.md`."""

    queue: str = "cautious"  # one of QUEUE_MODELS
    power_milli: int = 3_000  # the exponent of "power", in thousandths
    log_unit_lots: int = 1  # what "log" counts as one
    whole: str = "never"  # when a resting order fills whole, whatever the size: WHOLE
    consume: bool = True  # what one order took is not there for the next until its level is told again
    impact_ppm: int = 0  # square-root impact: what taking `impact_lots` at once moves the price by; 0: none
    impact_lots: int = 1
    quotes: bool = False  # the data shows the best prices only


class DepthVenue(NamedTuple):
    """A book, our orders in it and the rules. `executed` is scratch: the executions of one event or arrival."""

    book: DepthBook
    orders: Int64Array  # (DEPTH_ORDERS_MAX, DEPTH_ORDER_WIDTH)
    cells: Int64Array  # (VENUE_CELLS,)
    executed: Int64Array  # (rows, EXECUTION_WIDTH)


def new_depth_venue(rules: FillRules, *, low_tick: int, window: int) -> DepthVenue:
    """An empty market under rules.

    Raises:
        RequestFault: a rule that does not exist or is out of its bounds.
    """
    if rules.queue not in QUEUE_MODELS:
        raise RequestFault("queue", ", ".join(QUEUE_MODELS), rules.queue)
    if rules.whole not in WHOLE:
        raise RequestFault("whole", ", ".join(WHOLE), rules.whole)
    for name, value, most in (
        ("power_milli", rules.power_milli, 100_000),
        ("log_unit_lots", rules.log_unit_lots, 2**40),
        ("impact_lots", rules.impact_lots, 2**60),
    ):
        if not 0 < value <= most:
            raise RequestFault(name, f"1 to {most}", value)
    if not 0 <= rules.impact_ppm <= MICRO:
        raise RequestFault("impact_ppm", f"0 to {MICRO}", rules.impact_ppm)
    cells = np.zeros(VENUE_CELLS, dtype=np.int64)
    cells[C_MODEL] = QUEUE_MODELS[rules.queue]
    cells[C_POWER], cells[C_UNIT] = rules.power_milli, rules.log_unit_lots
    cells[C_WHOLE], cells[C_CONSUME], cells[C_QUOTES] = WHOLE[rules.whole], int(rules.consume), int(rules.quotes)
    cells[C_IMPACT_PPM], cells[C_IMPACT_LOTS] = rules.impact_ppm, rules.impact_lots
    venue = DepthVenue(
        new_depth_book(low_tick=low_tick, window=window),
        np.zeros((DEPTH_ORDERS_MAX, DEPTH_ORDER_WIDTH), dtype=np.int64),
        cells,
        np.zeros((max(window, DEPTH_ORDERS_MAX), EXECUTION_WIDTH), dtype=np.int64),
    )
    measure_reach(venue)
    return venue


@compiled
def measure_reach(venue: DepthVenue) -> None:
    """Keep the lowest and highest price of our orders by side: most events touch neither."""
    cells = venue.cells
    cells[C_BID_LOW], cells[C_BID_HIGH] = _FAR, -_FAR
    cells[C_ASK_LOW], cells[C_ASK_HIGH] = _FAR, -_FAR
    for row in range(cells[C_COUNT]):
        tick = venue.orders[row, D_TICK]
        if venue.orders[row, D_SIDE] > 0:
            cells[C_BID_LOW] = min(cells[C_BID_LOW], tick)
            cells[C_BID_HIGH] = max(cells[C_BID_HIGH], tick)
        else:
            cells[C_ASK_LOW] = min(cells[C_ASK_LOW], tick)
            cells[C_ASK_HIGH] = max(cells[C_ASK_HIGH], tick)


@compiled_inner
def touches(cells: Int64Array, kind: int, side: int, tick: int, lots: int) -> bool:
    """Whether an event can mean anything to our orders; cheap, and never a wrong no."""
    if kind == d.TRADE:
        return bool(tick >= cells[C_ASK_LOW]) if side > 0 else bool(tick <= cells[C_BID_HIGH])
    if kind == d.CLEAR:
        return bool(cells[C_COUNT] > 0)
    if side > 0:
        reached = lots > 0 and tick >= cells[C_ASK_LOW]
        return bool(reached or cells[C_BID_LOW] <= tick <= cells[C_BID_HIGH] or (kind == d.TOP and cells[C_COUNT] > 0))
    reached = lots > 0 and tick <= cells[C_BID_HIGH]
    return bool(reached or cells[C_ASK_LOW] <= tick <= cells[C_ASK_HIGH] or (kind == d.TOP and cells[C_COUNT] > 0))


@compiled
def resting_row(venue: DepthVenue, number: int) -> int:
    """The row of a resting order, or -1."""
    for row in range(venue.cells[C_COUNT]):
        if venue.orders[row, D_NUMBER] == number:
            return row
    return -1


@compiled_inner
def standing_ahead(venue: DepthVenue, side: int, tick: int) -> int:
    """What an order that joins a price now has ahead of it, in millionths of a lot."""
    if venue.cells[C_MODEL] == FRONT:
        return 0
    book = venue.book
    if venue.cells[C_QUOTES] == 1:
        best = book.cells[d.B_BEST_BID if side > 0 else d.B_BEST_ASK]
        if (tick - best) * side < 0 and 0 <= best < book.lots.shape[1]:
            return UNKNOWN
    return book.lots[d.BID if side > 0 else d.ASK, tick] * MICRO


@compiled
def rest(venue: DepthVenue, number: int, side: int, lots: int, tick: int, ahead: int, traded: int) -> bool:
    """Let an order rest; false where there is no room for another."""
    row = venue.cells[C_COUNT]
    if row == venue.orders.shape[0]:
        return False
    venue.orders[row, D_NUMBER] = number
    venue.orders[row, D_SIDE] = side
    venue.orders[row, D_LEFT] = lots
    venue.orders[row, D_TICK] = tick
    venue.orders[row, D_AHEAD] = ahead
    venue.orders[row, D_TRADED] = traded
    venue.cells[C_COUNT] = row + 1
    measure_reach(venue)
    return True


@compiled
def drop_ended(venue: DepthVenue) -> None:
    """Take orders with nothing left off the rows, keeping the order of arrival."""
    kept = 0
    for row in range(venue.cells[C_COUNT]):
        if venue.orders[row, D_LEFT] == 0:
            continue
        if kept != row:
            for column in range(DEPTH_ORDER_WIDTH):
                venue.orders[kept, column] = venue.orders[row, column]
        kept += 1
    venue.cells[C_COUNT] = kept
    measure_reach(venue)
