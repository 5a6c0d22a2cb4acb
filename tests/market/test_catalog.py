import os

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.domain.faults import DataFault, NoData, OffGrid
from seatrial.market.catalog import available_symbols, load_bars
from seatrial.market.grid import Column, to_units
from seatrial.market.instruments import instrument_of

AAPL, BTC = instrument_of("AAPL"), instrument_of("BTCUSDT")
GOOD = [
    ("2019-02-11T14:30Z", "AAPL", "171.14", "171.2", "170.7", "170.97", "619925"),
    ("2019-02-11T14:31Z", "AAPL", "170.92", "170.92", "170.6755", "170.7701", "0"),
    ("2019-02-11T14:30Z", "BTCUSDT", "95505.4", "95505.5", "95502.7", "95502.7", "16.536"),
]
COLUMNS = ("ts", "symbol", "open", "high", "low", "close", "volume")


def write(path, rows, columns=COLUMNS):
    path.parent.mkdir(parents=True, exist_ok=True)
    casts = {"ts": "timestamptz", "symbol": "varchar"}
    selected = ", ".join(f"{name}::{casts.get(name, 'double')} as {name}" for name in columns)
    values = ", ".join("(" + ", ".join("NULL" if cell is None else f"'{cell}'" for cell in row) + ")" for row in rows)
    duckdb.sql(
        f"copy (select {selected} from (values {values}) as t({', '.join(COLUMNS)})) to '{path}' (format parquet)"
    )
    return path


def spoilt(row, column, value):
    rows = [list(each) for each in GOOD]
    rows[row][COLUMNS.index(column)] = value
    return rows


def test_bars_arrive_as_whole_units_of_their_instrument(tmp_path):
    tables = load_bars(write(tmp_path / "bars.parquet", GOOD), [AAPL, BTC])

    last = tables[AAPL.symbol].bar(1)
    assert (AAPL.price_text(last.low_units), AAPL.price_text(last.close_units)) == ("170.6755", "170.7701")
    only = tables[BTC.symbol].bar(0)
    assert (BTC.price_text(only.open_units), BTC.qty_text(only.volume_units)) == ("95505.4", "16.536")
    assert only.end_ns - only.start_ns == 60 * 10**9


BROKEN = [
    (spoilt(1, "close", "170.77015"), OffGrid, "row 1: AAPL close 170.77015 is not on the grid of 1/10000"),
    (spoilt(1, "open", "nan"), DataFault, "row 1: AAPL open is not a number"),
    (spoilt(1, "open", None), DataFault, "row 1: AAPL open is not a number"),
    (spoilt(1, "volume", "-1"), DataFault, "row 1: AAPL volume is negative"),
    (spoilt(0, "high", "171"), DataFault, "row 0: AAPL high is below the open or the close"),
    (spoilt(0, "low", "171.1"), DataFault, "row 0: AAPL low is above the open or the close"),
    (spoilt(0, "low", "0"), DataFault, "row 0: AAPL low must be above zero"),
    (spoilt(1, "ts", GOOD[0][0]), DataFault, "row 1: AAPL ts repeats the stamp"),
    (spoilt(1, "ts", "2019-02-11T14:29Z"), DataFault, "row 1: AAPL ts is earlier than the bar before it"),
    (spoilt(0, "ts", "2019-02-11T14:30:30Z"), DataFault, "bars of 0.5 minutes"),
    (spoilt(0, "volume", "1e12"), OffGrid, "row 0: AAPL volume 1000000000000.0"),
]


@pytest.mark.parametrize(("rows", "fault", "said"), BROKEN)
def test_a_broken_rule_names_file_row_and_rule(tmp_path, rows, fault, said):
    path = write(tmp_path / "bars.parquet", rows)

    with pytest.raises(fault) as caught:
        load_bars(path, [AAPL])

    assert str(path) in str(caught.value)
    assert said in str(caught.value)


def test_a_file_of_something_else_names_the_missing_columns(tmp_path):
    path = write(tmp_path / "bars.parquet", GOOD, COLUMNS[:-2])

    with pytest.raises(DataFault, match="missing close, volume"):
        load_bars(path, [AAPL])


def test_a_missing_symbol_is_answered_with_those_that_are_there(tmp_path):
    write(tmp_path / "deep" / "bars.parquet", GOOD)
    write(tmp_path / "other.parquet", GOOD, COLUMNS[:-2])

    with pytest.raises(NoData, match="no bars of TSLA; it has AAPL, BTCUSDT"):
        load_bars(tmp_path, [instrument_of("TSLA")])
    assert available_symbols(tmp_path) == ["AAPL", "BTCUSDT"]


def test_a_folder_laid_out_like_the_sample_is_asked_there_first(tmp_path):
    write(tmp_path / "a.parquet", spoilt(0, "open", "nan"))
    write(tmp_path / "equities" / "bars_1m_2019.parquet", GOOD[:2])
    write(tmp_path / "crypto" / "klines_1m_binance_usdm.parquet", GOOD[2:])

    tables = load_bars(tmp_path, [AAPL, BTC])

    assert tables[AAPL.symbol].source_note == ""
    assert tables[BTC.symbol].source_note == "futures klines stand in for spot"


def test_a_folder_that_is_not_there_is_told_plainly(tmp_path):
    with pytest.raises(NoData, match="does not exist"):
        load_bars(tmp_path / "nowhere", [AAPL])


def test_a_file_that_is_not_parquet_is_told_plainly(tmp_path):
    (tmp_path / "bars.parquet").write_text("hello")

    with pytest.raises(DataFault, match=r"bars\.parquet cannot be read"):
        load_bars(tmp_path, [AAPL])


def test_a_folder_without_permission_is_told_plainly(tmp_path):
    """Root reads everything, so root becomes nobody for a moment."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o000)
    user = os.geteuid()
    try:
        if user == 0:
            os.seteuid(65534)
        with pytest.raises(DataFault, match="cannot be read: Permission denied"):
            load_bars(closed, [AAPL])
    finally:
        os.seteuid(user)


def test_the_recorded_files_pass_every_rule(recorded_data):
    for name in ("equities/bars_1m_2019.parquet", "crypto/klines_1m_binance_usdm.parquet"):
        path = recorded_data / name
        tables = load_bars(path, [instrument_of(symbol) for symbol in available_symbols(path)])
        counted = duckdb.sql(f"select count(*) from '{path}'").fetchall()[0][0]
        assert sum(len(table) for table in tables.values()) == counted


@given(st.integers(0, 2**50), st.sampled_from([10**4, 10**8, 10**9]))
def test_the_float_of_every_grid_point_comes_back_as_that_point(units, scale):
    column = Column("f", "S", "open", np.arange(1))

    assert to_units(np.array([units / scale]), scale, column).tolist() == [units]
