"""What our own size does to our price: the square-root law, in whole price units, rounded against us.

An order that takes the market pays `slope * sqrt(taken / volume)` on top, where `taken` is what our orders
took of the print so far, this one included, and `slope` is a coefficient times the bar's range. A limit
order never pays beyond its limit. With a slope of zero nothing is added: that is the default.

The venue kernel shares no arithmetic with the ledger, so fractions are binary here: nothing overflows.
"""

from __future__ import annotations

from seatrial.core.compiled import compiled, compiled_inner
from seatrial.core.prints import PPM

ROOT_BITS = 20  # a root is a fraction of 2**20


@compiled
def slope_units(coefficient_ppm: int, high_units: int, low_units: int) -> int:
    """What an order that takes a whole print pays, in price units: the coefficient times the bar's range."""
    whole, rest = (high_units - low_units) // PPM, (high_units - low_units) % PPM
    return whole * coefficient_ppm + -(-rest * coefficient_ppm // PPM)


@compiled_inner
def root_of_share(part: int, whole: int) -> int:
    """`sqrt(part / whole)` in 2**-20, rounded down; `0 <= part <= whole`, both below 2**62."""
    assert 0 <= part <= whole
    if part == whole:
        return 1 << ROOT_BITS
    square, rest = 0, part
    for _ in range(2 * ROOT_BITS):
        rest += rest
        square += square
        if rest >= whole:
            rest -= whole
            square += 1
    if square == 0:
        return 0
    root = 1 << ROOT_BITS
    better = (root + square // root) >> 1
    while better < root:  # Newton from above: ends at the root rounded down
        root, better = better, (better + square // better) >> 1
    return root


@compiled_inner
def impacted_price(price: int, side: int, limit: int, taken: int, volume: int, slope: int) -> int:
    """The price of an order that takes; `limit` is 0 where it has none. Never below one price unit."""
    if slope == 0:
        return price
    root = root_of_share(min(taken, volume), volume)
    whole, rest = slope >> ROOT_BITS, slope & ((1 << ROOT_BITS) - 1)
    paid = whole * root + -(-(rest * root) >> ROOT_BITS)
    if side > 0:
        return min(price + paid, limit) if limit > 0 else price + paid
    return max(price - paid, limit, 1)
