"""Writes `src/seatrial/market/xnys.csv` from the exchange_calendars package.

    python tests/market/generate_xnys.py > src/seatrial/market/xnys.csv

The table is shipped so that Seatrial needs neither that package nor a time zone database. A test compares the
shipped file with what this prints.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import exchange_calendars

FIRST, LAST = date(1998, 1, 1), date(2030, 12, 31)
NEW_YORK = ZoneInfo("America/New_York")
USUAL_CLOSE = "16:00"


def lines() -> Iterator[str]:
    """The rows of the table: what is not an ordinary weekday, and New York's hours behind UTC."""
    closes = closing_times()
    yield "day,what,value"
    yield f"{FIRST},covered,from"
    offset = None
    day = FIRST
    while day <= LAST:
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=NEW_YORK)
        hours = int(noon.utcoffset().total_seconds()) // 3600
        if hours != offset:
            offset = hours
            yield f"{day},offset,{hours}"
        if day.weekday() < 5 and day not in closes:
            yield f"{day},closed,"
        elif closes.get(day, USUAL_CLOSE) != USUAL_CLOSE:
            yield f"{day},early,{closes[day]}"
        day += timedelta(days=1)
    yield f"{LAST},covered,to"


def closing_times() -> dict[date, str]:
    """The New York closing time of every session."""
    calendar = exchange_calendars.get_calendar("XNYS", start=str(FIRST), end=str(LAST))
    local = calendar.schedule["close"].dt.tz_convert("America/New_York")
    return {stamp.date(): stamp.strftime("%H:%M") for stamp in local}


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in lines())
