"""What it cost to trade: commissions, and how much worse than the price of the decision the fills were.

The arrival price of a fill is the close of the last bar that had ended before it: the last price anybody who decided
could have seen. A fill that took liquidity is compared with it. One that rested in the book waited for its
price, so an arrival price says nothing about it; those are counted and left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seatrial.domain.ids import AccountId
from seatrial.market.bars import END, VOLUME
from seatrial.runs.ratios import Figure
from seatrial.runs.result import RunResult
from seatrial.runs.trades import value_units

ARRIVAL = "close of the last bar before the fill; taking fills only"


@dataclass(frozen=True, slots=True)
class Slippage:
    """In cash units of one account; positive where the fills were worse than the arrival price."""

    cost_units: int
    fills: int  # that were compared
    left_out: int  # that rested in the book, or came before any bar had ended
    traded_units: int  # value of the compared fills
    basis_points: Figure


def slippage_of(result: RunResult, account: AccountId) -> Slippage:
    """The slippage of one account's fills."""
    cost = traded = compared = left_out = 0
    for logged in result.fills:
        fill = logged.outcome
        if fill.account != account:
            continue
        line, instrument = result.prices[(account, fill.symbol)], result.instruments[(account, fill.symbol)]
        before = int(np.searchsorted(line.at_ns, fill.at_ns, side="left")) - 1
        if logged.maker or before < 0:
            left_out += 1
            continue
        worse = (fill.price_units - int(line.close_units[before])) * int(fill.side)
        cost += round(worse * fill.qty_units / instrument.value_div)
        traded += value_units(fill, instrument)
        compared += 1
    points = Figure(cost / traded * 10_000) if traded else Figure(None, "no fill took liquidity after a finished bar")
    return Slippage(cost, compared, left_out, traded, points)


def shares_of_volume(result: RunResult, account: AccountId) -> Sequence[float]:
    """Of every fill, its quantity over the volume of the bar it fell in; a bar without volume counts as 1."""
    shares = []
    for logged in result.fills:
        fill = logged.outcome
        if fill.account != account:
            continue
        rows = result.prices[(account, fill.symbol)].rows
        own = int(np.searchsorted(rows[:, END], fill.at_ns))
        volume = int(rows[own, VOLUME]) if own < len(rows) else 0
        shares.append(fill.qty_units / volume if volume else 1.0)
    return shares
