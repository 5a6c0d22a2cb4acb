"""Calm: the bands of closes in which a bar leads to nothing, so that a whole stretch of bars is marked at once.

Between decisions nothing in a state moves but its marks. Once nothing works and an account holds at most one
instrument, a bar can matter in four ways only: its close takes the equity to the breaker's level, it reaches the
position's stop, it begins a risk day, or a cooldown is over. The first two are a band of closes, the others instants.
Where a drawdown is limited, a new peak of equity leaves the band too, because the breaker's level follows it.
Whoever adds something that can act on a mere bar must see to it here: `tests/parity/test_forms_of_a_strategy.py`
compares a stretch with the same bars heard one by one.
"""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.arithmetic import muldiv_ceil, muldiv_floor
from seatrial.core.breaker import ALWAYS, NEVER, trip_equity
from seatrial.core.compiled import compiled_inner, compiled_once
from seatrial.core.ledger import market_value
from seatrial.core.parked import bars_matter
from seatrial.core.records import Int64Array, State
from seatrial.domain.limits import NO_LIMIT
from seatrial.domain.time import DAY_NS

PRICE_MAX = 2**62

# Columns of the bands, one row per instrument.
C_LOW, C_HIGH = 0, 1  # a close between them, both included, leads to nothing
C_TURN = 2  # a bar that starts here or later begins a risk day of its account
C_TRAIL_PPM = 3  # the trailing stop follows the best close; 0 where there is none
BANDS_WIDTH = 4

# Columns of the books, one row per account: equity = K_REST + the value of K_QTY of K_INST at its close.
K_REST, K_INST, K_QTY, K_LAST = 0, 1, 2, 3  # K_LAST: its price as the stretch begins
BOOKS_WIDTH = 4


@compiled_inner
def lowest_price(qty: int, value_div: int, worth: int) -> int:
    """The lowest price at which `qty` is worth at least `worth`, both positive; `PRICE_MAX` where none is."""
    if qty < value_div and worth > muldiv_floor(PRICE_MAX, qty, value_div):
        return PRICE_MAX
    return min(muldiv_ceil(worth, value_div, qty), PRICE_MAX)


@compiled_inner
def highest_price(qty: int, value_div: int, worth: int) -> int:
    """The highest price at which `qty` is worth `worth` or less; `worth` may be 0."""
    return lowest_price(qty, value_div, worth + 1) - 1


@compiled_once
def bound_by_peak(state: State, inst: int, rest: int, peak: int, band: Int64Array) -> None:
    """Narrow a band to the closes at which equity makes no new peak: a drawdown's floor would follow it."""
    held, value_div = state.positions[inst, r.P_QTY], state.rules[inst, r.R_VALUE_DIV]
    worth = peak - rest  # the most the holding may be worth
    if held > 0:
        band[C_HIGH] = min(band[C_HIGH], highest_price(held, value_div, worth)) if worth >= 0 else -1
    elif worth < 0:
        band[C_LOW] = max(band[C_LOW], lowest_price(-held, value_div, -worth))


@compiled_once
def bound_by_equity(state: State, inst: int, rest: int, trip: int, band: Int64Array) -> None:
    """Narrow a band to the closes at which the account's equity stays above the breaker's level."""
    held, value_div = state.positions[inst, r.P_QTY], state.rules[inst, r.R_VALUE_DIV]
    worth = trip - rest + 1  # the least the holding has to be worth
    if held > 0 and worth > 0:
        band[C_LOW] = max(band[C_LOW], lowest_price(held, value_div, worth))
    elif held < 0 and worth > 0:
        band[C_LOW] = PRICE_MAX  # a short is never worth more than nothing
    elif held < 0:
        band[C_HIGH] = min(band[C_HIGH], highest_price(-held, value_div, -worth))


@compiled_inner
def trail(band: Int64Array, held: int, best: int) -> None:
    """Let the trailing stop follow a new best close."""
    if held > 0:
        band[C_LOW] = max(band[C_LOW], muldiv_floor(best, r.PPM - band[C_TRAIL_PPM], r.PPM) + 1)
    else:
        band[C_HIGH] = min(band[C_HIGH], muldiv_ceil(best, r.PPM + band[C_TRAIL_PPM], r.PPM) - 1)


@compiled_once
def bound_by_stops(state: State, inst: int, band: Int64Array) -> None:
    """Narrow a band to the closes that do not reach the position's stop-loss, and note what trails."""
    account = state.rules[inst, r.R_ACCOUNT]
    held = state.positions[inst, r.P_QTY]
    fixed = state.limits[account, r.L_STOP_LOSS_PPM]
    trailing = state.limits[account, r.L_TRAILING_PPM] if state.limits[account, r.L_TRAILING] == 1 else 0
    if abs(held) < state.rules[inst, r.R_LOT]:
        return
    if fixed > 0:
        cost, value_div = abs(state.positions[inst, r.P_COST]), state.rules[inst, r.R_VALUE_DIV]
        anchor = muldiv_floor(cost, value_div, abs(held))
        if held > 0:
            band[C_LOW] = max(band[C_LOW], muldiv_floor(anchor, r.PPM - fixed, r.PPM) + 1)
        else:
            band[C_HIGH] = min(band[C_HIGH], muldiv_ceil(anchor, r.PPM + fixed, r.PPM) - 1)
    if trailing > 0:
        band[C_TRAIL_PPM] = trailing
        trail(band, held, state.positions[inst, r.P_EXTREME])


@compiled_once
def bound_account(state: State, account: int, bands: Int64Array, book: Int64Array) -> bool:
    """Bands for one account's instruments; false where it holds several, or is at the breaker's level already."""
    row = state.accounts[account]
    turn = (row[r.A_DAY] + 1) * DAY_NS - row[r.A_DAY_OFFSET_NS] if row[r.A_STARTED] == 1 else -PRICE_MAX
    book[K_INST] = -1
    book[K_QTY] = 0
    book[K_LAST] = 0
    book[K_REST] = row[r.A_CASH] + row[r.A_HOLDINGS]
    for inst in range(state.rules.shape[0]):
        if state.rules[inst, r.R_ACCOUNT] != account:
            continue
        band = bands[inst]
        band[C_LOW], band[C_HIGH], band[C_TURN], band[C_TRAIL_PPM] = 0, PRICE_MAX, turn, 0
        if state.positions[inst, r.P_QTY] != 0:
            if book[K_INST] >= 0:
                return False
            book[K_INST] = inst
            book[K_QTY] = state.positions[inst, r.P_QTY]
    noted = row[r.A_PEAK]
    row[r.A_PEAK] = max(noted, book[K_REST])  # as the next instant will note it
    trip, peak = trip_equity(state, account), row[r.A_PEAK]
    row[r.A_PEAK] = noted
    if trip >= ALWAYS or (trip > NEVER and book[K_REST] <= trip):
        return False
    held = book[K_INST]
    if held >= 0:
        last, value_div = state.positions[held, r.P_LAST], state.rules[held, r.R_VALUE_DIV]
        if last == 0:
            return False  # it came by a transfer, and its first price moves the baselines
        book[K_LAST] = last
        book[K_REST] -= market_value(book[K_QTY], last, value_div)
        if trip > NEVER:
            bound_by_equity(state, held, book[K_REST], trip, bands[held])
            if state.limits[account, r.L_DRAWDOWN_PPM] != NO_LIMIT:
                bound_by_peak(state, held, book[K_REST], peak, bands[held])
        bound_by_stops(state, held, bands[held])
    return True


@compiled_inner
def nothing_waits(state: State) -> bool:
    """Whether no order works or is parked: what a bar could fill, trigger or let expire."""
    return state.scalars[r.S_ORDERS] == 0 and not bars_matter(state)


@compiled_inner
def find_calm(state: State, bands: Int64Array, books: Int64Array) -> int:
    """Work out the bands of every instrument and the book of every account.

    Args:
        bands: (I, BANDS_WIDTH), books: (A, BOOKS_WIDTH); both are written.

    Returns:
        The end of the first bar that may not be calm because a cooldown is then over; 0 where no bar can be calm.
    """
    if not nothing_waits(state):
        return 0
    until_ns = PRICE_MAX
    for account in range(state.accounts.shape[0]):
        if not bound_account(state, account, bands, books[account]):
            return 0
        breaker = state.accounts[account, r.A_BREAKER]
        resumes = state.limits[account, r.L_BREAKER_AUTO_RESUME] == 1 or breaker == r.BREAKER_COOLDOWN
        if breaker != r.BREAKER_NORMAL and resumes:
            until_ns = min(until_ns, state.accounts[account, r.A_COOLDOWN_ENDS])
    return until_ns
