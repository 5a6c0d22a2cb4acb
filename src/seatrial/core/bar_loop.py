"""The other side of a backtest, compiled: the venue kernel and the machine exchanging facts.

In a rehearsal the same two talk over a wire: an emulator runs `core.matching` on the same prints and
the order path carries the facts. The order of events here is the timeline both keep:

1. at each of a bar's four prints, all instruments trade first, then the machine hears of the fills;
2. at the bar's end, orders for the day expire where a session closes;
3. then the bars are published and strategies decide (`runs/backtest`), all on one state;
4. then what bars and strategies led to reaches the venue.

An order reaches the venue in the instant it is sent and meets the next print.
"""

from __future__ import annotations

from seatrial.core import matching
from seatrial.core import records as r
from seatrial.core.compiled import compiled_inner, compiled_once, typed
from seatrial.core.exposure import equity_of
from seatrial.core.hearing import hear_bar
from seatrial.core.marking import let_time_pass
from seatrial.core.records import Int64Array, State
from seatrial.core.trading import (
    B_CLOSE,
    B_END,
    B_HIGH,
    B_INST,
    B_LOW,
    B_OPEN,
    B_START,
    B_VOLUME,
    BARS_WIDTH,
    hear_trades,
    trade_instrument,
)
from seatrial.core.venue import VenueState, blank_fact, close_session

__all__ = [
    "BARS_WIDTH",
    "B_CLOSE",
    "B_END",
    "B_HIGH",
    "B_INST",
    "B_LOW",
    "B_OPEN",
    "B_START",
    "B_VOLUME",
    "live_group",
]

_NONE = typed(0)
_BAR = typed(r.FACT_BAR)


@compiled_inner
def tell_bar(state: State, venue: VenueState, bar: Int64Array, inst: int, tail: int) -> int:
    """The machine hears of a finished bar; returns the new end of the effects."""
    blank_fact(venue, _BAR, bar[B_END], inst, _NONE)
    venue.fact[r.F_OPEN] = bar[B_OPEN]
    venue.fact[r.F_HIGH] = bar[B_HIGH]
    venue.fact[r.F_LOW] = bar[B_LOW]
    venue.fact[r.F_CLOSE] = bar[B_CLOSE]
    venue.fact[r.F_VOLUME] = bar[B_VOLUME]
    venue.fact[r.F_START] = bar[B_START]
    return hear_bar(state, venue, tail)


@compiled_once
def live_group(
    state: State,
    venue: VenueState,
    bars: Int64Array,
    first: int,
    last: int,
    participation_ppm: int,
    closing: Int64Array,
    equity_out: Int64Array,
) -> int:
    """Live through the bars `first..last-1`, which cover one span of time, up to where strategies decide.

    Returns the end of the effects that the bars led to. They are not delivered yet: what is decided in one
    instant is decided on one state, and only then does any of it reach the venue.

    Args:
        closing: (A,), 1 where the account's session closes at the end of these bars.
        equity_out: (A,), takes each account's equity afterwards.
    """
    for index in range(matching.PRINTS_PER_BAR):
        pending = _NONE
        for row in range(first, last):
            if venue.counts[bars[row, B_INST]] > 0:
                pending = trade_instrument(state, venue, bars, row, index, participation_ppm, pending)
        if pending > 0:
            hear_trades(state, venue, pending)
    for account in range(closing.shape[0]):
        if closing[account] == 1:
            let_time_pass(state, bars[first, B_END])
            close_session(state, venue, account)
    tail = _NONE
    for row in range(first, last):
        tail = tell_bar(state, venue, bars[row], bars[row, B_INST], tail)
    for account in range(equity_out.shape[0]):
        equity_out[account] = equity_of(state, account)
    return tail
