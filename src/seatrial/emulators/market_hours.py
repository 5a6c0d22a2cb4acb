"""When a venue trades, asked of its calendar."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from seatrial.domain.bars import Session


class MarketHours:
    """The sessions of a calendar, oldest first and not overlapping."""

    def __init__(self, sessions: Sequence[Session]) -> None:
        self._sessions = sessions
        self._opens = [session.open_ns for session in sessions]

    def session_at(self, at_ns: int) -> Session | None:
        """The session that is open at an instant."""
        index = bisect_right(self._opens, at_ns) - 1
        if index < 0 or at_ns >= self._sessions[index].close_ns:
            return None
        return self._sessions[index]

    def next_open_ns(self, now_ns: int) -> int | None:
        """When the next session opens; None where the calendar ends."""
        index = bisect_right(self._opens, now_ns)
        return self._opens[index] if index < len(self._opens) else None

    def next_close_ns(self, now_ns: int) -> int | None:
        """When the current session closes, or the next one if none is open; None where the calendar ends."""
        index = max(0, bisect_right(self._opens, now_ns) - 1)
        return next((session.close_ns for session in self._sessions[index:] if session.close_ns > now_ns), None)
