"""Orders for the auctions: a backtest turns away what the emulated venue does, at every instant of every day."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from seatrial.core import records as r
from seatrial.core.arrival import misses_auction
from seatrial.domain.bars import Session
from seatrial.domain.orders import TimeInForce
from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS, parse_rfc3339
from seatrial.emulators.alpaca.auctions import check_auction
from seatrial.emulators.alpaca.refusals import Refusal
from seatrial.market.sessions import sessions
from seatrial.runs.auction_hours import auction_rows

DAYS = sessions("XNYS", date(2024, 1, 2), date(2024, 12, 31))  # both clock changes, three early closes
ROWS = auction_rows(DAYS)
FIRST_NS, LAST_NS = DAYS[0].open_ns - DAY_NS, DAYS[-1].close_ns + 2 * DAY_NS
TIMES = {"opg": TimeInForce.OPG, "cls": TimeInForce.CLS, "day": TimeInForce.DAY}


def venue_refuses(time_in_force: str, days: list[Session], now_ns: int) -> bool:
    try:
        check_auction(time_in_force, days, now_ns)
    except Refusal:
        return True
    return False


def backtest_refuses(time_in_force: str, rows: np.ndarray, now_ns: int) -> bool:
    effect = np.zeros(r.ROW_WIDTH, dtype=np.int64)
    effect[r.E_TIF] = TIMES[time_in_force]
    return bool(misses_auction.py_func(rows, effect, now_ns))


@given(st.sampled_from(sorted(TIMES)), st.integers(FIRST_NS // MINUTE_NS, LAST_NS // MINUTE_NS), st.integers(-1, 1))
@example("opg", parse_rfc3339("2024-07-02T13:28:00Z") // MINUTE_NS, 0)
@example("opg", parse_rfc3339("2024-07-02T13:28:00Z") // MINUTE_NS, -1)
@example("cls", parse_rfc3339("2024-07-03T16:50:00Z") // MINUTE_NS, 0)
@example("cls", parse_rfc3339("2024-07-03T23:00:00Z") // MINUTE_NS, -1)
@example("cls", parse_rfc3339("2024-07-03T23:00:00Z") // MINUTE_NS, 0)
def test_a_backtest_takes_orders_for_the_auctions_when_the_venue_does(word: str, minute: int, apart_ns: int) -> None:
    now_ns = minute * MINUTE_NS + apart_ns
    assert backtest_refuses(word, ROWS, now_ns) is venue_refuses(word, DAYS, now_ns)


def test_sessions_that_are_short_or_never_end_have_no_auction_hours() -> None:
    start_ns = parse_rfc3339("2024-07-02T13:30:00Z")
    for hours in (2, 24):
        days = [Session("made", start_ns, start_ns + hours * HOUR_NS)]
        assert not len(auction_rows(days))
        assert not venue_refuses("opg", days, start_ns + HOUR_NS)


def test_a_year_has_both_kinds_of_hours() -> None:
    at_noon, at_night = (parse_rfc3339(f"2024-07-02T{clock}:00Z") for clock in ("16:00", "23:30"))
    assert [backtest_refuses(word, ROWS, at_noon) for word in ("opg", "cls")] == [True, False]
    assert [backtest_refuses(word, ROWS, at_night) for word in ("opg", "cls")] == [False, False]
