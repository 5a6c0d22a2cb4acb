"""From a float to whole units, by the same arithmetic in compiled code and in Python: all forms round alike."""

from __future__ import annotations

import math

from seatrial.core.compiled import compiled

PPM = 1_000_000
LOTS_MAX = 2**50  # a float's own grid is finer than a lot below this
_LOT_FRACTION = 1e-6  # 0.1 + 0.2 means 0.3
_FLOAT_FRACTION = 2.0**-50  # what a float may lie below the number it was written as


@compiled
def lots_of(quantity: float, qty_scale: int, lot_units: int) -> float:
    """A quantity in lots, not rounded; may be infinite or `nan`."""
    return abs(quantity) * qty_scale / lot_units


@compiled
def quantity_units(quantity: float, qty_scale: int, lot_units: int) -> int:
    """A signed quantity on the lot grid, towards zero; of fewer than `LOTS_MAX` lots."""
    lots = abs(quantity) * qty_scale / lot_units
    units = int(math.floor(lots + lots * _FLOAT_FRACTION + _LOT_FRACTION)) * lot_units  # noqa: RUF046
    return units if quantity >= 0.0 else -units


@compiled
def weight_units(weight: float) -> int:
    """A share of equity in millionths: the nearest, halves to the even one. Of a finite weight within +-1000."""
    scaled = weight * PPM
    whole = int(math.floor(scaled))  # noqa: RUF046 - compiled, it is a float
    rest = scaled - whole
    if rest > 0.5 or (rest == 0.5 and whole % 2 != 0):
        whole += 1
    return whole
