"""Prices across splits and dividends, for signals: money is always counted in raw prices.

Two views. *Forward*: the first bar keeps its price, and each later one is what a share of then has become; a value
once told never changes, so a signal of any length is free of look-ahead. *Back*, as of an instant: prices on today's
scale, made with the actions that had taken effect by then; the next action changes all of it, so it is a view of one
moment, never a series to store.

A split of n for one divides earlier prices by n. A dividend multiplies them by 1 - cash / the close before the ex-date
(the rule of CRSP, and of the factors file). Volumes follow splits only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seatrial.domain.faults import DataFault
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.time import rfc3339
from seatrial.market.bars import CLOSE, END, HIGH, LOW, OPEN, START, VOLUME, BarTable
from seatrial.market.corporate_actions import CorporateAction

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Adjusted:
    """Prices in the quote currency and volumes in shares, one row a bar; for signals only."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats


@dataclass(frozen=True, slots=True)
class Factor:
    """What earlier prices are multiplied by at an ex-date, and earlier volumes divided by for its split."""

    ex_ns: int
    ex_day: str
    price: float  # of the dividend
    split: float  # of the split: old shares for one new


def factors(table: BarTable, actions: Sequence[CorporateAction]) -> list[Factor]:
    """One factor for each action of the table's symbol that takes effect after its first bar began.

    Raises:
        DataFault: a dividend as large as the price before it.
    """
    found = []
    for action in sorted(actions, key=lambda each: each.ex_ns):
        before = int(np.searchsorted(table.rows[:, END], action.ex_ns, side="right"))
        if action.symbol != table.symbol or before == 0:
            continue
        close = int(table.rows[before - 1, CLOSE]) / table.instrument.price_scale
        price = 1.0 - action.cash_units / CASH_SCALE / close
        if price <= 0.0:
            raise DataFault(
                f"{table.symbol} pays {action.cash_units / CASH_SCALE} on {action.ex_day} and closed at {close} "
                "before: accepted is a dividend below the price"
            )
        split = action.ratio.denominator / action.ratio.numerator
        found.append(Factor(action.ex_ns, action.ex_day, price, split))
    return found


def forward_adjusted(table: BarTable, actions: Sequence[CorporateAction], *, dividends: bool = True) -> Adjusted:
    """Every bar on the scale of the first. What is told of a bar depends on nothing after it."""
    price, volume = _grown(table, factors(table, actions), dividends)
    return _scaled(table, 1.0 / price, volume)


def back_adjusted(
    table: BarTable, actions: Sequence[CorporateAction], *, as_of_ns: int, dividends: bool = True
) -> Adjusted:
    """The bars that had ended by `as_of_ns`, on the scale of the last of them."""
    count = int(np.searchsorted(table.rows[:, END], as_of_ns, side="right"))
    done = [each for each in factors(table, actions) if each.ex_ns <= as_of_ns]
    price, volume = _grown(table, done, dividends)
    if not count:
        return _scaled(table, price[:0], volume[:0])
    return _scaled(table, price[count - 1] / price[:count], volume[:count] / volume[count - 1])


def factor_rows(table: BarTable, actions: Sequence[CorporateAction]) -> list[tuple[str, float, float]]:
    """Day, price factor and split factor, as a factors file has them: a row applies up to and including its day.

    After the last of them both factors are 1. `adjusted = raw * price * split`.
    """
    told = factors(table, actions)
    rows = []
    price = split = 1.0
    for factor in reversed(told):
        price, split = price * factor.price, split * factor.split
        rows.append((_day_before(table, factor.ex_ns), price, split))
    merged = {day: (price, split) for day, price, split in rows}
    return [(day, *merged[day]) for day in sorted(merged)]


def _day_before(table: BarTable, ex_ns: int) -> str:
    before = int(np.searchsorted(table.rows[:, END], ex_ns, side="right")) - 1
    return rfc3339(int(table.rows[before, START]))[:10]


def _grown(table: BarTable, told: Sequence[Factor], dividends: bool) -> tuple[Floats, Floats]:
    """Per bar, the product of all factors in force when it began: of prices, and of volumes."""
    price, volume = np.ones(len(table)), np.ones(len(table))
    for factor in told:
        first = int(np.searchsorted(table.rows[:, START], factor.ex_ns))
        price[first:] *= factor.split * (factor.price if dividends else 1.0)
        volume[first:] *= factor.split
    return price, volume


def _scaled(table: BarTable, price: Floats, volume: Floats) -> Adjusted:
    rows, scale = table.rows[: len(price)], table.instrument.price_scale
    opened, high, low, close = (rows[:, column] / scale * price for column in (OPEN, HIGH, LOW, CLOSE))
    return Adjusted(opened, high, low, close, rows[:, VOLUME] / table.instrument.qty_scale * volume)
