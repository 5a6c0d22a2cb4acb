"""How often risk said no, by code, and with which numbers it first did: what a run is told with when nothing traded."""

from __future__ import annotations

from typing import NamedTuple

from seatrial.core import records as r
from seatrial.core.compiled import compiled_inner
from seatrial.core.records import Int64Array

CODES = 64  # more than there are
# Columns of one code's row; the rows stand one after the other in a flat array.
J_COUNT, J_LIMIT, J_ACTUAL, J_INST = range(4)
REFUSAL_WIDTH = 4
REFUSALS_WIDTH = CODES * REFUSAL_WIDTH


class Refusals(NamedTuple):
    """Of one code: how many, and what was said the first time."""

    code: int
    times: int
    limit: int
    actual: int
    inst: int  # -1 where it was about none


@compiled_inner
def count_refusal(rows: Int64Array, first: int, effect: Int64Array) -> None:
    """Count a refusal in the rows that begin at `first`; the first of its code leaves its numbers."""
    at = first + effect[r.E_CODE] * REFUSAL_WIDTH
    rows[at + J_COUNT] += 1
    if rows[at + J_COUNT] == 1:
        rows[at + J_LIMIT] = effect[r.E_LIMIT_VALUE]
        rows[at + J_ACTUAL] = effect[r.E_ACTUAL]
        rows[at + J_INST] = effect[r.E_INST]


def refusals_in(rows: Int64Array) -> list[Refusals]:
    """Every code that was given, in order of code."""
    if not rows.any():
        return []
    table = rows[:REFUSALS_WIDTH].reshape(CODES, REFUSAL_WIDTH).tolist()
    return [Refusals(code, *row) for code, row in enumerate(table) if row[J_COUNT]]
