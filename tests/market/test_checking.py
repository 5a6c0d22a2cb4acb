"""What is wrong with data is found and named, and nothing is mended."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.domain.time import DAY_NS, MINUTE_NS
from seatrial.market.archive import Archive, Origin
from seatrial.market.checking import check_dataset
from seatrial.market.file_habits import FileHabits
from seatrial.market.importing import import_file
from seatrial.market.manifest import Gap
from seatrial.market.quality import flash_rows, number_gaps, runs, sequence_gaps, split_like
from seatrial.market.sessions import sessions, utc_date
from seatrial.market.shapes import kind_of, parse_name, taken

NOW = Origin("a test", "MIT", 2**61)
BTC = parse_name("bars_1m/binance/BTCUSDT")
AAPL = parse_name("bars_1d/alpaca/AAPL")


def bars(count, *, start_ns=DAY_NS, step_ns=MINUTE_NS):
    closes = np.round(100.0 + np.sin(np.arange(count) / 7.0), 2)
    return {
        "ts": start_ns + step_ns * np.arange(count, dtype=np.int64),
        "open": closes,
        "high": closes + 0.05,
        "low": closes - 0.05,
        "close": closes.copy(),
        "volume": np.ones(count),
    }


def findings(folder, name, *tables):
    archive = Archive(folder)
    for columns in tables:
        archive.add(name, columns, NOW)
    return {(each.rule, each.wrong): each for each in check_dataset(archive, name)}


def test_good_data_has_no_finding(tmp_path):
    assert findings(tmp_path, BTC, bars(500)) == {}


def test_a_hole_is_wrong_unless_the_recorder_marked_it_and_then_the_gap_is(tmp_path):
    table = taken(bars(500), np.r_[0:100, 110:500])

    found = findings(tmp_path, BTC, table)

    assert found["hole", True].count == 10
    Archive(tmp_path).mark_gap(BTC, Gap(DAY_NS + 100 * MINUTE_NS, DAY_NS + 110 * MINUTE_NS, "silence"))
    again = {each.rule: each for each in check_dataset(Archive(tmp_path), BTC)}
    assert set(again) == {"gap"}
    assert "silence" in again["gap"].told


def test_a_flash_value_is_named_and_still_there(tmp_path):
    table = bars(500)
    table["close"][250], table["low"][250] = 70.0, 70.0

    found = findings(tmp_path, BTC, table)

    assert found["flash", True].count == 1
    assert "70.0 at 1970-01-02T04:10:00Z" in found["flash", True].told
    assert Archive(tmp_path).read(BTC)["close"][250] == 70.0


def test_a_frozen_feed_is_a_run_without_volume(tmp_path):
    table = bars(500)
    table["volume"][40:60] = 0.0

    assert findings(tmp_path, BTC, table)["zero_volume", True].count == 20


def test_an_altered_part_is_found_before_anything_else(tmp_path):
    findings(tmp_path, BTC, bars(500))
    part = next(tmp_path.rglob("*.parquet"))
    content = bytearray(part.read_bytes())
    content[100] ^= 1
    part.write_bytes(content)

    assert [(each.rule, each.wrong) for each in check_dataset(Archive(tmp_path), BTC)] == [("part", True)]


def daily(opens_and_closes):
    days = sessions("XNYS", utc_date(18_506 * DAY_NS), utc_date(18_540 * DAY_NS))[: len(opens_and_closes)]
    opened, closed = (np.array(each, dtype=np.float64) for each in zip(*opens_and_closes, strict=True))
    return {
        "ts": np.array([day.open_ns // DAY_NS * DAY_NS + 4 * 60 * MINUTE_NS for day in days]),
        "open": opened,
        "high": np.maximum(opened, closed),
        "low": np.minimum(opened, closed),
        "close": closed,
        "volume": np.ones(len(opened)),
    }


def test_a_split_nobody_tells_of_and_a_split_the_prices_do_not_show(tmp_path):
    table = daily([(400, 404), (402, 408), (102, 101), (101, 103)])
    found = findings(tmp_path, AAPL, table)
    assert "1/4 of the close before" in found["split", True].told

    split = {"ts": table["ts"][2:3] // DAY_NS * DAY_NS, "action": np.array(["split"], dtype=object),
             "split_ratio": np.array([4.0])}  # fmt: skip
    actions = parse_name("corporate_actions/alpaca/AAPL")
    Archive(tmp_path).add(actions, split, NOW)
    assert check_dataset(Archive(tmp_path), AAPL) == []

    other = tmp_path / "adjusted"
    Archive(other).add(actions, split, NOW)
    told = findings(other, AAPL, daily([(100, 101), (100, 102), (102, 101), (101, 103)]))
    assert "seem adjusted already" in told["split", True].told


def test_a_missing_session_is_wrong_and_a_missing_minute_of_a_share_is_a_note(tmp_path):
    table = daily([(100, 101)] * 6)
    assert findings(tmp_path / "a", AAPL, taken(table, np.array([0, 1, 3, 4, 5])))["session", True].count == 1

    day = sessions("XNYS", utc_date(18_506 * DAY_NS), utc_date(18_513 * DAY_NS))[0]
    minutes = bars(390, start_ns=day.open_ns)
    name = parse_name("bars_1m/alpaca/AAPL")
    assert list(findings(tmp_path / "b", name, taken(minutes, np.r_[0:9, 12:390]))) == [("absent", False)]


def test_depth_that_skips_an_update_is_found(recorded_data, tmp_path):
    """The recordings have no gap, by their README; taking rows out makes one."""
    archive = Archive(tmp_path)
    for stem, kept in (("depth_binance_spot_BTCUSDT", 20_000), ("depth_binance_usdm_ETHUSDT", 20_000)):
        path = recorded_data / "crypto" / f"{stem}.parquet"
        done = import_file(archive, path, kind_of("depth"), FileHabits(), venue="", origin=NOW)
        name = parse_name(done.landed[0].dataset)
        assert check_dataset(archive, name) == []
        columns = archive.read(name)
        last = columns["last_update_id"][kept]
        holed = taken(columns, columns["last_update_id"] != last)
        assert len(sequence_gaps(holed)) == 1


def test_the_bad_value_of_the_recorded_four_hours_is_found(recorded_data, tmp_path):
    archive = Archive(tmp_path)
    path = recorded_data / "crypto" / "klines_4h_coinbase.parquet"
    import_file(archive, path, kind_of("bars_4h"), FileHabits(symbol="BTC-USD"), venue="", origin=NOW)

    found = check_dataset(archive, parse_name("bars_4h/coinbase/BTC-USD"))

    assert any(each.rule == "flash" and "5200.0 at 2018-04-03T20:00:00Z" in each.told for each in found)


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 5))
def test_runs_are_what_a_loop_finds(marked, least):
    found, length = [], 0
    for row, each in enumerate([*marked, False]):
        if each:
            length += 1
        else:
            if length >= least:
                found.append((row - length, row - 1))
            length = 0
    assert runs(np.array(marked, dtype=bool), least) == found


def test_numbers_splits_and_short_series():
    assert number_gaps(np.array([1, 2, 5, 6])) == 2
    assert split_like(np.array([400.0, 100.0, 10.0]), np.array([101.0, 99.0, 80.0]))[[0, 2]].tolist() == [4.0, 0.125]
    assert not flash_rows(np.array([1.0, 9.0])).any()


@pytest.mark.parametrize("jump", [1.5, 0.6])
def test_a_level_that_stays_is_no_flash(jump):
    prices = np.concatenate([np.full(200, 100.0), np.full(200, 100.0 * jump)])
    assert not flash_rows(prices).any()
    prices[100] *= jump
    assert np.flatnonzero(flash_rows(prices)).tolist() == [100]
