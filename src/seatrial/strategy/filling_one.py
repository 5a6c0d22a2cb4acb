"""Indicators of one number along whole columns, compiled: each is its recurrence, a bar at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seatrial.core.compiled import compiled
from seatrial.strategy import recurrences
from seatrial.strategy.recurrences import averages, oscillators, trends, volumes, windows

F = NDArray[np.float64]
Int64Array = NDArray[np.int64]


@compiled
def fill_field(rows: Int64Array, column: int, scale: int, out: F) -> None:
    """One field of bar rows as floats: the divisions `view_of` makes."""
    for row in range(rows.shape[0]):
        out[row] = rows[row, column] / scale


@compiled
def fill_sma(ring: F, state: F, values: F, out: F) -> None:
    """`sma_next` along a column, its state kept out of memory on the way: the same additions in the same order."""
    length, place = ring.shape[0], int(state[averages.PLACE])
    total, count = state[averages.VALUE], int(state[averages.COUNT])
    row = 0
    while row < values.shape[0]:
        many = min(length - place, values.shape[0] - row)  # as far as the ring goes
        turn, new, told = ring[place : place + many], values[row : row + many], out[row : row + many]
        if count >= length:
            for at in range(many):
                total += new[at] - turn[at]
                told[at] = total / length
        else:
            for at in range(many):
                total += new[at]
                told[at] = np.nan
        for at in range(many):
            turn[at] = new[at]
        count += many
        place += many
        row += many
        if place == length:
            place = 0
            total = 0.0
            for index in range(length):
                total += ring[index]
            if count >= length:
                out[row - 1] = total / length
    state[averages.COUNT], state[averages.VALUE], state[averages.PLACE] = count, total, place


@compiled
def fill_ema(state: F, length: int, values: F, out: F) -> None:
    """`ema_next` along a column."""
    for row in range(values.shape[0]):
        out[row] = recurrences.ema_next(state, length, values[row])


@compiled
def fill_rsi(state: F, length: int, values: F, out: F) -> None:
    """`rsi_next` along a column."""
    for row in range(values.shape[0]):
        out[row] = recurrences.rsi_next(state, length, values[row])


@compiled
def fill_atr(state: F, length: int, high: F, low: F, close: F, out: F) -> None:
    """`atr_next` along three columns."""
    for row in range(high.shape[0]):
        out[row] = recurrences.atr_next(state, length, high[row], low[row], close[row])


@compiled
def fill_wma(state: F, length: int, values: F, out: F) -> None:
    """`wma_next` along a column."""
    for row in range(values.shape[0]):
        out[row] = windows.wma_next(state, length, values[row])


@compiled
def fill_kama(state: F, average: F, length: int, fast: int, slow: int, values: F, out: F) -> None:
    """`kama_next` along a column."""
    for row in range(values.shape[0]):
        out[row] = trends.kama_next(state, average, length, fast, slow, values[row])


@compiled
def fill_deviation(state: F, length: int, values: F, out: F) -> None:
    """`deviation_next` along a column."""
    for row in range(values.shape[0]):
        out[row] = windows.deviation_next(state, length, values[row])


@compiled
def fill_williams(state: F, length: int, high: F, low: F, close: F, out: F) -> None:
    """`williams_next` along three columns."""
    for row in range(high.shape[0]):
        out[row] = oscillators.williams_next(state, length, high[row], low[row], close[row])


@compiled
def fill_cci(state: F, length: int, high: F, low: F, close: F, out: F) -> None:
    """`cci_next` along three columns."""
    for row in range(high.shape[0]):
        out[row] = oscillators.cci_next(state, length, high[row], low[row], close[row])


@compiled
def fill_rate(state: F, length: int, values: F, out: F) -> None:
    """`rate_of_change_next` along a column."""
    for row in range(values.shape[0]):
        out[row] = windows.rate_of_change_next(state, length, values[row])


@compiled
def fill_change(state: F, length: int, values: F, out: F) -> None:
    """`change_next` along a column."""
    for row in range(values.shape[0]):
        out[row] = windows.change_next(state, length, values[row])


@compiled
def fill_trix(first: F, second: F, third: F, before: F, length: int, values: F, out: F) -> None:
    """`trix_next` along a column."""
    for row in range(values.shape[0]):
        out[row] = oscillators.trix_next(first, second, third, before, length, values[row])


@compiled
def fill_sar(state: F, step: float, step_max: float, high: F, low: F, out: F) -> None:
    """`sar_next` along two columns."""
    for row in range(high.shape[0]):
        out[row] = trends.sar_next(state, step, step_max, high[row], low[row])


@compiled
def fill_slope(state: F, length: int, values: F, out: F) -> None:
    """`slope_next` along a column."""
    for row in range(values.shape[0]):
        out[row] = windows.slope_next(state, length, values[row])


@compiled
def fill_balance(state: F, close: F, volume: F, out: F) -> None:
    """`balance_next` along two columns."""
    for row in range(close.shape[0]):
        out[row] = volumes.balance_next(state, close[row], volume[row])


@compiled
def fill_flow(state: F, length: int, high: F, low: F, close: F, volume: F, out: F) -> None:
    """`money_flow_next` along four columns."""
    for row in range(high.shape[0]):
        out[row] = oscillators.money_flow_next(state, length, high[row], low[row], close[row], volume[row])


@compiled
def fill_vwap(state: F, price: F, volume: F, out: F) -> None:
    """`vwap_next` along two columns."""
    for row in range(price.shape[0]):
        out[row] = volumes.vwap_next(state, price[row], volume[row])
