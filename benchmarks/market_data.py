"""How fast market data is read, checked and made whole units: `python benchmarks/market_data.py [FOLDER]`.

FOLDER is laid out like the recorded sample. Every figure is rows in a second of processor time (all threads together,
so that busy neighbours do not count) and megabytes of peak memory of a process of its own.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from seatrial.market.archive import Archive, Origin
from seatrial.market.catalog import available_symbols, load_bars
from seatrial.market.checking import check_dataset
from seatrial.market.file_habits import FileHabits
from seatrial.market.grid import Column, to_units
from seatrial.market.importing import import_file
from seatrial.market.instruments import instrument_of
from seatrial.market.parquet import archive, read_columns
from seatrial.market.resampling import resample
from seatrial.market.shapes import SHAPES, kind_of, rows_in
from seatrial.market.trade_bars import volume_bars

REPEATS = 5
KLINES, DEPTH = "crypto/klines_1m_binance_usdm.parquet", "crypto/depth_binance_coinm_BTCUSD_PERP.parquet"
ORIGIN = Origin("bench", "none", 0)


def tasks(data: Path) -> dict[str, Callable[[], Callable[[], int]]]:
    """Name to a preparation, which returns what is measured, which returns how many rows it did."""

    def bars() -> Callable[[], int]:
        instruments = [instrument_of(symbol) for symbol in available_symbols(data / KLINES)]
        return lambda: sum(map(len, load_bars(data / KLINES, instruments).values()))

    def depth() -> Callable[[], int]:
        def read() -> int:
            with archive() as connection:
                columns = read_columns(connection, [data / DEPTH], SHAPES["depth"], start_ns=0, end_ns=2**62)
            for name in ("price", "size"):
                to_units(columns[name], 10**8, Column("depth", "BTC", name, np.arange(rows_in(columns))))
            return rows_in(columns)

        return read

    def taken(stem: str, kind: str) -> Callable[[], Callable[[], int]]:
        def prepare() -> Callable[[], int]:
            def take() -> int:
                with tempfile.TemporaryDirectory() as folder:
                    done = import_file(
                        Archive(Path(folder)), data / stem, kind_of(kind), FileHabits(), venue="", origin=ORIGIN
                    )
                return sum(each.new for each in done.landed)

            return take

        return prepare

    def checked() -> Callable[[], int]:
        folder = Archive(Path(tempfile.mkdtemp()))
        import_file(folder, data / KLINES, kind_of("bars_1m"), FileHabits(), venue="", origin=ORIGIN)
        names = folder.datasets()

        def check() -> int:
            for name in names:
                check_dataset(folder, name)
            return sum(folder.manifest(name).rows for name in names)

        return check

    def rolled() -> Callable[[], int]:
        instruments = [instrument_of(symbol) for symbol in available_symbols(data / KLINES)]
        tables = load_bars(data / KLINES, instruments)

        def roll() -> int:
            for table in tables.values():
                resample(table, "1h")
            return sum(map(len, tables.values()))

        return roll

    def traded() -> Callable[[], int]:
        count, drawn = 1_000_000, np.random.default_rng(1)
        trades = {
            "ts": np.arange(count, dtype=np.int64) * 10**6,
            "price": 100.0 + drawn.integers(-50, 50, count) / 100.0,
            "size": drawn.integers(1, 1_000, count) / 1_000.0,
        }
        instrument = instrument_of("BTCUSDT")

        def build() -> int:
            volume_bars(instrument, trades, 100 * instrument.qty_scale)
            return count

        return build

    return {
        "bars of the largest kline file to whole units": bars,
        "depth of the largest recording to whole units": depth,
        "import of klines, every rule": taken(KLINES, "bars_1m"),
        "import of depth, every rule": taken(DEPTH, "depth"),
        "check of klines": checked,
        "resample 1m to 1h": rolled,
        "volume bars of 1M trades": traded,
    }


def measure(name: str, data: Path) -> dict[str, object]:
    """One task in this process."""
    run = tasks(data)[name]()
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows = run()
    seconds = []
    for _ in range(REPEATS):
        begun = time.process_time()
        rows = run()
        seconds.append(time.process_time() - begun)
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1024
    median = sorted(seconds)[REPEATS // 2]
    return {
        "task": name,
        "rows": rows,
        "rows_per_s": round(rows / median),
        "spread": [round(rows / max(seconds)), round(rows / min(seconds))],
        "memory_mb": round(grown_mb, 1),
    }


def main() -> None:
    """Every task in a process of its own; one JSON line each, and a table for the docs."""
    data = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SEATRIAL_DATA", "../shared/data"))
    if len(sys.argv) > 2:
        print(json.dumps(measure(sys.argv[2], data)))
        return
    print("| task | rows | rows per CPU second (median [min-max]) | peak MB above its input |\n|---|---|---|---|")
    for name in tasks(data):
        ran = subprocess.run([sys.executable, __file__, str(data), name], capture_output=True, text=True, check=True)
        told = json.loads(ran.stdout)
        low, high = told["spread"]
        rate = f"{told['rows_per_s'] / 1e6:.2f} M [{low / 1e6:.2f}-{high / 1e6:.2f}]"
        print(f"| {told['task']} | {told['rows']:,} | {rate} | {told['memory_mb']:.0f} |", flush=True)


if __name__ == "__main__":
    main()
