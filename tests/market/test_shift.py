from datetime import date

import numpy as np
import pytest

from seatrial.domain.faults import NoData, RequestFault
from seatrial.domain.ids import Symbol
from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS, parse_rfc3339
from seatrial.market.bars import BarTable, Source, decision_batches
from seatrial.market.catalog import load_bars
from seatrial.market.instruments import instrument_of
from seatrial.market.sessions import midnight_ns, sessions
from seatrial.market.shift import align

MONDAY = date(2019, 2, 11)


def table(symbol, start_ns, count, step_ns=MINUTE_NS):
    starts = start_ns + np.arange(count, dtype=np.int64) * step_ns
    rows = np.full((count, 7), 1_000_000, dtype=np.int64)
    rows[:, 0], rows[:, 1] = starts, starts + MINUTE_NS
    return BarTable(instrument_of(symbol), rows, Source("made.parquet", "", int(rows[0, 0]), int(rows[-1, 1])))


def week_of_equities():
    rows = [table("AAPL", day.open_ns, 390).rows for day in sessions("XNYS", MONDAY, date(2019, 2, 15))]
    return BarTable(instrument_of("AAPL"), np.concatenate(rows), Source("made.parquet", "", 0, 1))


def coins(first, days, symbol="BTCUSDT", late_ns=0):
    return table(symbol, midnight_ns(first) + late_ns, days * 1440 - late_ns // MINUTE_NS)


def by_symbol(*tables):
    return {each.symbol: each for each in tables}


def test_the_first_full_day_of_crypto_lands_on_the_first_equity_session():
    late = coins(date(2025, 5, 4), 8, late_ns=15 * HOUR_NS)

    timeline = align(by_symbol(week_of_equities(), late))

    moved = timeline.tables[Symbol("BTCUSDT")]
    assert moved.first_ns == midnight_ns(date(2019, 2, 10)) + 15 * HOUR_NS
    assert (late.first_ns - moved.first_ns) % DAY_NS == 0
    assert [day.day for day in timeline.sessions] == [f"2019-02-{day}" for day in range(11, 16)]
    assert timeline.start_ns == parse_rfc3339("2019-02-11T14:30:00Z")
    assert timeline.end_ns == parse_rfc3339("2019-02-16T00:00:00Z")


def test_equities_keep_their_dates_and_lose_only_bars_outside_of_sessions():
    early = table("AAPL", parse_rfc3339("2019-02-11T14:00:00Z"), 60)

    timeline = align(by_symbol(early))

    assert len(timeline.tables[Symbol("AAPL")]) == 30
    assert timeline.tables[Symbol("AAPL")].shift_days == 0


def test_chosen_sessions_hold_only_their_own_bars():
    timeline = align(by_symbol(week_of_equities(), coins(date(2025, 5, 4), 8))).select_sessions(2)

    assert len(timeline.tables[Symbol("AAPL")]) == 2 * 390
    bitcoin = timeline.tables[Symbol("BTCUSDT")]
    assert bitcoin.first_ns == timeline.start_ns
    assert bitcoin.last_ns == timeline.end_ns == parse_rfc3339("2019-02-13T00:00:00Z")


def test_more_sessions_than_the_data_holds_are_refused():
    timeline = align(by_symbol(week_of_equities(), coins(date(2025, 5, 4), 3)))

    assert len(timeline.sessions) == 3
    for count in (0, 4):
        with pytest.raises(RequestFault, match="1 to 3"):
            timeline.select_sessions(count)


def test_crypto_alone_keeps_its_dates_and_trades_utc_days():
    timeline = align(by_symbol(coins(date(2025, 5, 4), 3, late_ns=HOUR_NS), coins(date(2025, 5, 3), 3, "ETHUSDT")))

    assert [day.day for day in timeline.sessions] == ["2025-05-05"]
    assert timeline.start_ns == midnight_ns(date(2025, 5, 5))
    assert len(timeline.history(Symbol("ETHUSDT"))) == 2 * 1440


def test_markets_without_a_day_in_common_are_refused():
    with pytest.raises(NoData, match="no full UTC day in common"):
        align(by_symbol(coins(date(2025, 5, 4), 1), coins(date(2025, 6, 4), 1, "ETHUSDT")))
    with pytest.raises(NoData, match="no bars"):
        align({})


def test_recorded_markets_share_a_week_and_say_where_they_come_from(recorded_data):
    symbols = ("SPY", "BTCUSDT", "XLMUSDT")
    timeline = align(load_bars(recorded_data, [instrument_of(symbol) for symbol in symbols])).select_sessions(5)

    assert timeline.lines() == [
        "BTCUSDT: 6330 bars of klines_1m_binance_usdm.parquet, recorded 2025-05-04 to 2025-05-25, "
        "shifted by -2275 days (futures klines stand in for spot)",
        "SPY: 1950 bars of bars_1m_2019.parquet, recorded 2019-02-11 to 2019-02-15, at its own dates",
        "XLMUSDT: 6330 bars of klines_1m_binance_usdm.parquet, recorded 2025-05-04 to 2025-05-25, "
        "shifted by -2275 days (futures klines stand in for spot)",
    ]


def test_bars_of_many_tables_come_as_batches_of_one_instant():
    start_ns = midnight_ns(MONDAY)
    tables = by_symbol(table("SPY", start_ns, 3), table("AAPL", start_ns + MINUTE_NS, 1))

    batches = [(end_ns, [bar.symbol for bar in bars]) for end_ns, bars in decision_batches(tables)]

    assert batches == [
        (start_ns + MINUTE_NS, ["SPY"]),
        (start_ns + 2 * MINUTE_NS, ["AAPL", "SPY"]),
        (start_ns + 3 * MINUTE_NS, ["SPY"]),
    ]
    assert list(decision_batches({})) == []
