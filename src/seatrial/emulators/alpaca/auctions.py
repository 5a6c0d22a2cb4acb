"""When Alpaca takes orders for the auctions: until shortly before them, and again from seven in the evening.

Source: Alpaca, "Placing Orders", time in force: `opg` until 9:28 and `cls` until 15:50, both again after 19:00 in New
York, for the next session. On a day that closes early the last ten minutes are those before its close.
"""

from __future__ import annotations

from collections.abc import Sequence

from seatrial.domain.bars import Session
from seatrial.domain.time import HOUR_NS, MINUTE_NS
from seatrial.emulators.alpaca.new_york import midnight_ns, new_york
from seatrial.emulators.alpaca.refusals import forbidden

OPENING_ENDS_NS = 2 * MINUTE_NS  # before the session opens
CLOSING_ENDS_NS = 10 * MINUTE_NS  # before it closes
EVENING_HOUR = 19
WINDOWS = {"opg": "before 9:28am", "cls": "before 3:50pm"}
SESSION_MIN_NS = 3 * HOUR_NS  # a market whose sessions are shorter, or never end, has no clock to go by


def check_auction(time_in_force: str, sessions: Sequence[Session], now_ns: int) -> None:
    """Refuse an order that comes too late for its auction and too early for the next.

    Raises:
        Refusal: 403, in Alpaca's words.
    """
    if time_in_force not in WINDOWS:
        return
    for session in reversed(sessions):
        evening_ns = midnight_ns(new_york(session.open_ns).date().isoformat()) + EVENING_HOUR * HOUR_NS
        if session.close_ns - session.open_ns < SESSION_MIN_NS or session.close_ns >= evening_ns:
            continue
        if _last_ns(time_in_force, session) <= now_ns < evening_ns:
            raise forbidden(f"{time_in_force} orders must be submitted after 7:00pm and {WINDOWS[time_in_force]}")
        if session.close_ns < now_ns:
            return


def _last_ns(time_in_force: str, session: Session) -> int:
    """The first instant that is too late for this session's auction."""
    return session.open_ns - OPENING_ENDS_NS if time_in_force == "opg" else session.close_ns - CLOSING_ENDS_NS
