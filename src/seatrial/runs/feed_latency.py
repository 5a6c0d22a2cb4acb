"""How late a strategy sees the market, beside how long its orders and the venue's words travel.

With one delay of the feed, everything on our side happens that much after the book it is decided on. So a run lives in
the venue's time and counts the delay where it is felt: an order arrives later by it, and a word of the venue is heard
that much less after what the strategy had seen when it left. No second book is needed, and the result is exact.
"""

from __future__ import annotations

from seatrial.core.latency import LATENCY_NS_MAX, Y_BACK, Y_THERE, Latency
from seatrial.domain.faults import RequestFault


def with_feed(latency: Latency, feed_ns: int) -> Latency:
    """The latency of a run whose strategy sees every event `feed_ns` after the venue.

    `now_ns` of the strategy is then the instant of the book it sees, and its own clock is `feed_ns` later.

    Raises:
        RequestFault: below zero, or more than the fastest word of the venue takes: then the word of a trade would be
            heard before the trade is seen, which a run in the venue's time cannot tell.
    """
    fastest_ns = int(latency.table[:, Y_BACK].min())
    if not 0 <= feed_ns <= fastest_ns:
        raise RequestFault("feed latency", f"0 to {fastest_ns} ns, the venue's fastest word", feed_ns)
    if feed_ns == 0:
        return latency
    if int(latency.table[:, Y_THERE].max()) + feed_ns > LATENCY_NS_MAX:
        raise RequestFault("feed latency", f"with the order's own no more than {LATENCY_NS_MAX} ns", feed_ns)
    table = latency.table.copy()
    table[:, Y_THERE] += feed_ns
    table[:, Y_BACK] -= feed_ns
    return Latency(latency.cells.copy(), table)
