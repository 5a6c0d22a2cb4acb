"""What travels between machine and venue in a run over depth: approved orders out, the venue's words back."""

from __future__ import annotations

from seatrial.core import depth as d
from seatrial.core import depth_orders as o
from seatrial.core import depth_run as k
from seatrial.core import in_flight as m
from seatrial.core import records as r
from seatrial.core.compiled import compiled_inner
from seatrial.core.depth_arrival import arrive, keeps_place, withdraw
from seatrial.core.depth_run import DepthRun
from seatrial.core.latency import Y_BACK, Y_THERE, latency_ns
from seatrial.core.refusal_rows import count_refusal
from seatrial.domain.orders import OrderStatus

_WORKING = int(OrderStatus.WORKING)
_CANCELED = int(OrderStatus.CANCELED)
_REJECTED = int(OrderStatus.REJECTED)
SILENT_CANCEL = 4  # in the outbox: of an order whose replacement was approved


@compiled_inner
def send(run: DepthRun, effect: d.Int64Array, flags: int, tif: int, other: int) -> None:
    """An approved order leaves for the venue."""
    now_ns = run.cells[k.K_NOW]
    row = run.requests.rows[m.enter(run.requests, now_ns + latency_ns(run.latency, Y_THERE, now_ns))]
    row[m.M_KIND] = m.REPLACE if other > 0 else m.NEW
    row[m.M_NUMBER] = effect[r.E_NUMBER]
    row[m.M_SIDE] = effect[r.E_SIDE]
    row[m.M_TYPE] = effect[r.E_TYPE]
    row[m.M_TIF] = tif
    row[m.M_FLAGS] = flags
    row[m.M_TICK] = effect[r.E_LIMIT] // run.cells[k.K_TICK_UNITS] - run.venue.book.cells[d.B_LOW_TICK]
    row[m.M_LOTS] = effect[r.E_QTY] // run.cells[k.K_LOT_UNITS]
    row[m.M_OTHER] = other
    run.cells[k.K_ORDERS] += 1


@compiled_inner
def send_cancel(run: DepthRun, number: int) -> None:
    """A cancel leaves for the venue."""
    now_ns = run.cells[k.K_NOW]
    row = run.requests.rows[m.enter(run.requests, now_ns + latency_ns(run.latency, Y_THERE, now_ns))]
    row[m.M_KIND] = m.CANCEL
    row[m.M_NUMBER] = number


@compiled_inner
def send_effects(run: DepthRun, first: int, last: int, flags: int, tif: int, other: int) -> int:
    """Carry out effect rows. `flags`, `tif` and `other` belong to what was requested; returns the approved number."""
    approved = 0
    for row in range(first, last):
        effect = run.effects[row]
        kind = effect[r.E_KIND]
        if kind == r.EFFECT_APPROVED:
            if effect[r.E_REASON] == r.REASON_REQUEST:
                approved = effect[r.E_NUMBER]
                send(run, effect, flags, tif, other)
            else:
                send(run, effect, 0, effect[r.E_TIF], 0)
        elif kind == r.EFFECT_CANCEL:
            send_cancel(run, effect[r.E_NUMBER])
        elif kind == r.EFFECT_REFUSED:
            count_refusal(run.refusals, 0, effect)
        elif kind == r.EFFECT_TRIPPED:
            run.cells[k.K_TRIPS] += 1
    return approved


@compiled_inner
def send_decision(run: DepthRun, row: int, count: int) -> bool:
    """Carry out what followed from it. True where the order it replaces must be cancelled in the books yet.

    A refused replacement changes nothing. An approved one carries the cancel with it, so none is sent.
    """
    out = run.outbox[row]
    if out[k.G_KIND] == SILENT_CANCEL:
        return False
    replaced = out[k.G_NUMBER] if out[k.G_KIND] == m.REPLACE else 0
    approved = send_effects(run, 0, count, out[k.G_FLAGS], out[k.G_TIF], replaced)
    if replaced > 0 and approved > 0:
        out[k.G_KIND] = SILENT_CANCEL
        return True
    return False


@compiled_inner
def word_of(run: DepthRun, kind: int, number: int, status: int) -> int:
    """A word of the venue begins its way back; returns where it is."""
    now_ns = run.cells[k.K_NOW]
    place = m.enter(run.words, now_ns + latency_ns(run.latency, Y_BACK, now_ns))
    row = run.words.rows[place]
    row[m.W_KIND] = kind
    row[m.W_NUMBER] = number
    row[m.W_STATUS] = status
    row[m.W_HAPPENED] = now_ns
    return place


@compiled_inner
def words_of(run: DepthRun, count: int) -> None:
    """The venue tells of the executions of one event or arrival."""
    for at in range(count):
        trade = run.venue.executed[at]
        row = run.words.rows[word_of(run, m.FILLED, trade[o.X_NUMBER], 0)]
        row[m.W_SIDE] = trade[o.X_SIDE]
        row[m.W_TICK] = trade[o.X_TICK]
        row[m.W_LOTS] = trade[o.X_LOTS]
        row[m.W_MAKER] = trade[o.X_MAKER]
        row[m.W_LEFT] = trade[o.X_LEFT]


@compiled_inner
def reach(run: DepthRun) -> None:
    """A request reaches the venue."""
    request = run.requests.rows[m.leave(run.requests)]
    number, other = request[m.M_NUMBER], request[m.M_OTHER]
    if request[m.M_KIND] == m.CANCEL:
        if withdraw(run.venue, number) > 0:
            word_of(run, m.REPORTED, number, _CANCELED)
        return
    side, tick, lots = request[m.M_SIDE], request[m.M_TICK], request[m.M_LOTS]
    if request[m.M_KIND] == m.REPLACE:
        row = o.resting_row(run.venue, other)
        if row < 0:
            word_of(run, m.REPORTED, number, _REJECTED)
            return
        if keeps_place(run.venue, row, side, tick, lots):
            run.venue.orders[row, o.D_NUMBER] = number
            run.venue.orders[row, o.D_LEFT] = lots
            word_of(run, m.REPORTED, other, _CANCELED)
            word_of(run, m.REPORTED, number, _WORKING)
            return
        withdraw(run.venue, other)
        word_of(run, m.REPORTED, other, _CANCELED)
    first, count, last = arrive(
        run.venue, number, side, request[m.M_TYPE], request[m.M_TIF], request[m.M_FLAGS], tick, lots
    )
    word_of(run, m.REPORTED, number, first)
    words_of(run, count)
    if last != 0:
        word_of(run, m.REPORTED, number, last)
