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
from seatrial.core.compiled import compiled, compiled_inline, typed
from seatrial.core.exposure import equity_of
from seatrial.core.records import Int64Array, State
from seatrial.core.step import hear_bar
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
from seatrial.core.venue import VenueState, close_session

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
    "run_group",
]

_NONE = typed(0)


@compiled_inline
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
            state.scalars[r.S_NOW] = max(state.scalars[r.S_NOW], bars[first, B_END])
            close_session(state, venue, account)
    tail = _NONE
    for row in range(first, last):
        inst, start_ns, end_ns = bars[row, B_INST], bars[row, B_START], bars[row, B_END]
        high, low, close = bars[row, B_HIGH], bars[row, B_LOW], bars[row, B_CLOSE]
        tail += hear_bar(state, inst, start_ns, end_ns, high, low, close, venue.effects[tail:])
    for account in range(equity_out.shape[0]):
        equity_out[account] = equity_of(state, account)
    return tail


@compiled
def run_group(
    state: State,
    venue: VenueState,
    bars: Int64Array,
    first: int,
    last: int,
    participation_ppm: int,
    closing: Int64Array,
    equity_out: Int64Array,
) -> int:
    """The same for callers outside compiled code."""
    return live_group(state, venue, bars, first, last, participation_ppm, closing, equity_out)
