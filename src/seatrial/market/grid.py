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
    scaled = values * scale
    units = np.rint(scaled)
    accepted = (units / scale == values) | (np.abs(scaled - units) <= FRACTION_MAX)
    accepted &= np.abs(scaled) < QTY_UNITS_MAX
    if not accepted.all():
        at = int(np.argmin(accepted))
        raise OffGrid(
            f"{column.file} row {int(column.file_rows[at])}: {column.symbol} {column.name} "
            f"{float(values[at])!r} is not on the grid of 1/{scale}"
        )
    return units.astype(np.int64)
