"""Joins what was traded out of sample into one equity curve, and charges for changing from one choice to the next.

A window's run begins with its training span, so that its indicators and positions are those of somebody who has traded
these parameters for a while; only its test span counts. Where the next window holds other positions, the commission on
the difference is taken off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from seatrial.domain.ids import Symbol
from seatrial.runs.result import RunResult
from seatrial.runs.trades import quantity_change_units


@dataclass(frozen=True, slots=True)
class Piece:
    """One test span: equity over the equity it began with, and what part of it each symbol was at both ends."""

    at_ns: tuple[int, ...]
    growth: tuple[float, ...]
    held_first: Mapping[Symbol, float]
    held_last: Mapping[Symbol, float]
    trades: int  # fills in the span


def piece_of(result: RunResult, test_ns: tuple[int, int]) -> Piece:
    """The test span of a run that began before it."""
    before = [point.equity_units for point in result.equity if point.at_ns <= test_ns[0]]
    opening = before[-1] if before else next(iter(result.opening_units.values()))
    inside = [point for point in result.equity if test_ns[0] < point.at_ns <= test_ns[1]]
    fills = sum(test_ns[0] < logged.outcome.at_ns <= test_ns[1] for logged in result.fills)
    return Piece(
        tuple(point.at_ns for point in inside),
        tuple(point.equity_units / opening for point in inside),
        _weights(result, test_ns[0], opening),
        _weights(result, test_ns[1], inside[-1].equity_units if inside else opening),
        fills,
    )


def idle(at_ns: Sequence[int]) -> Piece:
    """A span in which nothing could be chosen, so nothing is held."""
    return Piece(tuple(at_ns), (1.0,) * len(at_ns), {}, {}, 0)


def stitched(
    pieces: Sequence[Piece], opening_units: int, fee_ppm: Mapping[Symbol, int]
) -> tuple[list[int], list[int], int]:
    """Instants and equity of all pieces in a row, and what changing over cost in all, in cash units."""
    at_ns: list[int] = []
    equity: list[int] = []
    units, paid, held = float(opening_units), 0.0, dict[Symbol, float]()
    for piece in pieces:
        turned = {symbol: abs(piece.held_first.get(symbol, 0.0) - held.get(symbol, 0.0))
                  for symbol in {*held, *piece.held_first}}  # fmt: skip
        cost = units * sum(part * fee_ppm.get(symbol, 0) / 1_000_000 for symbol, part in turned.items())
        units, paid = units - cost, paid + cost
        at_ns += piece.at_ns
        equity += [round(units * growth) for growth in piece.growth]
        units *= piece.growth[-1] if piece.growth else 1.0
        held = dict(piece.held_last)
    return at_ns, equity, round(paid)


def _weights(result: RunResult, at_ns: int, equity_units: int) -> dict[Symbol, float]:
    found: dict[Symbol, float] = {}
    for (account, symbol), instrument in result.instruments.items():
        fills = [each.outcome for each in result.fills if each.outcome.symbol == symbol and each.outcome.at_ns <= at_ns]
        held = sum(quantity_change_units(fill, instrument) for fill in fills)
        line = result.prices[(account, symbol)]
        last = int(np.searchsorted(line.at_ns, at_ns, side="right")) - 1
        if abs(held) >= instrument.lot_units and last >= 0 and equity_units > 0:
            found[symbol] = held * (int(line.close_units[last]) / instrument.value_div) / equity_units
    return found
