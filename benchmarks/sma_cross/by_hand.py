"""The limit: the cross by hand in numba and floats, with no ledger, risk, book or venue."""

from __future__ import annotations

from numba import njit


@njit
def cross(opens, closes, fast, slow, shares, commission):  # type: ignore[no-untyped-def]
    """`(flips, final equity)` of one pass over the bars."""
    equity = 1_000_000.0
    above = below = 0.0
    held = wanted = flips = 0
    for row in range(len(closes)):
        if wanted != held:
            value = abs(wanted - held) * shares * opens[row]
            equity -= (wanted - held) * shares * opens[row] + value * commission
            held = wanted
            flips += 1
        above += closes[row] - (closes[row - fast] if row >= fast else 0.0)
        below += closes[row] - (closes[row - slow] if row >= slow else 0.0)
        if row >= slow - 1:
            wanted = 1 if above / fast > below / slow else -1
    return flips, equity + held * shares * closes[-1]
