"""Recordings of depth, quotes and trades: they replay to the recorded best prices, and a broken one is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.recorded import RECORDED

from seatrial.core import depth as d
from seatrial.core import depth_orders as o
from seatrial.core.depth_loop import replay
from seatrial.domain.faults import DataFault, NoData, OffGrid
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import binance_spot
from seatrial.market.depth_events import load_depth, load_quotes

CRYPTO = RECORDED / "crypto"
SPOT = binance_spot("BTC", "USDT", tick="0.01", lot="0.00001")
RECORDED = {
    "spot_BTCUSDT": SPOT,
    "usdm_ETHUSDT": binance_spot("ETH", "USDT", tick="0.01", lot="0.001"),
    "coinm_BTCUSD_PERP": replace(binance_spot("BTC", "USD", tick="0.1", lot="1"), symbol=Symbol("BTCUSD_PERP")),
}
START = datetime(2024, 8, 8, tzinfo=UTC)


@pytest.mark.parametrize("name", RECORDED)
def test_a_replayed_book_ends_at_the_recorded_best_prices_and_is_never_crossed(name: str) -> None:
    if not (CRYPTO / f"depth_binance_{name}.parquet").exists():
        pytest.skip("the recording is not here: set SEATRIAL_DATA")
    instrument = RECORDED[name]
    trades = CRYPTO / f"trades_binance_{name}.parquet"
    table = load_depth(CRYPTO / f"depth_binance_{name}.parquet", trades, instrument)
    quotes = load_quotes(CRYPTO / f"quotes_binance_{name}.parquet", trades, instrument)
    venue = o.new_depth_venue(o.FillRules(), low_tick=table.low_tick, window=table.window)

    crossed = replay(venue, table.rows, 0, len(table))

    book = venue.book
    bid, ask = int(book.cells[d.B_BEST_BID]), int(book.cells[d.B_BEST_ASK])
    bids, asks = (
        quotes.rows[(quotes.rows[:, d.V_KIND] == d.TOP) & (quotes.rows[:, d.V_SIDE] == side)] for side in (1, -1)
    )
    assert crossed == 0
    assert bid + table.low_tick == bids[-1, d.V_TICK]
    assert ask + table.low_tick == asks[-1, d.V_TICK]
    assert book.lots[d.BID, bid] == bids[-1, d.V_LOTS]
    assert book.lots[d.ASK, ask] == asks[-1, d.V_LOTS]


def stamp(ms: int) -> datetime:
    return START + timedelta(milliseconds=ms)


def depth_row(
    ms: int, side: str, price: float, size: float, first: int, last: int, shot: bool = False
) -> dict[str, Any]:
    return {
        "ts": stamp(ms),
        "recv_ts": stamp(ms),
        "symbol": "BTCUSDT",
        "side": side,
        "price": price,
        "size": size,
        "first_update_id": first,
        "last_update_id": last,
        "is_snapshot": shot,
    }


GOOD = [
    depth_row(0, "bid", 99.0, 1.0, 1, 2),  # before the snapshot, and in it
    depth_row(1, "ask", 102.0, 1.0, 3, 6),  # before the snapshot's receipt, and not in it
    depth_row(2, "bid", 100.0, 2.0, 0, 4, shot=True),
    depth_row(2, "ask", 101.0, 3.0, 0, 4, shot=True),
    depth_row(3, "ask", 101.0, 0.0, 7, 8),
    depth_row(5, "bid", 100.0, 0.000011, 9, 9),
]
TRADES = [
    {"ts": stamp(1), "recv_ts": stamp(1), "symbol": "BTCUSDT", "side": "buy", "price": 1.0, "size": 9.0, "trade_id": 1},
    {
        "ts": stamp(5),
        "recv_ts": stamp(5),
        "symbol": "BTCUSDT",
        "side": "sell",
        "price": 100.0,
        "size": 0.000019,
        "trade_id": 2,
    },
]
QUOTES = [
    {
        "ts": stamp(ms),
        "recv_ts": stamp(ms),
        "symbol": "BTCUSDT",
        "bid": 100.0,
        "bid_size": 1.0,
        "ask": 100.5,
        "ask_size": 2.0,
        "update_id": ms,
    }
    for ms in (1, 2)
]


KINDS = {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE", str: "VARCHAR"}


def kind_of(rows: list[dict[str, Any]], column: str) -> str:
    cell = next(row[column] for row in rows if row[column] is not None)
    if isinstance(cell, datetime):
        return "TIMESTAMP" if cell.tzinfo is None else "TIMESTAMPTZ"
    return KINDS[type(cell)]


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        database.execute(f"CREATE TABLE made ({', '.join(f'{name} {kind_of(rows, name)}' for name in rows[0])})")
        places = ", ".join("?" for _ in rows[0])
        database.executemany(f"INSERT INTO made VALUES ({places})", [list(row.values()) for row in rows])
        database.execute(f"COPY made TO '{path}' (FORMAT parquet)")
    return path


def test_a_book_begins_with_its_snapshot_and_what_it_does_not_know_yet(tmp_path: Path) -> None:
    table = load_depth(written(tmp_path / "d.parquet", GOOD), written(tmp_path / "t.parquet", TRADES), SPOT)

    first_ns = table.first_ns
    told = [(kind, (at - first_ns) // 10**6, side, tick, lots) for kind, at, side, tick, lots in table.rows.tolist()]
    assert told == [
        (d.CLEAR, 0, 0, 0, 0),
        (d.DEPTH, 0, 1, 10_000, 200_000),
        (d.DEPTH, 0, -1, 10_100, 300_000),
        (d.DEPTH, 0, -1, 10_200, 100_000),
        (d.DEPTH, 1, -1, 10_100, 0),
        (d.TRADE, 3, -1, 10_000, 1),  # a trade rounds down to its lot, and comes before the diff that contains it
        (d.DEPTH, 3, 1, 10_000, 2),  # what rests rounds up
    ]


def test_a_quote_is_two_rows(tmp_path: Path) -> None:
    table = load_quotes(written(tmp_path / "q.parquet", QUOTES), None, SPOT)

    assert table.quotes
    assert table.rows[:2, [d.V_KIND, d.V_SIDE, d.V_TICK, d.V_LOTS]].tolist() == [
        [d.TOP, 1, 10_000, 100_000],
        [d.TOP, -1, 10_050, 200_000],
    ]


def changed(rows: list[dict[str, Any]], at: int, **cells: Any) -> list[dict[str, Any]]:
    return [{**row, **cells} if place == at else row for place, row in enumerate(rows)]


def without(rows: list[dict[str, Any]], column: str) -> list[dict[str, Any]]:
    return [{name: cell for name, cell in row.items() if name != column} for row in rows]


@pytest.mark.parametrize(
    ("rows", "fault", "rule"),
    [
        (changed(GOOD, 4, first_update_id=8), DataFault, "row 4.*gap"),
        (changed(GOOD, 4, price=float("nan")), DataFault, "row 4.*price is not a number"),
        (changed(GOOD, 4, price=101.005), OffGrid, "row 4.*two ticks"),
        (changed(GOOD, 4, price=-1.0), DataFault, "row 4.*above zero"),
        (changed(GOOD, 4, size=-1.0), DataFault, "row 4.*negative"),
        (changed(GOOD, 4, side="up"), DataFault, "row 4.*neither bid nor ask"),
        (changed(GOOD, 4, side=None), DataFault, "row 4.*neither bid nor ask"),
        (changed(GOOD, 4, recv_ts=stamp(0)), DataFault, "row 4.*order of receipt"),
        (without(GOOD, "size"), DataFault, "size is missing"),
        ([row for row in GOOD if not row["is_snapshot"]], DataFault, "no snapshot"),
        ([{**row, "symbol": "ETHUSDT"} for row in GOOD], NoData, "no row of BTCUSDT"),
        ([{**row, "recv_ts": row["recv_ts"].replace(tzinfo=None)} for row in GOOD], DataFault, "zone UTC"),
    ],
)
def test_a_broken_depth_file_is_named_with_row_and_rule(
    tmp_path: Path, rows: list[dict[str, Any]], fault: type[Exception], rule: str
) -> None:
    with pytest.raises(fault, match=f"d.parquet.*{rule}"):
        load_depth(written(tmp_path / "d.parquet", rows), None, SPOT)


def test_a_crossed_quote_and_a_repeated_one_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataFault, match=r"row 1.*crossed"):
        load_quotes(written(tmp_path / "q.parquet", changed(QUOTES, 1, bid=101.0)), None, SPOT)
    with pytest.raises(DataFault, match=r"row 1.*update_id does not follow"):
        load_quotes(written(tmp_path / "q.parquet", changed(QUOTES, 1, update_id=1)), None, SPOT)


def test_a_trade_told_twice_is_named(tmp_path: Path) -> None:
    depth = written(tmp_path / "d.parquet", GOOD)
    with pytest.raises(DataFault, match=r"t.parquet row 1.*trade_id does not follow"):
        load_depth(depth, written(tmp_path / "t.parquet", changed(TRADES, 1, trade_id=1)), SPOT)


def test_what_is_no_file_or_no_parquet_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_text("ts,symbol\n")
    with pytest.raises(NoData, match="no such file"):
        load_depth(tmp_path / "absent.parquet", None, SPOT)
    with pytest.raises(DataFault, match="cannot be read as Parquet"):
        load_depth(tmp_path / "x.parquet", None, SPOT)
