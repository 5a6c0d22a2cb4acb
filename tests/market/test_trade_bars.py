"""Bars out of trades: every trade counted once, in the way its sale conditions say."""

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.domain.faults import DataFault, NoData, RequestFault
from seatrial.domain.time import MINUTE_NS, SECOND_NS
from seatrial.market.bars import CLOSE, HIGH, LOW, OPEN, START, VOLUME
from seatrial.market.instruments import instrument_of
from seatrial.market.parquet import archive, read_columns
from seatrial.market.quote_bars import quote_bars
from seatrial.market.sale_conditions import BITS, masks
from seatrial.market.shapes import SHAPES
from seatrial.market.trade_bars import dollar_bars, tick_bars, time_bars, traded_values, volume_bars

AAPL, BTC = instrument_of("AAPL"), instrument_of("BTCUSDT")


def trades_of(*rows, conditions=None, suspicious=None):
    """Rows of (second, price, size)."""
    seconds, prices, sizes = zip(*rows, strict=True)
    told = {
        "ts": np.array(seconds, dtype=np.int64) * SECOND_NS,
        "price": np.array(prices, dtype=np.float64),
        "size": np.array(sizes, dtype=np.float64),
    }
    if conditions is not None:
        told["conditions"] = np.array(
            [f"{sum(1 << BITS[name] for name in each):x}" for each in conditions], dtype=object
        )
    if suspicious is not None:
        told["suspicious"] = np.array(suspicious)
    return told


def blotter(done):
    return [
        (bar.open_units // 10_000, bar.high_units // 10_000, bar.low_units // 10_000, bar.close_units // 10_000,
         bar.volume_units // 10**9)
        for bar in done.table.bars()
    ]  # fmt: skip


def test_minutes_of_trades_read_like_a_tape():
    done = time_bars(AAPL, trades_of((0, 100, 5), (10, 103, 1), (59, 101, 2), (130, 90, 7), (200, 91, 1)), "1m")

    assert blotter(done) == [(100, 103, 100, 101, 8), (90, 90, 90, 90, 7)]
    assert [bar.start_ns // MINUTE_NS for bar in done.table.bars()] == [0, 2]
    assert (done.rest.start_ns, done.rest.close_units) == (3 * MINUTE_NS, 91 * 10_000)


def test_odd_lots_and_late_trades_add_volume_and_no_price():
    trades = trades_of(
        (0, 100, 5), (1, 250, 1), (2, 99, 2), (3, 120, 4), (4, 101, 3), (5, 101, 50), (60, 1, 1),
        conditions=[(), ("odd_lot",), ("regular",), ("out_of_sequence",), (), ("official_close",), ()],
    )  # fmt: skip

    done = time_bars(AAPL, trades, "1m")

    assert blotter(done) == [(100, 120, 99, 101, 15)]
    assert done.left_out == 1


def test_a_suspicious_trade_counts_for_nothing_and_an_unpriced_minute_is_no_bar():
    trades = trades_of(
        (0, 100, 5), (1, 900, 1), (61, 100, 2), (130, 100, 1),
        conditions=[(), (), ("form_t",), ()], suspicious=[False, True, False, False],
    )  # fmt: skip

    done = time_bars(AAPL, trades, "1m")

    assert blotter(done) == [(100, 100, 100, 100, 5)]
    assert (done.left_out, done.unpriced_units) == (1, 2 * 10**9)


def test_bars_of_trades_volume_and_value_end_with_the_trade_that_reaches_the_size():
    trades = trades_of((0, 100, 5), (1, 101, 6), (2, 102, 1), (3, 103, 30), (4, 104, 1))

    assert blotter(tick_bars(AAPL, trades, 2)) == [(100, 101, 100, 101, 11), (102, 103, 102, 103, 31)]
    assert blotter(volume_bars(AAPL, trades, 10 * 10**9)) == [(100, 101, 100, 101, 11), (102, 103, 102, 103, 31)]
    assert blotter(dollar_bars(AAPL, trades, 1_000 * 10**8)) == [(100, 101, 100, 101, 11), (102, 103, 102, 103, 31)]
    assert tick_bars(AAPL, trades, 2).rest.volume_units == 10**9


tapes = st.lists(st.tuples(st.integers(1, 10**7), st.integers(1, 10**7)), min_size=1, max_size=80)


@given(tapes, st.integers(1, 10**9))
def test_no_volume_is_lost_and_no_price_is_made_up(tape, size):
    trades = trades_of(*((second, price / 100, lots / 100) for second, (price, lots) in enumerate(tape)))
    total = sum(round(lots * 10**7) for _, lots in tape)
    for done in (volume_bars(AAPL, trades, size * 10**5), tick_bars(AAPL, trades, 7), dollar_bars(AAPL, trades, size)):
        bars = [*done.table.bars(), *([done.rest] if done.rest else [])]
        assert sum(bar.volume_units for bar in bars) == total
        assert max(bar.high_units for bar in bars) == max(price for price, _ in tape) * 100
        assert min(bar.low_units for bar in bars) == min(price for price, _ in tape) * 100
        assert bars[0].open_units == tape[0][0] * 100
        assert bars[-1].close_units == tape[-1][0] * 100


@given(st.integers(1, 10**14), st.integers(0, 10**17), st.sampled_from([10**5, 10**8, 7]))
def test_the_value_of_a_trade_is_exact(price, qty, div):
    if price * qty // div >= 2**62 or price * max(10_000, div // 10_000) >= 2**62:
        with pytest.raises(DataFault, match="too large"):
            traded_values(np.array([price]), np.array([qty]), div)
    elif div % 10_000 == 0 or price * div < 2**62:
        assert traded_values(np.array([price]), np.array([qty]), div).tolist() == [price * qty // div]


def test_bad_input_is_told_plainly():
    with pytest.raises(NoData, match="no trades of AAPL"):
        tick_bars(AAPL, {name: np.empty(0) for name in ("ts", "price", "size")}, 5)
    with pytest.raises(RequestFault, match="count: accepted is a whole number above zero"):
        tick_bars(AAPL, trades_of((0, 1, 1)), 0)
    with pytest.raises(DataFault, match="row 1: AAPL ts is earlier"):
        tick_bars(AAPL, trades_of((5, 1, 1), (4, 1, 1)), 1)
    with pytest.raises(DataFault, match="row 1: conditions 'zz'"):
        masks(np.array(["1", "zz"], dtype=object))


def test_recorded_trades_make_the_minutes_that_plain_sql_makes(recorded_data):
    path = recorded_data / "crypto" / "trades_binance_spot_BTCUSDT.parquet"
    with archive() as connection:
        trades = read_columns(connection, [path], SHAPES["trades"], start_ns=0, end_ns=2**62)

    done = time_bars(BTC, trades, "1m")

    plain = duckdb.sql(
        "select epoch_ns(ts) // 60000000000 * 60000000000 m, round(max(price) * 1e8)::bigint, "
        f"round(min(price) * 1e8)::bigint, round(sum(size) * 1e8)::bigint from '{path}' group by m order by m"
    ).fetchall()
    assert len(plain) == 12
    assert done.table.rows[:, [START, HIGH, LOW, VOLUME]].tolist() == [list(row) for row in plain[:-1]]
    assert (done.table.rows[1:, OPEN] != 0).all()
    assert (done.table.rows[:, CLOSE] != 0).all()


def test_recorded_quotes_make_bars_whose_sides_never_cross(recorded_data):
    path = recorded_data / "crypto" / "quotes_binance_spot_BTCUSDT.parquet"
    with archive() as connection:
        quotes = read_columns(connection, [path], SHAPES["quotes"], start_ns=0, end_ns=2**62)

    made = quote_bars(quotes, "1m")

    assert len(made["ts"]) == 11
    assert (made["bid_close"] < made["ask_close"]).all()
    assert (made["bid_high"] >= made["bid_open"]).all()
    assert (made["ask_low"] <= made["ask_close"]).all()
