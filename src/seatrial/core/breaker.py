"""The trading breaker of an account: NORMAL, TRIPPED, COOLDOWN. Losses and drawdown trip it, a person resets it.

A reset before the cooldown is over waits for its end (COOLDOWN). Without `auto_resume` a trip never
ends by itself.
"""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.compiled import compiled_inner, compiled_once, typed
from seatrial.core.exposure import equity_of
from seatrial.core.records import State
from seatrial.domain.limits import NO_LIMIT
from seatrial.domain.time import DAY_NS

NEVER = typed(-(2**62))  # no equity is this low
ALWAYS = typed(2**62)  # none is higher
_OFF = typed(NO_LIMIT)


@compiled_inner
def month_of(day: int) -> int:
    """The month a day (since 1970) lies in, as months since year 0. Civil calendar, closed form."""
    shifted = day + 719_468
    era = shifted // 146_097
    day_of_era = shifted - era * 146_097
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_from_march = (5 * day_of_year + 2) // 153
    year = year_of_era + era * 400 + (1 if month_from_march >= 10 else 0)
    month = month_from_march + 3 if month_from_march < 10 else month_from_march - 9
    return year * 12 + month - 1


@compiled_once
def day_turns(state: State, account: int, at_ns: int) -> bool:
    """Whether `at_ns` lies in a later risk day than the account's, or in its first one."""
    in_day_ns = at_ns + state.accounts[account, r.A_DAY_OFFSET_NS] - state.accounts[account, r.A_DAY] * DAY_NS
    return state.accounts[account, r.A_STARTED] == 0 or in_day_ns >= DAY_NS


@compiled_inner
def turn_day(state: State, account: int, at_ns: int) -> None:
    """Begin the risk day, week or month that `at_ns` lies in; equity then becomes the baseline."""
    row = state.accounts[account]
    day = (at_ns + row[r.A_DAY_OFFSET_NS]) // DAY_NS
    baseline = equity_of(state, account)
    week = (day + 3) // 7
    month = month_of(day)
    if row[r.A_STARTED] == 0 or week != row[r.A_WEEK]:
        row[r.A_WEEK] = week
        row[r.A_WEEK_EQUITY] = baseline
    if row[r.A_STARTED] == 0 or month != row[r.A_MONTH]:
        row[r.A_MONTH] = month
        row[r.A_MONTH_EQUITY] = baseline
    row[r.A_DAY] = day
    row[r.A_DAY_EQUITY] = baseline
    row[r.A_STARTED] = 1


@compiled_once
def note_peaks(state: State) -> None:
    """Keep each account's highest equity. Asked where an instant is over, so that no half-marked one counts."""
    for account in range(state.accounts.shape[0]):
        equity_units = state.accounts[account, r.A_CASH] + state.accounts[account, r.A_HOLDINGS]
        state.accounts[account, r.A_PEAK] = max(state.accounts[account, r.A_PEAK], equity_units)


@compiled_once
def drawdown_floor(state: State, account: int) -> int:
    """The equity at which the drawdown from the peak reaches its limit; `NEVER` where there is none."""
    level = NEVER
    ppm, peak = state.limits[account, r.L_DRAWDOWN_PPM], state.accounts[account, r.A_PEAK]
    if ppm != _OFF and peak > 0:
        level = peak - (peak // r.PPM * ppm + peak % r.PPM * ppm // r.PPM)  # exact: the halves fit 64 bits
    return level


@compiled_inner
def forgive_drawdown(state: State, account: int) -> None:
    """A person goes on after a drawdown: it counts from the present equity."""
    if equity_of(state, account) <= drawdown_floor(state, account):
        state.accounts[account, r.A_PEAK] = equity_of(state, account)


@compiled_inner
def cool_down(state: State, account: int) -> None:
    """End a cooldown that is over: always after a reset, without one only where auto-resume is on.

    Only a person lifts a drawdown: after a reset it is counted from here.
    """
    row = state.accounts[account]
    if row[r.A_BREAKER] == r.BREAKER_NORMAL or state.scalars[r.S_NOW] < row[r.A_COOLDOWN_ENDS]:
        return
    if row[r.A_BREAKER] == r.BREAKER_COOLDOWN:
        forgive_drawdown(state, account)
    elif state.limits[account, r.L_BREAKER_AUTO_RESUME] == 1 and equity_of(state, account) <= drawdown_floor(
        state, account
    ):
        return
    if row[r.A_BREAKER] == r.BREAKER_COOLDOWN or state.limits[account, r.L_BREAKER_AUTO_RESUME] == 1:
        row[r.A_BREAKER] = r.BREAKER_NORMAL
        row[r.A_LOSSES_IN_ROW] = 0


@compiled_once
def trip_equity(state: State, account: int) -> int:
    """The equity at or below which the breaker opens now: `NEVER` where it cannot, `ALWAYS` where nothing helps."""
    level = NEVER
    if (
        state.limits[account, r.L_BREAKER] == 1
        and state.accounts[account, r.A_BREAKER] == r.BREAKER_NORMAL
        and state.accounts[account, r.A_STARTED] == 1
    ):
        level = state.accounts[account, r.A_DAY_EQUITY] - state.limits[account, r.L_BREAKER_DAILY_LOSS]
        level = max(level, drawdown_floor(state, account))
        if state.accounts[account, r.A_LOSSES_IN_ROW] >= state.limits[account, r.L_BREAKER_LOSSES]:
            level = ALWAYS
    return level


@compiled_once
def must_trip(state: State, account: int, equity_units: int) -> bool:
    """Whether the breaker must open now; `trip_reason` says why."""
    return equity_units <= trip_equity(state, account)


@compiled_inner
def trip_reason(state: State, account: int) -> tuple[int, int, int]:
    """`(reason, limit, actual)` where the breaker must open now, else `(0, 0, 0)`."""
    row = state.accounts[account]
    limits = state.limits[account]
    equity_units = equity_of(state, account)
    if not must_trip(state, account, equity_units):
        return 0, 0, 0
    losses = row[r.A_LOSSES_IN_ROW]
    if losses >= limits[r.L_BREAKER_LOSSES]:
        return r.REASON_CONSECUTIVE_LOSSES, limits[r.L_BREAKER_LOSSES], losses
    lost = row[r.A_DAY_EQUITY] - equity_units
    if lost >= limits[r.L_BREAKER_DAILY_LOSS]:
        return r.REASON_DAILY_LOSS, limits[r.L_BREAKER_DAILY_LOSS], lost
    return r.REASON_DRAWDOWN, row[r.A_PEAK] - drawdown_floor(state, account), row[r.A_PEAK] - equity_units
