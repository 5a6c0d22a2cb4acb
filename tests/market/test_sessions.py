import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import exchange_calendars
import pytest

from seatrial.domain.bars import Session
from seatrial.domain.faults import NoData, RequestFault
from seatrial.domain.time import DAY_NS, parse_rfc3339
from seatrial.market import sessions as room
from seatrial.market.sessions import sessions

YEARS = (date(2000, 1, 1), date(2029, 12, 31))


def spans(found):
    return [(session.day, session.open_ns, session.close_ns) for session in found]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pandas about itself, inside that package
def test_thirty_years_of_sessions_equal_the_exchange_calendars_package():
    calendar = exchange_calendars.get_calendar("XNYS", start=str(YEARS[0]), end=str(YEARS[1]))
    schedule = calendar.schedule
    opens = schedule["open"].dt.as_unit("ns").astype("int64").tolist()
    closes = schedule["close"].dt.as_unit("ns").astype("int64").tolist()
    days = [stamp.date().isoformat() for stamp in schedule.index]

    assert spans(sessions("XNYS", *YEARS)) == list(zip(days, opens, closes, strict=True))


def test_sessions_equal_the_recorded_reference_table(recorded_data):
    """From 2000 on: before that the reference lacks three early closes that the exchange had."""
    path = recorded_data / "reference" / "us_equity_sessions.parquet"
    rows = duckdb.sql(
        "select strftime(session, '%Y-%m-%d'), epoch_ns(open), epoch_ns(close), early_close "
        f"from '{path}' where session >= '2000-01-01' order by 1"
    ).fetchall()

    found = sessions("XNYS", date.fromisoformat(rows[0][0]), date.fromisoformat(rows[-1][0]))

    assert [Session(*row) for row in rows] == found


def test_the_shipped_table_is_what_the_generator_prints():
    generator = Path(__file__).with_name("generate_xnys.py")
    shipped = Path(room.__file__).with_name("xnys.csv").read_text(encoding="utf-8")

    printed = subprocess.run([sys.executable, generator], check=True, capture_output=True, text=True).stdout

    assert shipped == printed


def test_the_day_before_independence_day_closes_at_one_in_new_york():
    eve = sessions("XNYS", date(2019, 7, 3), date(2019, 7, 4))

    assert eve == [
        Session("2019-07-03", parse_rfc3339("2019-07-03T13:30:00Z"), parse_rfc3339("2019-07-03T17:00:00Z"), True)
    ]


def test_a_market_that_never_closes_has_one_session_per_utc_day():
    days = sessions("24x7", date(2024, 2, 28), date(2024, 3, 1))

    assert [day.day for day in days] == ["2024-02-28", "2024-02-29", "2024-03-01"]
    assert all(day.close_ns - day.open_ns == DAY_NS and day.open_ns % DAY_NS == 0 for day in days)


def test_years_outside_of_the_table_are_refused_and_not_guessed():
    with pytest.raises(NoData, match="known from 1998-01-01 to 2030-12-31"):
        sessions("XNYS", date(2030, 12, 1), date(2031, 1, 5))


def test_an_unknown_calendar_is_refused():
    with pytest.raises(RequestFault, match="XNYS, 24x7"):
        sessions("XLON", date(2019, 1, 1), date(2019, 1, 2))
