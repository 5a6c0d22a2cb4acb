"""Where a daily bar begins and ends. It is stamped with its day; what it tells is known at the session's close."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seatrial.domain.bars import Session
from seatrial.domain.faults import DataFault
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import DAY_NS, HOUR_NS, rfc3339
from seatrial.market.sessions import sessions, utc_date

Spans = tuple[NDArray[np.int64], NDArray[np.int64]]


def day_spans(file: str, instrument: Instrument, stamps: NDArray[np.int64]) -> Spans:
    """Starts and ends of daily bars. A stamp is midnight, of New York or UTC, of the session's day.

    Raises:
        DataFault: a stamp is no midnight, or its day has no session; names file and row.
    """
    if not len(stamps):
        return stamps, stamps
    if instrument.calendar == "24x7":
        _refuse(file, stamps % DAY_NS != 0, stamps, "is not midnight UTC")
        return stamps, stamps + DAY_NS
    _refuse(file, (stamps % DAY_NS > 5 * HOUR_NS) | (stamps % HOUR_NS != 0), stamps, "is not midnight in New York")
    found = sessions(instrument.calendar, utc_date(int(stamps.min())), utc_date(int(stamps.max())))
    return session_spans(file, found, stamps)


def session_spans(file: str, found: list[Session], stamps: NDArray[np.int64]) -> Spans:
    """Open and close of the session on each stamp's UTC day."""
    days = np.array([session.open_ns // DAY_NS for session in found], dtype=np.int64)
    place = np.searchsorted(days, stamps // DAY_NS)
    missing = place == len(days)
    missing[~missing] = days[place[~missing]] != stamps[~missing] // DAY_NS
    _refuse(file, missing, stamps, "is a day without a session")
    opens = np.array([session.open_ns for session in found], dtype=np.int64)
    closes = np.array([session.close_ns for session in found], dtype=np.int64)
    return opens[place], closes[place]


def _refuse(file: str, broken: NDArray[np.bool_], stamps: NDArray[np.int64], rule: str) -> None:
    if broken.any():
        row = int(np.argmax(broken))
        raise DataFault(f"{file} row {row}: ts {rfc3339(int(stamps[row]))} {rule}")
