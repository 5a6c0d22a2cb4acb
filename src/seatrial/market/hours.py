"""The hours around a session: pre-market, regular, after hours; and which of them an instant lies in.

US equities trade from 04:00 in New York and for four hours after the close, which on a day of an early close is 17:00.
A market that never closes has only regular hours.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from seatrial.domain.bars import Session
from seatrial.domain.time import HOUR_NS, MINUTE_NS
from seatrial.market.sessions import sessions

PRE_NS = 5 * HOUR_NS + 30 * MINUTE_NS  # 04:00 to 09:30
POST_NS = 4 * HOUR_NS


class Phase(StrEnum):
    """What kind of trading there is at an instant."""

    PRE = "pre"
    REGULAR = "regular"
    POST = "post"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Hours:
    """A session with what lies around it; for a market that never closes both edges are the session's own."""

    session: Session
    pre_open_ns: int
    post_close_ns: int

    def phase(self, at_ns: int) -> Phase:
        """Edges belong to what begins at them."""
        if self.session.open_ns <= at_ns < self.session.close_ns:
            return Phase.REGULAR
        if self.pre_open_ns <= at_ns < self.session.open_ns:
            return Phase.PRE
        return Phase.POST if self.session.close_ns <= at_ns < self.post_close_ns else Phase.CLOSED


def hours(calendar: str, first_day: date, last_day: date) -> list[Hours]:
    """Every session of a calendar between two days, both included, with the hours around it.

    Raises:
        RequestFault: an unknown calendar.
        NoData: outside of the years the table covers.
    """
    around = (PRE_NS, POST_NS) if calendar == "XNYS" else (0, 0)
    return [
        Hours(session, session.open_ns - around[0], session.close_ns + around[1])
        for session in sessions(calendar, first_day, last_day)
    ]


def phase_at(days: Sequence[Hours], at_ns: int) -> Phase:
    """The phase of an instant, given the days around it in order."""
    place = bisect_right([day.pre_open_ns for day in days], at_ns) - 1
    return days[place].phase(at_ns) if place >= 0 else Phase.CLOSED
