"""When Alpaca takes orders for its auctions, so that a backtest turns away what the venue would (`venues.md` 3.1).

For the opening until two minutes before it, for the closing until ten minutes before it, and again from seven in the
evening of New York, for the next session. Source: Alpaca, "Placing Orders", time in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from seatrial.core.arrival import A_CLOSING, A_EVENING, A_OPENING, AUCTION_WIDTH
from seatrial.core.records import Int64Array
from seatrial.domain.bars import Session
from seatrial.domain.time import HOUR_NS, MINUTE_NS, SECOND_NS

if TYPE_CHECKING:
    from seatrial.runs.prepared import Market

OPENING_ENDS_NS = 2 * MINUTE_NS  # before the session opens
CLOSING_ENDS_NS = 10 * MINUTE_NS  # before it closes
EVENING_SECONDS = 19 * 3_600
SESSION_MIN_NS = 3 * HOUR_NS  # a market whose sessions are shorter, or never end, has no clock to go by
NEW_YORK = "America/New_York"


def auction_rows(sessions: Iterable[Session]) -> Int64Array:
    """Rows of `core.arrival`, one for each of these sessions that has auctions, oldest first."""
    zone = ZoneInfo(NEW_YORK)
    rows = []
    for session in sorted(sessions, key=lambda each: each.open_ns):
        evening_ns = _evening_ns(session.open_ns, zone)
        if session.close_ns - session.open_ns < SESSION_MIN_NS or session.close_ns >= evening_ns:
            continue
        row = [0] * AUCTION_WIDTH
        row[A_OPENING], row[A_CLOSING] = session.open_ns - OPENING_ENDS_NS, session.close_ns - CLOSING_ENDS_NS
        row[A_EVENING] = evening_ns
        rows.append(row)
    return np.array(rows, dtype=np.int64).reshape(-1, AUCTION_WIDTH)


def auctions_of(markets: Sequence[Market]) -> Int64Array:
    """Those of the markets at Alpaca that close at night; they have one calendar."""
    found = {
        session.open_ns: session
        for market in markets
        if market.account.venue == "alpaca" and market.account.calendar != "24x7"
        for session in market.sessions
    }
    return auction_rows(found.values())


def _evening_ns(open_ns: int, zone: ZoneInfo) -> int:
    """Seven in the evening of the day that a session opens on."""
    local = datetime.fromtimestamp(open_ns // SECOND_NS, UTC).astimezone(zone)
    evening = local.replace(hour=0, minute=0, second=0).timestamp() + EVENING_SECONDS
    return int(evening) * SECOND_NS
