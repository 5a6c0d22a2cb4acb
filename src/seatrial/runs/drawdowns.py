"""Every fall from a high, with its depth, its length and how long it took to come back."""

from __future__ import annotations

from collections.abc import Sequence

from seatrial.runs.ratios import Drawdown

SHOWN_MAX = 10


def drawdowns_of(at_ns: Sequence[int], equity_units: Sequence[int], opening_units: int) -> list[Drawdown]:
    """All drawdowns in order of time: from the last sample at a high to the first one that reaches it again.

    Samples between two highs are one drawdown, however often it turned. The last may not have recovered.
    """
    found: list[Drawdown] = []
    peak, peak_ns = opening_units, at_ns[0] if at_ns else 0
    low, low_ns = peak, peak_ns
    for now_ns, units in zip(at_ns, equity_units, strict=True):
        if units >= peak:
            if low < peak and peak > 0:
                found.append(Drawdown((peak - low) / peak, peak - low, peak_ns, low_ns, now_ns))
            peak, peak_ns, low, low_ns = units, now_ns, units, now_ns
        elif units < low:
            low, low_ns = units, now_ns
    if low < peak and peak > 0:
        found.append(Drawdown((peak - low) / peak, peak - low, peak_ns, low_ns, None))
    return found


def deepest_first(drawdowns: Sequence[Drawdown], shown_max: int = SHOWN_MAX) -> list[Drawdown]:
    """The deepest ones, the deepest first; of equals the earlier."""
    return sorted(drawdowns, key=lambda each: (-each.ratio, each.peak_ns))[:shown_max]


def length_ns(drawdown: Drawdown, end_ns: int) -> int:
    """From the high to its return, or to the end of the run where it has not returned."""
    return (end_ns if drawdown.recovered_ns is None else drawdown.recovered_ns) - drawdown.peak_ns
