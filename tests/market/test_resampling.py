"""Longer bars hold exactly what the shorter ones held, session by session, and half a span is no bar."""

from datetime import date

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.domain.faults import RequestFault
from seatrial.domain.instrument import binance_spot
from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS
from seatrial.market.bars import BAR_WIDTH, CLOSE, END, HIGH, LOW, OPEN, START, VOLUME, BarTable, Source
from seatrial.market.catalog import available_symbols, load_bars
from seatrial.market.instruments import instrument_of
from seatrial.market.resampling import Cut, resample
from seatrial.market.sessions import sessions

AAPL, BTC = instrument_of("AAPL"), instrument_of("BTCUSDT")
OPEN_NS = sessions("XNYS", date(2019, 2, 11), date(2019, 2, 11))[0].open_ns


def table_of(instrument, starts, prices=None, volumes=None, span_ns=MINUTE_NS):
    rows = np.empty((len(starts), BAR_WIDTH), dtype=np.int64)
    rows[:, START], rows[:, END] = starts, np.array(starts) + span_ns
    base = np.array(prices if prices is not None else range(100, 100 + len(starts)), dtype=np.int64)
    rows[:, OPEN], rows[:, CLOSE] = base, base + 1
    rows[:, HIGH], rows[:, LOW] = base + 3, base - 3
    rows[:, VOLUME] = volumes if volumes is not None else 1
    return BarTable(instrument, rows, Source("a test", "", int(rows[0, START]), int(rows[-1, END])))


minutes = st.lists(st.integers(0, 3_000), min_size=1, max_size=300, unique=True).map(sorted)
walks = st.lists(st.tuples(st.integers(10, 10**12), st.integers(0, 10**15)), min_size=300, max_size=300)


@given(minutes, walks, st.sampled_from(["3m", "5m", "15m", "1h", "4h", "1d"]))
def test_volume_is_conserved_and_high_and_low_are_the_envelope(held, walk, span):
    starts = [DAY_NS + minute * MINUTE_NS for minute in held]
    prices, volumes = zip(*walk[: len(held)], strict=True)
    table = table_of(BTC, starts, prices, volumes)

    done = resample(table, span)

    rows = [*done.table.bars(), *(each.bar for each in done.incomplete)]
    assert sum(bar.volume_units for bar in rows) == sum(volumes)
    assert max(bar.high_units for bar in rows) == table.rows[:, HIGH].max()
    assert min(bar.low_units for bar in rows) == table.rows[:, LOW].min()
    for bar in rows:
        inside = table.between(bar.start_ns, bar.end_ns).rows
        assert (bar.open_units, bar.close_units) == (inside[0, OPEN], inside[-1, CLOSE])
        assert (bar.high_units, bar.low_units) == (inside[:, HIGH].max(), inside[:, LOW].min())
        assert bar.low_units <= min(bar.open_units, bar.close_units)
    assert sum(done.missing) + sum(each.of - each.held for each in done.incomplete) == sum(
        -(-(bar.end_ns - bar.start_ns) // MINUTE_NS) for bar in rows
    ) - len(table)


@given(minutes, walks)
def test_by_way_of_five_minutes_is_as_good_as_straight_to_the_hour(held, walk):
    starts = [DAY_NS + minute * MINUTE_NS for minute in range(2 * (held[-1] // 2) + 120)]
    prices = [walk[minute % 300][0] for minute in range(len(starts))]
    table = table_of(BTC, starts, prices)

    straight, stepwise = resample(table, "1h"), resample(resample(table, "5m").table, "1h")

    both = min(len(straight.table), len(stepwise.table))
    assert np.array_equal(straight.table.rows[:both], stepwise.table.rows[:both])
    assert len(straight.table) - both <= 1


def test_hours_of_an_exchange_begin_at_its_open_and_end_at_its_close():
    table = table_of(AAPL, [OPEN_NS + minute * MINUTE_NS for minute in range(390)])

    done = resample(table, "1h")

    lengths = [(bar.end_ns - bar.start_ns) // MINUTE_NS for bar in done.table.bars()]
    assert lengths == [60] * 6 + [30]
    assert (done.missing == 0).all()
    assert done.incomplete == ()
    day = resample(table, "1d").table.bar(0)
    assert (day.start_ns, day.end_ns) == (OPEN_NS, OPEN_NS + 390 * MINUTE_NS)


def test_bars_before_the_open_and_after_the_close_are_left_out_and_counted():
    early, late = OPEN_NS - 30 * MINUTE_NS, OPEN_NS + 391 * MINUTE_NS
    table = table_of(AAPL, [early, *(OPEN_NS + minute * MINUTE_NS for minute in range(390)), late])

    done = resample(table, "1d")

    assert (len(done.table), done.outside, done.table.bar(0).volume_units) == (1, 2, 390)


def test_an_early_close_makes_a_short_last_bar():
    eve = sessions("XNYS", date(2019, 7, 3), date(2019, 7, 3))[0]
    table = table_of(AAPL, [eve.open_ns + minute * MINUTE_NS for minute in range(210)])

    assert [(bar.end_ns - bar.start_ns) // HOUR_NS for bar in resample(table, "2h").table.bars()] == [2, 1]


def test_a_span_that_the_data_cuts_is_typed_incomplete_and_says_why():
    table = table_of(BTC, [DAY_NS + minute * MINUTE_NS for minute in range(7, 73)])

    done = resample(table, "1h")

    assert len(done.table) == 0
    assert [(each.why, each.held, each.of) for each in done.incomplete] == [(Cut.END, 13, 60), (Cut.START, 53, 60)]


def test_a_hole_is_counted_and_can_be_left_out():
    starts = [DAY_NS + minute * MINUTE_NS for minute in range(180) if minute not in (61, 62)]

    done = resample(table_of(BTC, starts), "1h")

    assert done.missing.tolist() == [0, 2, 0]
    assert [bar.start_ns for bar in done.without_holes().bars()] == [DAY_NS, DAY_NS + 2 * HOUR_NS]


def test_a_span_that_does_not_divide_is_refused():
    hours = table_of(BTC, [DAY_NS + hour * HOUR_NS for hour in range(4)], span_ns=HOUR_NS)
    for span in ("5m", "7m"):
        with pytest.raises(RequestFault, match="span: accepted is one of"):
            resample(hours, span)


def test_recorded_four_hours_of_coinbase_roll_up_to_its_recorded_days(recorded_data):
    """Two recordings of one market: of 2,046 whole days 2,014 agree in every price, and ours are those of plain SQL."""
    eth = binance_spot("ETH-", "USD", tick="0.01", lot="0.00000001")
    four = load_bars(recorded_data / "crypto" / "klines_4h_coinbase.parquet", [eth])[eth.symbol]
    days = load_bars(recorded_data / "crypto" / "klines_1d_coinbase.parquet", [eth])[eth.symbol]

    ours = resample(four, "1d").without_holes()

    _, here, there = np.intersect1d(ours.rows[:, START], days.rows[:, START], return_indices=True)
    equal = (ours.rows[here][:, OPEN : CLOSE + 1] == days.rows[there][:, OPEN : CLOSE + 1]).all(axis=1)
    assert (len(equal), int(equal.sum())) == (2046, 2014)
    path = recorded_data / "crypto" / "klines_4h_coinbase.parquet"
    plain = duckdb.sql(
        "select (epoch_ns(ts) // 86400000000000) * 86400000000000 as day, round(max(high) * 1e8)::bigint, "
        f"round(min(low) * 1e8)::bigint from '{path}' where symbol = 'ETH-USD' "
        "group by 1 having count(*) = 6 order by 1"
    ).fetchall()
    assert ours.rows[:, [START, HIGH, LOW]].tolist() == [list(row) for row in plain]


def test_recorded_minutes_of_every_share_roll_up_to_sessions(recorded_data):
    path = recorded_data / "equities" / "bars_1m_2019.parquet"
    tables = load_bars(path, [instrument_of(symbol) for symbol in available_symbols(path)])
    for table in tables.values():
        done = resample(table, "1h")
        rows = [*done.table.bars(), *(each.bar for each in done.incomplete)]
        assert sum(bar.volume_units for bar in rows) == table.rows[:, VOLUME].sum()
        assert done.outside == 0
