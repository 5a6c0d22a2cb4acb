"""Stretches of calm bars: how far one reaches, and what it leaves in the state.

A stretch is marked at its end by the integers that bar-by-bar hearing would have added up, because the changes of a
holding's value telescope: only the last price counts, and the best close on the way.
"""

from __future__ import annotations

from typing import Any

from seatrial.core import records as r
from seatrial.core.bar_loop import B_CLOSE, B_END, B_INST, B_START
from seatrial.core.by_address import words_at
from seatrial.core.calm import C_HIGH, C_LOW, C_TRAIL_PPM, C_TURN, PRICE_MAX, trail
from seatrial.core.compiled import compiled, compiled_inner, compiled_once
from seatrial.core.exposure import holding_value
from seatrial.core.ledger import market_value
from seatrial.core.marking import let_time_pass
from seatrial.core.records import Int64Array, State

# Columns of the equity line: from row N_ROW on, N_REST + the value of N_QTY of N_INST, whose price was N_LAST.
N_ROW, N_ACCOUNT, N_REST, N_INST, N_QTY, N_LAST = range(6)
LINE_WIDTH = 6


@compiled_inner
def inst_of(rows: Int64Array, row: int) -> int:
    """The instrument of a row; a table of one instrument has no column for it."""
    return rows[row, B_INST] if rows.shape[1] > B_INST else 0


@compiled_inner
def better(close: int, best: int, held: int) -> bool:
    """Whether a close is the best one yet for a holding, as `marking.mark` sees it."""
    return (close > best) == (held > 0)


@compiled_once
def is_open(rows: Int64Array, band: Int64Array) -> bool:
    """Whether no close of the only instrument can end a stretch: looking far ahead costs nothing then."""
    return bool(rows.shape[1] == B_INST and band[C_TRAIL_PPM] == 0 and band[C_LOW] <= 0 and band[C_HIGH] >= PRICE_MAX)


@compiled_inner
def calm_rows(
    state: State,
    bands: Int64Array,
    rows: Int64Array,
    closes: int,
    turn: Int64Array,
    first: int,
    last: int,
    until_ns: int,
) -> int:
    """The first row of `first..last-1` that is not calm, or `last`. `last` ends a group of bars.

    Of a table of one instrument `closes` is where its closes lie side by side, as if from row 0 on, and `turn` is kept
    from call to call: when the next risk day begins, and the first row that starts then or later.
    """
    if rows.shape[1] == B_INST:
        return calm_rows_of_one(state, bands[0], rows, words_at(closes), turn, first, last, until_ns)
    for row in range(first, last):
        inst, close = rows[row, B_INST], rows[row, B_CLOSE]
        band = bands[inst]
        calm = band[C_LOW] <= close <= band[C_HIGH]
        if not calm or rows[row, B_START] >= band[C_TURN] or rows[row, B_END] >= until_ns:
            end_ns = rows[row, B_END]
            begins = row
            while begins > first and rows[begins - 1, B_END] == end_ns:
                begins -= 1
            return begins
        held = state.positions[inst, r.P_QTY]
        if band[C_TRAIL_PPM] > 0 and better(close, state.positions[inst, r.P_EXTREME], held):
            trail(band, held, close)
    return last


@compiled_inner
def first_row(rows: Int64Array, column: int, at_ns: int, first: int, last: int) -> int:
    """The first of the rows `first..last-1` whose instant in a column is not before `at_ns`, or `last`."""
    while first < last:
        middle = (first + last) // 2
        if rows[middle, column] >= at_ns:
            last = middle
        else:
            first = middle + 1
    return first


@compiled_once
def first_row_of_turn(rows: Int64Array, at_ns: int, first: int) -> int:
    """`first_row` by start among all rows from `first` on, guessed by the bars' span: each look costs a cache miss."""
    last = rows.shape[0]
    ahead = at_ns - rows[first, B_START]
    guess = first + (ahead - 1) // (rows[first, B_END] - rows[first, B_START]) + 1 if ahead > 0 else first
    if guess < last and rows[guess, B_START] >= at_ns:
        if guess == first or rows[guess - 1, B_START] < at_ns:
            return guess
        last = guess
    return first_row(rows, B_START, at_ns, first, last)


@compiled_once
def calm_rows_of_one(
    state: State,
    band: Int64Array,
    rows: Int64Array,
    closes: Any,
    turn: Int64Array,
    first: int,
    last: int,
    until_ns: int,
) -> int:
    """The same for one instrument, whose rows are in order of time. Looking at a row far ahead costs a cache miss."""
    if turn[0] != band[C_TURN]:
        turn[0], turn[1] = band[C_TURN], first_row_of_turn(rows, band[C_TURN], first)
    last = max(min(last, turn[1]), first)
    if until_ns < PRICE_MAX:
        last = first_row(rows, B_END, until_ns, first, last)
    low, high = band[C_LOW], band[C_HIGH]
    held = state.positions[0, r.P_QTY]
    if is_open(rows, band):
        return last
    if band[C_TRAIL_PPM] == 0:
        if held == 0:
            return last
        for row in range(first, last):
            if closes[row] < low or closes[row] > high:
                return row
        return last
    best = state.positions[0, r.P_EXTREME]
    for row in range(first, last):
        close = closes[row]
        if close < low or close > high:
            return row
        if better(close, best, held) and close != best:
            best = close
            trail(band, held, close)
            low, high = band[C_LOW], band[C_HIGH]
    return last


@compiled_inner
def mark_stretch(state: State, rows: Int64Array, closes: int, first: int, last: int) -> None:
    """Leave what hearing the calm rows `first..last-1` one by one would have left."""
    let_time_pass(state, rows[first, B_END])
    state.scalars[r.S_FACTS] += last - first
    state.scalars[r.S_RESIZE_DUE] = -1
    for account in range(state.accounts.shape[0]):
        state.accounts[account, r.A_TRADE_CLOSED] = 0
    if rows.shape[1] == B_INST:
        mark_one(state, rows, words_at(closes), first, last)
        return
    for row in range(first, last):
        let_time_pass(state, rows[row, B_END])
        inst, close = rows[row, B_INST], rows[row, B_CLOSE]
        position = state.positions[inst]
        if position[r.P_QTY] != 0:
            before = holding_value(state, inst)
            position[r.P_LAST] = close
            state.accounts[state.rules[inst, r.R_ACCOUNT], r.A_HOLDINGS] += holding_value(state, inst) - before
            if better(close, position[r.P_EXTREME], position[r.P_QTY]):
                position[r.P_EXTREME] = close
        position[r.P_LAST] = close
        position[r.P_LAST_AT] = rows[row, B_END]


@compiled_once
def mark_one(state: State, rows: Int64Array, closes: Any, first: int, last: int) -> None:
    """The marks of a stretch of the only instrument."""
    state.scalars[r.S_NOW] = rows[last - 1, B_END]
    position = state.positions[0]
    held = position[r.P_QTY]
    before = holding_value(state, 0)
    position[r.P_LAST] = rows[last - 1, B_CLOSE]
    position[r.P_LAST_AT] = rows[last - 1, B_END]
    if held == 0:
        return
    state.accounts[0, r.A_HOLDINGS] += holding_value(state, 0) - before
    close = closes[last - 1]
    best = closes[first]
    if held > 0:
        for row in range(first, last - 1):
            best = max(best, closes[row])
        position[r.P_EXTREME] = max(position[r.P_EXTREME], best, close)
    else:
        for row in range(first, last - 1):
            best = min(best, closes[row])
        position[r.P_EXTREME] = min(position[r.P_EXTREME], best, close)
    if last - first > 1:  # the last close is noted when the next instant begins
        account = state.accounts[0]
        at_best = market_value(held, best, state.rules[0, r.R_VALUE_DIV]) - holding_value(state, 0)
        account[r.A_PEAK] = max(account[r.A_PEAK], account[r.A_CASH] + account[r.A_HOLDINGS] + at_best)


@compiled
def fill_equity(rows: Int64Array, line: Int64Array, value_divs: Int64Array, out: Int64Array) -> None:
    """Work out the equity after every group of bars from the lines of a run (`core.stretch_loop`, N_ROW and so on).

    Args:
        rows: all bars of the run; value_divs: (I,); out: (groups, accounts), written.
    """
    accounts = out.shape[1]
    for account in range(accounts):
        group, rest, inst, qty, last = 0, 0, -1, 0, 0
        following = 0
        for row in range(rows.shape[0]):
            while following < line.shape[0] and line[following, N_ROW] <= row:
                if line[following, N_ACCOUNT] == account:
                    rest, inst = line[following, N_REST], line[following, N_INST]
                    qty, last = line[following, N_QTY], line[following, N_LAST]
                following += 1
            if inst >= 0 and inst_of(rows, row) == inst:
                last = rows[row, B_CLOSE]
            if row + 1 == rows.shape[0] or rows[row + 1, B_END] != rows[row, B_END]:
                out[group, account] = rest
                if inst >= 0:
                    out[group, account] += market_value(qty, last, value_divs[inst])
                group += 1


@compiled
def spans_differ(rows: Int64Array, span_ns: int) -> bool:
    """Whether a bar is longer or shorter than `span_ns`."""
    differ = False
    for row in range(rows.shape[0]):
        differ = differ or rows[row, B_END] - rows[row, B_START] != span_ns
    return differ


@compiled
def take_closes(rows: Int64Array, span_ns: int, closes: Int64Array) -> bool:
    """Lay closes side by side and look at the spans on the way: whether a bar is longer or shorter than `span_ns`."""
    differ = False
    for row in range(rows.shape[0]):
        closes[row] = rows[row, B_CLOSE]
        differ = differ or rows[row, B_END] - rows[row, B_START] != span_ns
    return differ
