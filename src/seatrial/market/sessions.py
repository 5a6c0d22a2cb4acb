"""Trading sessions of the two calendars: `XNYS` (US equities) and `24x7` (every UTC day).

The exchange's holidays and early closes, and New York's clock changes, are a shipped table: no package, no
time zone database and no network decide when the market is open.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources

from seatrial.domain.bars import Session
from seatrial.domain.faults import NoData, RequestFault
from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS

CALENDARS = ("XNYS", "24x7")

_EPOCH = date(1970, 1, 1)
_OPEN_NS = 9 * HOUR_NS + 30 * MINUTE_NS  # New York time
_CLOSE_NS = 16 * HOUR_NS


@dataclass(frozen=True, slots=True)
class _Table:
    first: date
    last: date
    closed: frozenset[date]
    early_ns: dict[date, int]  # New York time of the close
    offsets: tuple[tuple[date, int], ...]  # from that day on, New York is so many hours from UTC


def sessions(calendar: str, first_day: date, last_day: date) -> list[Session]:
    """Every session of `calendar` from `first_day` to `last_day`, both included.

    Raises:
        RequestFault: an unknown calendar.
        NoData: outside of the years the table covers.
    """
    if calendar not in CALENDARS:
        raise RequestFault("calendar", f"one of {', '.join(CALENDARS)}", calendar)
    days = [first_day + timedelta(days=n) for n in range((last_day - first_day).days + 1)]
    if calendar == "24x7":
        return [Session(day.isoformat(), midnight_ns(day), midnight_ns(day) + DAY_NS) for day in days]
    table = _xnys()
    if days and not table.first <= days[0] <= days[-1] <= table.last:
        raise NoData(f"sessions of XNYS are known from {table.first} to {table.last}, not {first_day} to {last_day}")
    return [_session(table, day) for day in days if day.weekday() < 5 and day not in table.closed]


def midnight_ns(day: date) -> int:
    """The start of a UTC day."""
    return (day - _EPOCH).days * DAY_NS


def utc_date(at_ns: int) -> date:
    """The UTC date an instant lies in."""
    return _EPOCH + timedelta(days=at_ns // DAY_NS)


def _session(table: _Table, day: date) -> Session:
    behind_ns = -_offset_hours(table, day) * HOUR_NS
    start_ns = midnight_ns(day) + behind_ns
    close_ns = table.early_ns.get(day, _CLOSE_NS)
    return Session(day.isoformat(), start_ns + _OPEN_NS, start_ns + close_ns, day in table.early_ns)


def _offset_hours(table: _Table, day: date) -> int:
    return next(hours for since, hours in reversed(table.offsets) if since <= day)


@cache
def _xnys() -> _Table:
    covered: dict[str, date] = {}
    closed: set[date] = set()
    early_ns: dict[date, int] = {}
    offsets: list[tuple[date, int]] = []
    with resources.files("seatrial.market").joinpath("xnys.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            day, value = date.fromisoformat(row["day"]), row["value"]
            match row["what"]:
                case "covered":
                    covered[value] = day
                case "closed":
                    closed.add(day)
                case "early":
                    hours, minutes = value.split(":")
                    early_ns[day] = int(hours) * HOUR_NS + int(minutes) * MINUTE_NS
                case "offset":
                    offsets.append((day, int(value)))
    return _Table(covered["from"], covered["to"], frozenset(closed), early_ns, tuple(offsets))
