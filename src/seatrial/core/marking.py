"""A finished bar, heard: the fact a backtest steps through millions of times, written as one straight piece.

`step` hears a bar through here, and so does the compiled bar loop, which calls it without a fact row. Everything is
inlined: passing a state of eight arrays to a function costs more than most bars need.
"""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.arithmetic import plus
from seatrial.core.breaker import cool_down, day_turns, must_trip, note_peaks, turn_day
from seatrial.core.compiled import compiled_once
from seatrial.core.exposure import equity_of, shift_baselines
from seatrial.core.ledger import market_value
from seatrial.core.parked import bars_matter, hear_prices
from seatrial.core.records import State
from seatrial.core.stops import stop_is_hit


@compiled_once
def let_time_pass(state: State, at_ns: int) -> None:
    """Time never goes back; where it goes on, an instant is over and its equity may be a peak."""
    if at_ns > state.scalars[r.S_NOW]:
        note_peaks(state)
        state.scalars[r.S_NOW] = at_ns


@compiled_once
def begin_fact(state: State, at_ns: int) -> None:
    """What every fact does first: time never goes back, and what the last fact left behind is cleared."""
    let_time_pass(state, at_ns)
    state.scalars[r.S_FACTS] += 1
    state.scalars[r.S_RESIZE_DUE] = -1
    for account in range(state.accounts.shape[0]):
        state.accounts[account, r.A_TRADE_CLOSED] = 0


@compiled_once
def end_fact(state: State) -> None:
    """What every fact does last: breakers whose cooldown is over close again."""
    for account in range(state.accounts.shape[0]):
        if state.accounts[account, r.A_BREAKER] != r.BREAKER_NORMAL:
            cool_down(state, account)


@compiled_once
def mark(state: State, inst: int, start_ns: int, end_ns: int, high: int, low: int, close: int) -> None:
    """Mark an instrument to a bar's close, after turning the risk day where the bar begins a new one."""
    account = state.rules[inst, r.R_ACCOUNT]
    if day_turns(state, account, start_ns):
        turn_day(state, account, start_ns)
    if end_ns >= state.positions[inst, r.P_LAST_AT]:  # a late bar is history, not a price
        held = state.positions[inst, r.P_QTY]
        if held != 0:
            value_div = state.rules[inst, r.R_VALUE_DIV]
            before = market_value(held, state.positions[inst, r.P_LAST], value_div)
            change = market_value(held, close, value_div) - before
            state.accounts[account, r.A_HOLDINGS] = plus(state.accounts[account, r.A_HOLDINGS], change)
            if state.positions[inst, r.P_LAST] == 0:  # it came by a transfer, and is no profit
                shift_baselines(state, account, change)
            extreme = state.positions[inst, r.P_EXTREME]
            if (close > extreme) == (held > 0):
                state.positions[inst, r.P_EXTREME] = close
        state.positions[inst, r.P_LAST] = close
        state.positions[inst, r.P_LAST_AT] = end_ns
        if state.scalars[r.S_PARKED] != 0:
            hear_prices(state, inst, start_ns, end_ns, high, low, close)


@compiled_once
def is_calm(state: State, inst: int) -> bool:
    """Whether a bar leaves nothing to decide: no breaker to trip, no stop that was reached, no order it acts on."""
    account = state.rules[inst, r.R_ACCOUNT]
    return not (bars_matter(state) or must_trip(state, account, equity_of(state, account)) or stop_is_hit(state, inst))
