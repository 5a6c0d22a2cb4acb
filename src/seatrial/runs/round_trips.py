"""The list of trades: from flat to flat, with what each paid, and how far it went against and for its holder.

Excursions (MAE, MFE) are the worst and the best result the trade had while it was open, fees so far included. A bar
wholly between two fills counts with its high and its low; a bar in which a fill fell counts with its close only, since
nobody knows what of it came first. So no excursion is overstated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from seatrial.core.fingerprint import OutcomeFill
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.market.bars import CLOSE, END, HIGH, LOW, START
from seatrial.runs.result import Int64Array
from seatrial.runs.trades import cash_change_units, fee_cash_units, quantity_change_units, value_of_units


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """One trade. Money in cash units, prices in the instrument's units; exit is None while it is open.

    `worst_units` (MAE) and `best_units` (MFE) are results, so the first is usually negative. The result of an open
    trade is marked at the last close.
    """

    symbol: Symbol
    long: bool
    opened_ns: int
    closed_ns: int | None
    fills: int
    quantity_units: int  # the most that was held
    entry_price_units: float
    exit_price_units: float | None
    entry_value_units: int
    fee_units: int
    result_units: int
    worst_units: int
    best_units: int


@dataclass(frozen=True, slots=True)
class _Leg:
    """What one fill, or its part, did to one trade."""

    at_ns: int
    quantity_units: int  # signed change of the holding
    cash_units: int
    fee_units: int
    price_units: int


def round_trips(
    symbol: Symbol, fills: Sequence[OutcomeFill], instrument: Instrument, rows: Int64Array
) -> list[RoundTrip]:
    """Every trade of one symbol in order of time; `rows` are its bars, fills in order of time."""
    return [_round_trip(symbol, legs, closed, instrument, rows) for legs, closed in _trades(fills, instrument)]


def _trades(fills: Sequence[OutcomeFill], instrument: Instrument) -> Iterator[tuple[list[_Leg], bool]]:
    """The legs of each trade, cut where `trades.trades_of` cuts."""
    legs: list[_Leg] = []
    held = 0
    for fill in fills:
        before, fee = held, fee_cash_units(fill, instrument)
        change, cash = quantity_change_units(fill, instrument), cash_change_units(fill, instrument)
        held += change
        flat = abs(held) < instrument.lot_units
        if before != 0 and (before > 0) != (held > 0) and not flat:
            rest = value_of_units(held, fill, instrument)
            yield [*legs, _Leg(fill.at_ns, -before, cash + rest, fee, fill.price_units)], True
            legs = [_Leg(fill.at_ns, held, -rest, 0, fill.price_units)]
            continue
        legs.append(_Leg(fill.at_ns, change, cash, fee, fill.price_units))
        if flat:
            yield legs, True
            legs = []
    if legs:
        yield legs, False


def _round_trip(symbol: Symbol, legs: list[_Leg], closed: bool, instrument: Instrument, rows: Int64Array) -> RoundTrip:
    long = legs[0].quantity_units > 0
    entries = [leg for leg in legs if (leg.quantity_units > 0) == long]
    exits = [leg for leg in legs if (leg.quantity_units > 0) != long]
    held = np.cumsum([leg.quantity_units for leg in legs])
    cash = sum(leg.cash_units for leg in legs)
    marked = 0 if closed else round(float(held[-1]) * float(rows[-1, CLOSE]) / instrument.value_div)
    worst, best = _excursions(legs, closed, instrument, rows)
    entered = _mean_price(entries)
    assert entered is not None
    return RoundTrip(
        symbol=symbol,
        long=long,
        opened_ns=legs[0].at_ns,
        closed_ns=legs[-1].at_ns if closed else None,
        fills=len(legs),
        quantity_units=int(np.abs(held).max()),
        entry_price_units=entered,
        exit_price_units=_mean_price(exits) if closed else None,
        entry_value_units=round(entered * sum(abs(leg.quantity_units) for leg in entries) / instrument.value_div),
        fee_units=sum(leg.fee_units for leg in legs),
        result_units=cash + marked,
        worst_units=min(worst, cash + marked),
        best_units=max(best, cash + marked),
    )


def _excursions(legs: list[_Leg], closed: bool, instrument: Instrument, rows: Int64Array) -> tuple[int, int]:
    """The worst and best result between the first fill and the last, or the end of the bars."""
    results: list[float] = []
    held = cash = 0
    starts, ends = rows[:, START], rows[:, END]
    for place, leg in enumerate(legs):
        held, cash = held + leg.quantity_units, cash + leg.cash_units
        results.append(cash + held * (leg.price_units / instrument.value_div))
        last = place == len(legs) - 1
        if last and closed:
            break
        until_ns = int(ends[-1]) if last else legs[place + 1].at_ns
        first, after = np.searchsorted(starts, leg.at_ns), np.searchsorted(ends, until_ns, side="right")
        inside = rows[first:after, HIGH : LOW + 1].ravel()
        own = int(np.searchsorted(ends, leg.at_ns))  # the bar in which the fill fell
        touched = rows[own : own + 1, CLOSE] if own < after else rows[:0, CLOSE]
        prices = np.concatenate([inside, touched]).astype(np.float64)
        if len(prices):
            marks = cash + held * (prices / instrument.value_div)
            results += [float(marks.min()), float(marks.max())]
    return round(min(results)), round(max(results))


def _mean_price(legs: list[_Leg]) -> float | None:
    quantity = sum(abs(leg.quantity_units) for leg in legs)
    return sum(leg.price_units * abs(leg.quantity_units) for leg in legs) / quantity if quantity else None
