"""What speaks against a result, in plain words, each with its number and what to do about it.

A doubt is not a verdict: it says what the figures beside it cannot carry. `serious` ones could turn the result round.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from seatrial.domain.time import MINUTE_NS
from seatrial.market.bars import END, HIGH, LOW, START, VOLUME
from seatrial.runs.refused import why_nothing_traded
from seatrial.runs.result import PriceLine, RunResult
from seatrial.runs.round_trips import RoundTrip
from seatrial.runs.sharpe_tests import SharpeTests
from seatrial.runs.slippage import Slippage
from seatrial.runs.statistics import AccountStatistics

TRADES_MIN = 30
TRADES_PER_PARAMETER_MIN = 10
VOLUME_SHARE_MAX = 0.05
STALE_BARS_MIN = 5  # so many bars without a change of price, or missing, make a fill stale
BEST_SHARE_MAX = 0.5
ONE_SIDE_MAX = 0.9
DEFLATED_MIN = 0.95
_NO_PARAMETERS = ("symbols", "warmup_bars", "schedule", "timeframes", "timer", "after_stop")


@dataclass(frozen=True, slots=True)
class Doubt:
    """`number` is the figure the sentence rests on, `limit` what it was held against; None where there is none."""

    name: str
    serious: bool
    text: str
    remedy: str
    number: float
    limit: float | None


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything a doubt may look at, of one account of one run."""

    result: RunResult
    stats: AccountStatistics
    trips: Sequence[RoundTrip]
    slippage: Slippage
    tests: SharpeTests
    volume_shares: Sequence[float]


def doubts_of(seen: Seen) -> list[Doubt]:
    """Every doubt, the serious ones first."""
    found = [
        *_refusals(seen),
        *_counts(seen),
        *_concentration(seen),
        *_costs(seen),
        *_fills(seen),
        *_selection(seen),
        *_data(seen),
    ]
    return sorted(found, key=lambda each: not each.serious)


def _refusals(seen: Seen) -> Iterator[Doubt]:
    refused, orders = seen.result.refused, seen.result.orders
    total = sum(each.count for each in refused)
    if not seen.result.fills:
        text, remedy = why_nothing_traded(orders, refused)
        yield Doubt("nothing_traded", True, f"Nothing was traded: {text}.", remedy, total, 0.0)
    elif total > orders:
        told = "; ".join(str(each) for each in refused)
        text = f"{total:,} orders were refused and {orders:,} were sent: {told}."
        remedy = "Its figures are of what is left: ask for what the limits allow."
        yield Doubt("mostly_refused", True, text, remedy, total, orders)


def _counts(seen: Seen) -> Iterator[Doubt]:
    closed = sum(trip.closed_ns is not None for trip in seen.trips)
    if closed < TRADES_MIN:
        text = f"Only {closed} trades were closed: their average may be chance." if closed else "No trade was closed."
        yield Doubt("few_trades", True, text, "Test a longer span or more symbols.", closed, TRADES_MIN)
    notes = [note for note in seen.result.strategies if note.account == seen.stats.account.id]
    parameters = sum(name not in _NO_PARAMETERS for note in notes for name in note.parameters)
    if parameters and closed < parameters * TRADES_PER_PARAMETER_MIN:
        text = f"{parameters} parameters stand against {closed} closed trades: so many can be fitted to noise."
        remedy = "Fix parameters that matter little; ask for ten trades for each that is left."
        yield Doubt("many_parameters", True, text, remedy, parameters, closed / TRADES_PER_PARAMETER_MIN)


def _concentration(seen: Seen) -> Iterator[Doubt]:
    results = [trip.result_units for trip in seen.trips]
    profit = sum(results)
    if profit > 0 and max(results) > profit * BEST_SHARE_MAX:
        best = max(seen.trips, key=lambda trip: trip.result_units)
        share = best.result_units / profit
        which = "The best trade alone" if best.closed_ns is not None else "The best trade, which is still open, alone"
        text = f"{which} made {share:.0%} of the profit."
        yield Doubt("one_trade", True, text, "See whether it would happen again; look at the result without it.",
                    share, BEST_SHARE_MAX)  # fmt: skip
    longs = sum(trip.long for trip in seen.trips)
    side = max(longs, len(results) - longs)
    if len(results) >= 5 and side > len(results) * ONE_SIDE_MAX:
        word = "long" if longs * 2 > len(results) else "short"
        text = f"{side} of {len(results)} trades were {word}: a market that went one way explains it as well."
        yield Doubt("one_side", False, text, "Compare with the benchmark; test a span in which the market turned.",
                    side / len(results), ONE_SIDE_MAX)  # fmt: skip


def _costs(seen: Seen) -> Iterator[Doubt]:
    made = seen.stats.closing_units - seen.stats.opening_units
    paid = seen.stats.fee_units + max(seen.slippage.cost_units, 0)
    if made > 0 and made - paid <= 0:
        text = f"Twice the commission and slippage leave nothing: they took {paid / (made + paid):.0%} of the gain."
        yield Doubt("dies_of_costs", True, text, "Trade less often, or show that these costs are the worst to expect.",
                    paid / made, 1.0)  # fmt: skip
    elif made > 0 and not seen.stats.fee_units and seen.slippage.cost_units <= 0 and seen.stats.traded_units:
        text = "Nothing was paid for trading: neither commission nor, measured against arrival prices, slippage."
        yield Doubt(
            "free_trading", False, text, "Add a commission or a spread before believing a small edge.", 0.0, None
        )


def _fills(seen: Seen) -> Iterator[Doubt]:
    shares = np.asarray(seen.volume_shares)
    large = int((shares > VOLUME_SHARE_MAX).sum())
    if large:
        text = (
            f"{large} of {len(shares)} fills took more than {VOLUME_SHARE_MAX:.0%} of their bar's volume "
            f"(the largest {shares.max():.0%}): in a real book they would have moved the price."
        )
        yield Doubt("large_fills", large > len(shares) * 0.1, text, "Trade smaller, or symbols with more volume.",
                    float(shares.max()), VOLUME_SHARE_MAX)  # fmt: skip
    stale = sum(_stale(seen.result, seen.stats, place) for place in range(len(seen.result.fills)))
    if stale:
        text = (
            f"{stale} fills came at prices that had not moved for {STALE_BARS_MIN} bars, or after as many were missing."
        )
        yield Doubt("stale_fills", True, text, "Nobody may have traded there: leave thin hours and symbols out.",
                    stale, 0.0)  # fmt: skip


def _stale(result: RunResult, stats: AccountStatistics, place: int) -> bool:
    fill = result.fills[place].outcome
    if fill.account != stats.account.id:
        return False
    rows = result.prices[(fill.account, fill.symbol)].rows
    own = int(np.searchsorted(rows[:, END], fill.at_ns))
    if own >= len(rows) or own == 0:
        return False
    span = int(rows[own, END] - rows[own, START])
    gap = int(rows[own, START] - rows[own - 1, END])
    if STALE_BARS_MIN * span <= gap < 60 * MINUTE_NS:
        return True
    before = rows[max(0, own - STALE_BARS_MIN) : own + 1]
    still = before[:, HIGH].max() == before[:, LOW].min()
    return len(before) > STALE_BARS_MIN and bool(still or not before[:, VOLUME].any())


def _selection(seen: Seen) -> Iterator[Doubt]:
    trials, deflated = seen.tests.trials, seen.tests.deflated.value
    if trials is not None and trials.count > 1 and (deflated is None or deflated < DEFLATED_MIN):
        told = "cannot be told" if deflated is None else f"is {deflated:.0%}"
        text = f"{trials.count} sets of parameters were tried; the chance that this one is better than luck {told}."
        yield Doubt("many_trials", True, text, "Try fewer, or confirm it on data no trial has seen.",
                    0.0 if deflated is None else deflated, DEFLATED_MIN)  # fmt: skip
    if seen.result.kind != "walkforward":
        text = "Nothing here was held out: whoever chose these parameters may have seen this span."
        remedy = "seatrial walkforward chooses on the past and tests on what follows."
        yield Doubt("in_sample", trials is not None and trials.count > 1, text, remedy, 0.0, None)
    needed, there = seen.tests.periods_needed.value, len(seen.stats.returns.values)
    if needed is not None and there < needed:
        text = (
            f"{there} {seen.stats.returns.each} returns are too few to tell this Sharpe ratio from 0 "
            f"with 95 % confidence; {needed:,.0f} would do."
        )
        yield Doubt("short_record", True, text, "Test a longer span.", there, needed)


def _data(seen: Seen) -> Iterator[Doubt]:
    lines = [line for holding, line in seen.result.prices.items() if holding[0] == seen.stats.account.id]
    missing = sum(missing_bars(line, seen.stats.account.calendar == "24x7") for line in lines)
    bars = sum(len(line.rows) for line in lines)
    if missing:
        text = f"{missing:,} bars are missing between the {bars:,} that are there."
        yield Doubt("data_gaps", missing > bars * 0.01, text, "seatrial data check names them; test another source.",
                    missing, 0.0)  # fmt: skip
    if len(lines) > 1 and seen.stats.account.calendar != "24x7":
        last = max(int(line.at_ns[-1]) for line in lines if len(line.rows))
        alive = sum(int(line.at_ns[-1]) > last - 24 * 60 * MINUTE_NS for line in lines if len(line.rows))
        if alive == len(lines):
            text = f"All {alive} symbols trade to the last day: none failed or was delisted, as some do."
            yield Doubt("survivorship", False, text, "Choose symbols by what was known at the start.", alive, None)


def missing_bars(line: PriceLine, all_day: bool) -> int:
    """Bars that a hole shorter than a night has room for; where the market never closes, every hole counts."""
    if len(line.rows) < 2:
        return 0
    span = int(line.rows[0, END] - line.rows[0, START])
    holes = line.rows[1:, START] - line.rows[:-1, END]
    same_day = holes < 12 * 60 * MINUTE_NS
    counted = holes[(holes > 0) & (np.ones_like(same_day) if all_day else same_day)]
    return int((counted // span).sum())
