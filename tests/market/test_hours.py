"""Sessions with the hours around them, and holes measured against them."""

from datetime import date

import duckdb
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS, parse_rfc3339
from seatrial.market.gaps import due_starts, holes_in
from seatrial.market.hours import Phase, hours, phase_at
from seatrial.market.sessions import sessions


def test_hours_equal_the_recorded_reference_to_the_nanosecond(recorded_data):
    """From 2000 on: before that the reference lacks three early closes that the exchange had."""
    path = recorded_data / "reference" / "us_equity_sessions.parquet"
    rows = duckdb.sql(
        "select strftime(session, '%Y-%m-%d'), epoch_ns(pre_open), epoch_ns(open), epoch_ns(close), "
        "epoch_ns(post_close) "
        f"from '{path}' where session >= '2000-01-01' order by 1"
    ).fetchall()

    found = hours("XNYS", date.fromisoformat(rows[0][0]), date.fromisoformat(rows[-1][0]))

    assert len(rows) > 7_000
    assert rows == [
        (each.session.day, each.pre_open_ns, each.session.open_ns, each.session.close_ns, each.post_close_ns)
        for each in found
    ]


def test_holidays_of_the_reference_have_no_session(recorded_data):
    path = recorded_data / "reference" / "us_equity_holidays.parquet"
    closed = duckdb.sql(
        f"select date from '{path}' where kind = 'full_close' and date between '1998-01-01' and '2027-12-31'"
    )

    days = [row[0] for row in closed.fetchall()]
    assert len(days) > 200
    assert [day for day in days if sessions("XNYS", day, day)] == []


DAY = """
    2019-07-03T07:59:59Z  closed     2019-07-03T08:00:00Z  pre       2019-07-03T13:29:59Z  pre
    2019-07-03T13:30:00Z  regular    2019-07-03T16:59:59Z  regular   2019-07-03T17:00:00Z  post
    2019-07-03T20:59:59Z  post       2019-07-03T21:00:00Z  closed    2019-07-04T14:00:00Z  closed
"""


def test_a_day_of_an_early_close_hour_by_hour():
    days = hours("XNYS", date(2019, 7, 2), date(2019, 7, 5))
    words = DAY.split()

    for at, phase in zip(words[::2], words[1::2], strict=True):
        assert phase_at(days, int(parse_rfc3339(at))) == Phase(phase), at


def test_the_clock_changes_move_the_open_in_utc_and_not_in_new_york():
    before, after = hours("XNYS", date(2019, 3, 8), date(2019, 3, 11))

    assert before.session.open_ns % DAY_NS == 14 * HOUR_NS + 30 * MINUTE_NS
    assert after.session.open_ns % DAY_NS == 13 * HOUR_NS + 30 * MINUTE_NS


def test_a_market_that_never_closes_is_always_regular():
    days = hours("24x7", date(2024, 2, 28), date(2024, 3, 1))
    assert phase_at(days, int(parse_rfc3339("2024-02-29T23:59:59Z"))) == Phase.REGULAR


def test_a_weekend_is_no_hole_and_a_missing_hour_is():
    friday, monday = sessions("XNYS", date(2019, 2, 15), date(2019, 2, 19))
    starts = np.concatenate([np.arange(day.open_ns, day.close_ns, MINUTE_NS) for day in (friday, monday)])

    assert holes_in(starts, "XNYS", MINUTE_NS) == []
    holes = holes_in(np.delete(starts, slice(30, 90)), "XNYS", MINUTE_NS)
    assert [(hole.start_ns, hole.bars) for hole in holes] == [(friday.open_ns + 30 * MINUTE_NS, 60)]


@given(st.sets(st.integers(1, 498), max_size=100))
def test_what_is_taken_out_is_what_is_found_missing(removed):
    starts = np.array([minute * MINUTE_NS for minute in range(500) if minute not in removed], dtype=np.int64)

    holes = holes_in(starts, "24x7", MINUTE_NS)

    assert sum(hole.bars for hole in holes) == len(removed)
    assert all((hole.end_ns - hole.start_ns) == hole.bars * MINUTE_NS for hole in holes)


def test_days_are_due_where_there_are_sessions():
    first, last = sessions("XNYS", date(2019, 2, 15), date(2019, 2, 19))
    assert due_starts("XNYS", DAY_NS, first.open_ns, last.open_ns).tolist() == [first.open_ns, last.open_ns]
