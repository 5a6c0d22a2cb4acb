"""Foreign files become datasets of the catalog, or are refused by one sentence that names file, row and rule."""

import gzip
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.domain.faults import DataFault, NoData, RequestFault
from seatrial.domain.time import DAY_NS, HOUR_NS, parse_rfc3339
from seatrial.market.archive import Archive, Origin
from seatrial.market.catalog import available_symbols, load_bars
from seatrial.market.file_habits import FileHabits
from seatrial.market.importing import import_file
from seatrial.market.instruments import instrument_of
from seatrial.market.shapes import kind_of, parse_name
from seatrial.market.stamps import TimeHabits
from seatrial.market.zones import to_utc, zone_of

NOW = Origin("a test", "MIT", int(parse_rfc3339("2026-01-01T00:00:00Z")))
BARS = """ts,open,high,low,close,volume
2019-02-11T14:30:00Z,171.14,171.2,170.7,170.97,619925
2019-02-11T14:31:00Z,170.92,170.92,170.6755,170.7701,0
2019-02-11T14:32:00Z,170.77,170.83,170.34,170.35,168622
"""
QUOTES = """ts,symbol,bid,bid_size,ask,ask_size
2024-08-08T23:54:15.5Z,BTCUSDT,61837.63,3.78826,61837.64,1.54698
2024-08-08T23:54:15.5Z,BTCUSDT,61837.63,3.7,61837.64,1.5
2024-08-08T23:54:16Z,BTCUSDT,61837.63,3.7,61837.65,1.5
"""
TRADES = """timestamp,price,qty,side,id
1723161255342,61837.63,0.02,sell,1
1723161255617,61837.63,0.048,buy,2
1723161255617,61837.63,0.001,B,3
"""


def take(folder, text, kind="bars", *, name="file.csv", symbol="AAPL", quarantine=False, origin=NOW, **habits):
    path = folder / name
    path.write_text(text)
    archive = Archive(folder / "catalog")
    kind = kind_of(kind, "1m")
    return import_file(
        archive, path, kind, FileHabits(symbol=symbol, **habits), venue="", origin=origin, quarantine=quarantine
    )


def spoilt(text, line, old, new):
    lines = text.splitlines()
    assert old in lines[line]
    lines[line] = lines[line].replace(old, new, 1)
    return "\n".join(lines) + "\n"


def test_a_csv_of_bars_becomes_a_dataset_that_a_backtest_can_load(tmp_path):
    done = take(tmp_path, BARS)

    assert [(each.dataset, each.new) for each in done.landed] == [("bars_1m/alpaca/AAPL", 3)]
    instrument = instrument_of("AAPL")
    table = load_bars(tmp_path / "catalog", [instrument])[instrument.symbol]
    assert [instrument.price_text(bar.close_units) for bar in table.bars()] == ["170.97", "170.7701", "170.35"]


def test_what_is_held_already_is_not_taken_twice(tmp_path):
    take(tmp_path, BARS)

    again = take(tmp_path, BARS)

    assert (again.landed[0].new, again.landed[0].same) == (0, 3)
    assert len(Archive(tmp_path / "catalog").manifest(parse_name("bars_1m/alpaca/AAPL")).parts) == 1


OF_QUOTES = {"kind": "quotes", "symbol": ""}
OF_TRADES = {"kind": "trades", "symbol": "BTCUSDT"}
REFUSED = [
    (BARS, {}, (1, "171.14", "nan"), "row 0 (line 2): AAPL open nan is not a number"),
    (BARS, {}, (1, "171.14", ""), "row 0 (line 2): AAPL open nan is not a number"),
    (BARS, {}, (2, "170.92", "0"), "row 1 (line 3): AAPL open 0.0 must be above zero"),
    (BARS, {}, (2, "170.6755", "170.99"), "row 1 (line 3): AAPL high 170.92 is below the open, the low or the close"),
    (BARS, {}, (1, "619925", "-1"), "row 0 (line 2): AAPL volume -1.0 is negative"),
    (BARS, {}, (3, "170.35", "170.35005"), "row 2 (line 4): AAPL close 170.35005 is not on the grid of 1/10000"),
    (BARS, {}, (2, "14:31", "14:30"), "row 1 (line 3): AAPL ts repeats the stamp of a row before it"),
    (BARS, {}, (2, "14:31", "14:29"), "row 1 (line 3): AAPL ts is earlier than a row before it"),
    (BARS, {}, (2, "14:31:00", "14:31:30"), "row 1 (line 3): AAPL ts does not start on a span of 1m"),
    (
        BARS,
        {},
        (2, "14:31:00Z", "14:31:00"),
        "row 1 (line 3): AAPL ts has no time zone where other rows have one (mixed",
    ),
    (
        BARS,
        {},
        (2, "14:31:00Z", "09:31:00-05:00"),
        "row 1 (line 3): AAPL ts carries another offset than the rows before",
    ),
    (BARS, {}, (2, "2019-02-11T14:31:00Z", "yesterday"), "row 1 (line 3): AAPL ts is not a time"),
    (
        QUOTES,
        OF_QUOTES,
        (2, "61837.64", "61837.62"),
        "row 1 (line 3): BTCUSDT bid 61837.63 is above the ask: a crossed quote",
    ),
    (QUOTES, OF_QUOTES, (3, ",1.5", ",-1.5"), "row 2 (line 4): BTCUSDT ask_size -1.5 is negative"),
    (TRADES, OF_TRADES, (3, "B,3", "B,2"), "row 2 (line 4): BTCUSDT trade_id repeats the number"),
    (TRADES, OF_TRADES, (2, "0.048", "0"), "row 1 (line 3): BTCUSDT size 0.0 must be above zero"),
    (TRADES, OF_TRADES, (2, "1723161255617", "1723161255617000"), "row 1 (line 3): BTCUSDT ts is in another unit"),
]


@pytest.mark.parametrize(("text", "how", "change", "told"), REFUSED)
def test_a_bad_file_is_refused_by_file_row_and_rule_and_nothing_is_kept(tmp_path, text, how, change, told):
    with pytest.raises(DataFault) as caught:
        take(tmp_path, spoilt(text, *change), **how)

    assert f"{tmp_path / 'file.csv'} {told}" in str(caught.value)
    assert not list(tmp_path.rglob("*.parquet*"))


def test_missing_columns_are_named_with_those_that_are_there(tmp_path):
    with pytest.raises(
        DataFault, match=r"need the columns .* missing open, the file has ts, Eröffnung.*--map open=NAME"
    ):
        take(tmp_path, BARS.replace("open", "Eröffnung", 1))
    assert take(tmp_path, BARS.replace("open", "Eröffnung", 1), columns={"open": "Eröffnung"}).landed[0].new == 3


def test_an_empty_file_an_absent_one_and_another_format_are_told_plainly(tmp_path):
    with pytest.raises(NoData, match="holds no row"):
        take(tmp_path, BARS.splitlines()[0] + "\n")
    with pytest.raises(RequestFault, match=r"\.parquet"):
        take(tmp_path, BARS, name="bars.xlsx")
    archive, kind = Archive(tmp_path / "catalog"), kind_of("bars", "1m")
    with pytest.raises(NoData, match="is not a file"):
        import_file(archive, tmp_path / "nowhere.csv", kind, FileHabits(), venue="", origin=NOW)


def test_quarantine_keeps_the_good_rows_and_writes_the_broken_ones_with_their_rule(tmp_path):
    lines = [f"2019-02-11T{14 + n // 60}:{n % 60:02d}:00Z,100,101,99,100,{n}" for n in range(60)]
    lines[7] = lines[7].replace("101", "98")
    text = "ts,open,high,low,close,volume\n" + "\n".join(lines) + "\n"

    done = take(tmp_path, text, quarantine=True)

    assert done.landed[0].new == 59
    assert done.set_aside == {"high is below the open, the low or the close": 1}
    written = done.quarantine.read_text().splitlines()
    assert written[1].startswith("7,")
    with pytest.raises(DataFault, match="at most a tenth is set aside"):
        take(tmp_path, spoilt(BARS, 1, "171.14", "x"), name="other.csv", quarantine=True)


def test_a_file_of_two_symbols_is_taken_whole_or_not_at_all(tmp_path):
    take(tmp_path, QUOTES, "quotes", symbol="")
    both = QUOTES.replace("61837.65", "61837.66") + QUOTES.splitlines()[1].replace("BTCUSDT", "ADAUSDT") + "\n"

    with pytest.raises(DataFault, match="already holds"):
        take(tmp_path, both, "quotes", symbol="", sort=True)

    assert [str(name) for name in Archive(tmp_path / "catalog").datasets()] == ["quotes/binance/BTCUSDT"]


@pytest.mark.parametrize("suffix", ["parquet", "jsonl", "feather", "csv.gz"])
def test_other_formats_give_the_same_rows_as_csv(tmp_path, suffix):
    take(tmp_path, BARS)
    source, path = tmp_path / "file.csv", tmp_path / f"other.{suffix}"
    if suffix == "feather":
        feather = pytest.importorskip("pyarrow.feather")
        feather.write_feather(duckdb.sql(f"select * from '{source}'").to_arrow_table(), str(path))
    elif suffix == "csv.gz":
        path.write_bytes(gzip.compress(source.read_bytes()))
    else:
        form = "parquet" if suffix == "parquet" else "json"
        duckdb.sql(f"copy (from '{source}') to '{path}' (format {form})")
    kind = kind_of("bars", "1m")
    habits = FileHabits(symbol="AAPL", time=TimeHabits("UTC"))

    done = import_file(Archive(tmp_path / "catalog"), path, kind, habits, venue="", origin=NOW)

    assert (done.landed[0].new, done.landed[0].same, done.landed[0].revised) == (0, 3, 0)


def test_cents_round_lots_local_times_and_stamps_at_the_end_are_understood(tmp_path):
    text = "Date,o,h,l,c,v\n02/11/2019 09:31,17114,17120,17070,17097,6199.25\n"

    take(tmp_path, text, price_unit=Decimal("0.01"), size_unit=Decimal("100"), ends=True,
         time=TimeHabits("America/New_York", format="%m/%d/%Y %H:%M"))  # fmt: skip

    bar = next(load_bars(tmp_path / "catalog", [instrument_of("AAPL")])["AAPL"].bars())
    assert bar.start_ns == parse_rfc3339("2019-02-11T14:30:00Z")
    assert (bar.open_units, bar.volume_units) == (1_711_400, 619_925 * 10**9)


def test_a_revision_is_a_new_row_and_yesterday_is_still_known_as_it_was(tmp_path):
    take(tmp_path, BARS)
    later = Origin("a correction", "MIT", NOW.known_at_ns + DAY_NS)

    done = take(tmp_path, spoilt(BARS, 3, "168622", "168700"), origin=later)

    assert (done.landed[0].same, done.landed[0].revised) == (2, 1)
    archive, name = Archive(tmp_path / "catalog"), parse_name("bars_1m/alpaca/AAPL")
    assert archive.read(name)["volume"].tolist() == [619925, 0, 168700]
    assert archive.read(name, as_of_ns=later.known_at_ns - 1)["volume"].tolist() == [619925, 0, 168622]
    assert archive.read(name, every_version=True)["volume"].tolist() == [619925, 0, 168622, 168700]
    first_two = int(parse_rfc3339("2019-02-11T14:32:00Z"))
    assert archive.read(name, as_of_ns=first_two)["volume"].tolist() == [619925, 0]


def test_a_bar_that_was_missing_is_late_and_was_not_known_before(tmp_path):
    lines = BARS.splitlines()
    take(tmp_path, "\n".join([*lines[:2], lines[3]]) + "\n")

    done = take(tmp_path, BARS, origin=Origin("late", "MIT", NOW.known_at_ns + DAY_NS))

    assert (done.landed[0].same, done.landed[0].late) == (2, 1)
    archive, name = Archive(tmp_path / "catalog"), parse_name("bars_1m/alpaca/AAPL")
    assert len(archive.read(name)["ts"]) == 3
    assert len(archive.read(name, as_of_ns=NOW.known_at_ns)["ts"]) == 2


def test_the_recorded_files_pass_every_rule_and_come_back_as_they_were(tmp_path, recorded_data):
    archive = Archive(tmp_path / "catalog")
    files = {"crypto/klines_1m_binance_usdm": "bars_1m", "crypto/depth_binance_usdm_ETHUSDT": "depth",
             "crypto/quotes_binance_usdm_ETHUSDT": "quotes", "crypto/trades_binance_usdm_ETHUSDT": "trades",
             "equities/bars_1m_2019": "bars_1m"}  # fmt: skip
    for stem, kind in files.items():
        path = recorded_data / f"{stem}.parquet"
        done = import_file(archive, path, kind_of(kind), FileHabits(), venue="", origin=NOW)
        assert sum(each.new for each in done.landed) == duckdb.sql(f"select count(*) from '{path}'").fetchall()[0][0]
    data = recorded_data / "equities" / "bars_1m_2019.parquet"
    instruments = [instrument_of(symbol) for symbol in available_symbols(data)]
    ours, theirs = load_bars(tmp_path / "catalog", instruments), load_bars(data, instruments)
    assert all(np.array_equal(ours[symbol].rows, theirs[symbol].rows) for symbol in theirs)


NEW_YORK = zone_of("America/New_York")


@given(st.lists(st.integers(0, 30 * 365 * 24), min_size=1, max_size=50))
def test_local_hours_become_the_instants_python_itself_gives_them(hours):
    local_ns = np.array([(1990 - 1970) * 365 * DAY_NS + hour * HOUR_NS for hour in hours], dtype=np.int64)
    converted = to_utc(local_ns, NEW_YORK)

    for index, at_ns in enumerate(local_ns.tolist()):
        local = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at_ns // 10**9)
        placed = local.replace(tzinfo=NEW_YORK)
        back = placed.astimezone(UTC).astimezone(NEW_YORK)
        assert bool(converted.never[index]) == (back.replace(tzinfo=None) != placed.replace(tzinfo=None))
        twice = placed.utcoffset() != placed.replace(fold=1).utcoffset()
        assert bool(converted.twice[index]) == (twice and not converted.never[index])
        if not converted.never[index]:
            assert int(placed.timestamp()) * 10**9 == converted.utc_ns[index]
