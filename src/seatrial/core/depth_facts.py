"""What happens in a run over depth becomes facts: what the strategy said, the venue's words, what a holding is worth.

Each is written into the run's one fact row, and `core.depth_loop` puts it before `step`.
"""

from __future__ import annotations

from seatrial.core import depth as d
from seatrial.core import depth_run as k
from seatrial.core import in_flight as m
from seatrial.core import records as r
from seatrial.core import venue as v
from seatrial.core.compiled import compiled_inner, typed
from seatrial.core.depth_messages import SILENT_CANCEL
from seatrial.core.depth_run import DepthRun
from seatrial.core.exposure import equity
from seatrial.core.fees import FEE_PURSE, fee_of
from seatrial.core.records import State
from seatrial.domain.orders import OrderStatus

_CANCELED = int(OrderStatus.CANCELED)
_EXPIRED = int(OrderStatus.EXPIRED)
_REJECTED = int(OrderStatus.REJECTED)
_BAR = typed(r.FACT_BAR)
_REQUEST = typed(r.FACT_REQUEST)
_CANCEL = typed(r.FACT_CANCEL_REQUEST)
_REPORT = typed(r.FACT_REPORT)
_FILL = typed(r.FACT_FILL)


@compiled_inner
def blank_fact(run: DepthRun, kind: int, at_ns: int, number: int) -> None:
    """Start the scratch fact row."""
    for column in range(r.ROW_WIDTH):
        run.fact[column] = 0
    run.fact[r.F_KIND] = kind
    run.fact[r.F_AT] = at_ns
    run.fact[r.F_INST] = run.cells[k.K_INST]
    run.fact[r.F_NUMBER] = number


@compiled_inner
def write_decision(run: DepthRun, row: int) -> None:
    """What the strategy said becomes a fact: a request, or a request to cancel."""
    now_ns = run.cells[k.K_NOW]
    out = run.outbox[row]
    if out[k.G_KIND] == m.CANCEL or out[k.G_KIND] == SILENT_CANCEL:
        blank_fact(run, _CANCEL, now_ns, out[k.G_NUMBER])
        return
    blank_fact(run, _REQUEST, now_ns, 0)
    fact = run.fact
    fact[r.F_STRATEGY] = run.cells[k.K_STRATEGY]
    fact[r.F_QTY] = out[k.G_LOTS] * run.cells[k.K_LOT_UNITS]
    fact[r.F_BATCH] = now_ns
    fact[r.F_SIDE] = out[k.G_SIDE]
    fact[r.F_TYPE] = out[k.G_TYPE]
    fact[r.F_TIF] = out[k.G_TIF]
    fact[r.F_LIMIT] = out[k.G_TICK] * run.cells[k.K_TICK_UNITS]
    fact[r.F_FLAGS] = out[k.G_FLAGS]


@compiled_inner
def write_word(state: State, run: DepthRun) -> bool:
    """A word of the venue is heard and becomes a fact; returns whether it is a fill."""
    cells = run.cells
    word = run.words.rows[m.leave(run.words)]
    if word[m.W_KIND] == m.REPORTED:
        status = word[m.W_STATUS]
        cells[k.K_CANCELS] += 1 if status == _CANCELED else 0
        cells[k.K_EXPIRED] += 1 if status == _EXPIRED else 0
        cells[k.K_REJECTED] += 1 if status == _REJECTED else 0
        blank_fact(run, _REPORT, cells[k.K_NOW], word[m.W_NUMBER])
        run.fact[r.F_STATUS] = status
        return False
    for column in range(m.MESSAGE_WIDTH):
        run.word[column] = word[column]
    side, maker = word[m.W_SIDE], word[m.W_MAKER]
    qty, price = word[m.W_LOTS] * cells[k.K_LOT_UNITS], word[m.W_TICK] * cells[k.K_TICK_UNITS]
    fee, taken_in = fee_of(state, run.fees, cells[k.K_INST], side, qty, price, maker)
    log = run.fills[cells[k.K_FILLS]]
    log[v.L_AT] = word[m.W_HAPPENED]
    log[v.L_INST] = cells[k.K_INST]
    log[v.L_SIDE], log[v.L_QTY], log[v.L_PRICE] = side, qty, price
    log[v.L_FEE], log[v.L_FEE_IN_BASE] = fee, taken_in
    log[v.L_NUMBER], log[v.L_MAKER] = word[m.W_NUMBER], maker
    log[v.L_LEFT] = word[m.W_LEFT] * cells[k.K_LOT_UNITS]
    cells[k.K_FILLS] += 1
    blank_fact(run, _FILL, word[m.W_HAPPENED], word[m.W_NUMBER])
    run.fact[r.F_QTY], run.fact[r.F_SIDE], run.fact[r.F_PRICE] = qty, side, price
    run.fact[r.F_FEE], run.fact[r.F_FEE_IN_BASE] = fee, taken_in
    run.fact[r.F_PURSE] = run.fees[FEE_PURSE]
    return True


@compiled_inner
def write_mark(run: DepthRun) -> bool:
    """What a holding is worth becomes a fact: the middle of the book. False where a side of it is empty."""
    book, cells = run.venue.book, run.cells
    bid, ask = book.cells[d.B_BEST_BID], book.cells[d.B_BEST_ASK]
    if bid < 0 or ask >= book.lots.shape[1]:
        return False
    price = (bid + ask + 2 * book.cells[d.B_LOW_TICK]) * cells[k.K_TICK_UNITS] // 2
    blank_fact(run, _BAR, cells[k.K_NOW], 0)
    run.fact[r.F_OPEN], run.fact[r.F_HIGH], run.fact[r.F_LOW], run.fact[r.F_CLOSE] = price, price, price, price
    run.fact[r.F_START] = cells[k.K_MARKED]
    cells[k.K_MARKED] = cells[k.K_NOW]
    return True


@compiled_inner
def log_mark(state: State, run: DepthRun) -> None:
    """Write down the mark the machine just heard, and what the account is worth."""
    mark = run.marks[run.cells[k.K_MARKS]]
    mark[k.J_AT], mark[k.J_PRICE] = run.cells[k.K_NOW], run.fact[r.F_CLOSE]
    mark[k.J_EQUITY] = equity(state, run.cells[k.K_ACCOUNT])
    run.cells[k.K_MARKS] += 1
