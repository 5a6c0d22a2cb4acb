"""The state of a run over depth or quotes: the market, what is under way, and what is written down."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from seatrial.core import records as r
from seatrial.core import venue as v
from seatrial.core.compiled import compiled_inner
from seatrial.core.depth import DepthBook, Int64Array
from seatrial.core.depth_orders import DepthVenue
from seatrial.core.fees import FEES_WIDTH
from seatrial.core.in_flight import NEVER, Ring, new_ring
from seatrial.core.latency import Latency
from seatrial.core.records import State
from seatrial.core.refusal_rows import REFUSALS_WIDTH
from seatrial.core.stepping import BLOCK_WIDTH

# Cells of a run. Times in nanoseconds; the strategy's own are the first five.
(
    K_NOW,
    K_CAUSE,  # why the strategy is asked: one of the WAKE bits
    K_DECIDES,  # when it is asked next, or NEVER
    K_INTERVAL,
    K_WAKES,  # WAKE bits it wants
    K_OUT,  # rows written to the outbox
    K_STOPPED,  # the strategy failed or asked to stop
    K_INST,
    K_ACCOUNT,
    K_STRATEGY,
    K_TICK_UNITS,
    K_LOT_UNITS,
    K_MARKS_AT,
    K_MARK_INTERVAL,
    K_MARKED,
    K_FILLS,  # rows in the log of fills
    K_MARKS,  # rows in the log of marks
    K_ON_TIMER,  # a strategy in Python: its method for the timer,
    K_ON_EVENT,  # its method for an event,
    K_ON_FILL,  # what tells it of a fill,
    K_DESK,  # and what all three are given
    K_ORDERS,
    K_CANCELS,
    K_EXPIRED,
    K_REJECTED,
    K_TRIPS,
    K_ENDING,  # the events are over: what is under way arrives, nothing new is decided
) = range(27)
RUN_CELLS = 27

WAKE_TIMER, WAKE_FILL, WAKE_EVENT = 1, 2, 4

# Columns of the outbox. G_NUMBER is the order to cancel or to replace.
G_KIND, G_SIDE, G_TYPE, G_TIF, G_FLAGS, G_TICK, G_LOTS, G_NUMBER = range(8)
OUT_WIDTH = 8
OUT_MAX = 64  # requests in one decision

# Columns of a mark: the middle of the book and what the account is worth.
J_AT, J_PRICE, J_EQUITY = range(3)
MARK_WIDTH = 3

LOG_ROWS = 16_384
EFFECTS_MAX = 512


class DepthRun(NamedTuple):
    """Everything but the machine. `event` is the last one of a strategy that hears events; `word` the last fill."""

    venue: DepthVenue
    requests: Ring
    words: Ring
    latency: Latency
    outbox: Int64Array  # (OUT_MAX, OUT_WIDTH)
    cells: Int64Array  # (RUN_CELLS,)
    event: Int64Array  # (EVENT_WIDTH,)
    word: Int64Array  # (MESSAGE_WIDTH,)
    memory: Int64Array  # the strategy's own
    fact: Int64Array  # scratch: one fact row
    effects: Int64Array  # scratch: effect rows of one fact
    fills: Int64Array  # (LOG_ROWS, venue.LOG_WIDTH), as the log of a bar venue
    marks: Int64Array  # (LOG_ROWS, MARK_WIDTH)
    refusals: Int64Array  # (REFUSALS_WIDTH,): `core.refusal_rows`
    fees: Int64Array  # (FEES_WIDTH,): `core.fees`
    block: Int64Array  # how `step` is reached: `core.stepping`


class Desk(NamedTuple):
    """What a strategy sees, and where it says what it wants; read and written through `core.depth_desk`.

    The book is as the venue has it. Orders, position and cash are the machine's, so they are as old as the venue's
    last word.
    """

    book: DepthBook
    orders: Int64Array
    positions: Int64Array
    accounts: Int64Array
    scalars: Int64Array
    outbox: Int64Array
    cells: Int64Array
    event: Int64Array
    word: Int64Array
    memory: Int64Array


def new_depth_run(venue: DepthVenue, latency: Latency, memory: Int64Array) -> DepthRun:
    """A run that has not begun; the caller fills in the cells that are its own."""
    cells = np.zeros(RUN_CELLS, dtype=np.int64)
    cells[K_DECIDES] = cells[K_MARKS_AT] = NEVER
    return DepthRun(
        venue=venue,
        requests=new_ring(),
        words=new_ring(),
        latency=latency,
        outbox=np.zeros((OUT_MAX, OUT_WIDTH), dtype=np.int64),
        cells=cells,
        event=np.zeros(5, dtype=np.int64),
        word=np.zeros(10, dtype=np.int64),
        memory=memory,
        fact=np.zeros(r.ROW_WIDTH, dtype=np.int64),
        effects=np.zeros((EFFECTS_MAX, r.ROW_WIDTH), dtype=np.int64),
        fills=np.zeros((LOG_ROWS, v.LOG_WIDTH), dtype=np.int64),
        marks=np.zeros((LOG_ROWS, MARK_WIDTH), dtype=np.int64),
        refusals=np.zeros(REFUSALS_WIDTH, dtype=np.int64),
        fees=np.zeros(FEES_WIDTH, dtype=np.int64),
        block=np.zeros(BLOCK_WIDTH, dtype=np.int64),
    )


@compiled_inner
def desk_of(state: State, run: DepthRun) -> Desk:
    """What the strategy sees of a run."""
    return Desk(
        run.venue.book,
        state.orders,
        state.positions,
        state.accounts,
        state.scalars,
        run.outbox,
        run.cells,
        run.event,
        run.word,
        run.memory,
    )
