"""The one door through which floats of an archive become whole units. It refuses rather than rounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seatrial.domain.faults import OffGrid
from seatrial.domain.instrument import QTY_UNITS_MAX

FRACTION_MAX = 1e-6  # of a unit: what sums of floats in a recorder may have left behind


@dataclass(frozen=True, slots=True)
class Column:
    """Which numbers these are, so that a refusal can name its cell."""

    file: str
    symbol: str
    name: str
    file_rows: NDArray[np.int64]  # the row in the file of each value


def to_units(values: NDArray[np.float64], scale: int, column: Column) -> NDArray[np.int64]:
    """Floats as whole numbers of `1/scale`.

    Accepted is the float that a grid point itself has, or one within a millionth of a unit.

    Raises:
        OffGrid: names file, row, symbol, column and value of the first number between two grid points.
    """
    units, accepted = _nearest(values, scale)
    if not accepted.all():
        at = int(np.argmin(accepted))
        raise OffGrid(
            f"{column.file} row {int(column.file_rows[at])}: {column.symbol} {column.name} "
            f"{float(values[at])!r} is not on the grid of 1/{scale}"
        )
    return units


def on_grid(values: NDArray[np.float64], scale: int) -> NDArray[np.bool_]:
    """Which of these finite floats `to_units` accepts."""
    return _nearest(values, scale)[1]


def _nearest(values: NDArray[np.float64], scale: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The nearest grid points, and which of them stand for their float."""
    whole = np.trunc(values)  # apart from its fraction, or a product beyond 2**53 would lose units the float still has
    scaled = (values - whole) * scale
    rest = np.rint(scaled)
    accepted = np.abs(scaled - rest) <= FRACTION_MAX
    accepted |= (whole * scale + rest) / scale == values
    accepted &= np.abs(values) < QTY_UNITS_MAX / scale
    units = np.where(accepted, whole, 0.0).astype(np.int64) * scale + np.where(accepted, rest, 0.0).astype(np.int64)
    return units, accepted
