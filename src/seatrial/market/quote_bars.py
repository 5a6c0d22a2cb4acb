"""Bars of both sides of the book out of quotes: open, high, low and close of bid and ask, and the last sizes.

The numbers are those of quotes, compared and never computed with, so they stay on their grid. A quote holds until the
next one: a span without a quote is absent here, and `show` or a chart may repeat the one before.
"""

from __future__ import annotations

import numpy as np

from seatrial.domain.faults import DataFault, NoData, RequestFault
from seatrial.market.shapes import SPANS, Columns, rows_in


def quote_bars(quotes: Columns, span: str) -> Columns:
    """A table of the kind `quote_bars`; the last span, which is not over, is left out.

    Raises:
        RequestFault: no such span.
        NoData: no quotes.
        DataFault: quotes that go backwards in time.
    """
    span_ns = SPANS.get(span)
    if span_ns is None:
        raise RequestFault("span", f"one of {', '.join(SPANS)}", span)
    if not rows_in(quotes):
        raise NoData("there are no quotes to make bars of")
    groups = quotes["ts"] // span_ns
    if (np.diff(groups) < 0).any():
        raise DataFault(f"quotes row {int(np.argmax(np.diff(groups) < 0)) + 1}: ts is earlier than the quote before it")
    first = np.flatnonzero(np.concatenate([[True], groups[1:] != groups[:-1]]))
    last = np.append(first[1:], len(groups)) - 1
    made: Columns = {"ts": groups[first] * span_ns}
    for side in ("bid", "ask"):
        prices, sizes = quotes[side], quotes[f"{side}_size"]
        made[f"{side}_open"], made[f"{side}_close"] = prices[first], prices[last]
        made[f"{side}_high"] = np.maximum.reduceat(prices, first)
        made[f"{side}_low"] = np.minimum.reduceat(prices, first)
        made[f"{side}_size"] = sizes[last]
    return {name: values[:-1] for name, values in made.items()}
