"""Schedules: words in, instants out; exact over clock changes, holidays and early closes."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.domain.bars import Session
from seatrial.domain.faults import RequestFault
from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS, parse_rfc3339, rfc3339
from seatrial.market.sessions import midnight_ns, sessions
from seatrial.services.schedule_gate import LATE_NS_MAX, DailyGate, IntervalGate, gate_of
from seatrial.services.schedules import (
    EARLY_LEAD_NS,
    Daily,
    Every,
    OnBarClose,
    last_run,
    next_run,
    on_day,
    parse_schedule,
)

YEAR = sessions("XNYS", date(2024, 1, 1), date(2024, 12, 31))
AFTERNOON = Daily(15, 30, "America/New_York")
INSTANTS = st.integers(midnight_ns(date(2024, 1, 1)), midnight_ns(date(2024, 12, 20)))
DAILIES = st.builds(
    Daily,
    st.integers(0, 23),
    st.integers(0, 59),
    st.sampled_from(["America/New_York", "Europe/London", "UTC", "Australia/Lord_Howe"]),
)


def runs_on(first: str, last: str, schedule: Daily = AFTERNOON, calendar: str = "XNYS") -> list[str]:
    days = sessions(calendar, date.fromisoformat(first), date.fromisoformat(last))
    return [rfc3339(on_day(schedule, day).at_ns) for day in days]


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("on bar close", OnBarClose()),
        ("  On  bar close ", OnBarClose()),
        ("every 60 s", Every(60)),
        ("every 60s", Every(60)),
        ("every 5 min", Every(300)),
        ("every 2 hours", Every(7_200)),
        ("15:30 America/New_York", AFTERNOON),
        ("9:05 UTC", Daily(9, 5, "UTC")),
    ],
)
def test_a_schedule_is_read_from_words_and_says_itself_again(text, schedule):
    assert parse_schedule(text) == schedule
    assert parse_schedule(str(schedule)) == schedule


@pytest.mark.parametrize(
    "text",
    ["", "every 0 s", "every 2 days", "every 90000 s", "24:00 UTC", "15:60 UTC", "15:30", "15:30 Mars/Base", None],
)
def test_what_is_no_schedule_is_refused_and_told_what_is_one(text):
    with pytest.raises(RequestFault, match="every 60 s"):
        parse_schedule(text)


def test_half_past_three_in_new_york_is_another_instant_in_summer_and_in_winter():
    assert runs_on("2024-03-08", "2024-03-11") == ["2024-03-08T20:30:00Z", "2024-03-11T19:30:00Z"]
    assert runs_on("2024-11-01", "2024-11-04") == ["2024-11-01T19:30:00Z", "2024-11-04T20:30:00Z"]


def test_a_time_that_a_clock_change_skips_comes_an_hour_later_and_one_that_it_repeats_comes_once():
    night = Daily(2, 30, "America/New_York")
    assert runs_on("2024-03-09", "2024-03-11", night, "24x7") == [
        "2024-03-09T07:30:00Z",
        "2024-03-10T07:30:00Z",  # 03:30 by the changed clock
        "2024-03-11T06:30:00Z",
    ]
    twice = Daily(1, 30, "America/New_York")
    assert runs_on("2024-11-03", "2024-11-04", twice, "24x7") == ["2024-11-03T05:30:00Z", "2024-11-04T06:30:00Z"]


def test_on_a_day_that_closes_early_the_run_moves_to_half_an_hour_before_and_says_so():
    (friday,) = sessions("XNYS", date(2024, 11, 29), date(2024, 11, 29))
    moved = on_day(AFTERNOON, friday)
    assert rfc3339(moved.at_ns) == "2024-11-29T17:30:00Z"
    assert moved.moved is not None
    assert "2024-11-29 closes early" in moved.moved
    assert on_day(Daily(10, 0, "America/New_York"), friday).moved is None
    assert on_day(Daily(17, 0, "America/New_York"), friday).moved is None


@given(DAILIES, INSTANTS, INSTANTS)
def test_the_next_run_lies_ahead_and_never_comes_earlier_when_asked_later(schedule, one_ns, other_ns):
    earlier, later = sorted((one_ns, other_ns))
    first, second = next_run(schedule, earlier, YEAR), next_run(schedule, later, YEAR)
    assert first is not None
    assert second is not None
    assert earlier < first.at_ns <= second.at_ns
    assert later < second.at_ns


@given(DAILIES, INSTANTS)
def test_a_run_is_on_a_trading_day_once_a_day_and_the_last_run_is_the_one_before_the_next(schedule, at_ns):
    run = next_run(schedule, at_ns, YEAR)
    assert run is not None
    assert sum(on_day(schedule, day).at_ns == run.at_ns for day in YEAR) == 1
    assert last_run(schedule, run.at_ns, YEAR) == run
    before = last_run(schedule, run.at_ns - 1, YEAR)
    assert before is None or before.at_ns <= at_ns


@given(st.integers(0, 23), st.integers(0, 59))
def test_no_run_within_trading_hours_comes_later_than_half_an_hour_before_an_early_close(hour, minute):
    for day in YEAR:
        run = on_day(Daily(hour, minute, "America/New_York"), day)
        if day.early_close and day.open_ns <= run.at_ns < day.open_ns + 6 * HOUR_NS + 30 * MINUTE_NS:
            assert run.at_ns <= day.close_ns - EARLY_LEAD_NS


@given(st.integers(1, 86_400), INSTANTS)
def test_sixty_seconds_are_sixty_seconds(seconds, at_ns):
    run = next_run(Every(seconds), at_ns, [])
    assert run is not None
    assert run.at_ns - at_ns == seconds * SECOND_NS
    assert next_run(OnBarClose(), at_ns, YEAR) is None


def test_where_the_calendar_ends_there_is_no_next_run():
    assert next_run(AFTERNOON, YEAR[-1].close_ns, YEAR) is None


# -------------------------------------------------------------------- gates


def opened(gate: DailyGate | IntervalGate, *times: str) -> list[bool]:
    return [gate.opens(parse_rfc3339(time)) for time in times]


def test_a_daily_gate_opens_once_with_the_first_bars_at_or_after_its_time():
    gate = DailyGate(AFTERNOON, "XNYS")
    times = ("2024-06-03T19:29:00Z", "2024-06-03T19:31:00Z", "2024-06-03T19:32:00Z", "2024-06-04T19:30:00Z")
    assert opened(gate, *times) == [False, True, False, True]


def test_a_bar_that_comes_late_to_the_bars_of_the_run_belongs_to_it():
    assert opened(DailyGate(AFTERNOON, "XNYS"), *2 * ("2024-06-03T19:30:00Z",)) == [True, True]


def test_a_run_that_no_bar_carried_in_half_an_hour_is_missed_and_not_made_up_for():
    gate = DailyGate(AFTERNOON, "XNYS")
    assert opened(gate, "2024-06-03T20:01:00Z", "2024-06-04T13:31:00Z") == [False, False]
    assert gate.opens(parse_rfc3339("2024-06-04T19:30:00Z") + LATE_NS_MAX)


@given(st.integers(1, 600), st.integers(1, 200))
def test_an_interval_on_the_markets_clock_lets_its_time_pass_between_two_runs(seconds, bars):
    gate = IntervalGate(Every(seconds))
    runs = [minute * MINUTE_NS for minute in range(1, bars + 1) if gate.opens(minute * MINUTE_NS)]
    assert runs[0] == MINUTE_NS
    gaps = [later - earlier for earlier, later in pairwise(runs)]
    assert all(seconds * SECOND_NS <= gap < seconds * SECOND_NS + MINUTE_NS for gap in gaps)


def test_on_the_walls_clock_an_interval_has_no_gate_and_bars_never_have_one():
    assert gate_of(Every(60), "24x7", virtual=False) is None
    assert gate_of(OnBarClose(), "24x7", virtual=True) is None
    assert gate_of(Every(60), "24x7", virtual=True) is not None


def test_beyond_the_years_of_the_calendar_a_gate_stays_shut():
    assert DailyGate(AFTERNOON, "XNYS").opens(midnight_ns(date(2035, 1, 2)) + DAY_NS // 2) is False


def test_sessions_are_given_and_not_looked_up():
    day = Session("2024-06-03", 0, DAY_NS)
    assert rfc3339(on_day(AFTERNOON, day).at_ns) == "2024-06-03T19:30:00Z"
