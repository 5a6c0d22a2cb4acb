"""The metrics history in and out: lossless, patient with other processes, and prunable."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from seatrial.bootstrap.databases.metrics_file import export_metrics, import_metrics, prune_metrics
from seatrial.domain.faults import DataFault, NoData
from seatrial.services.observability.metrics_file import MetricsFile, Sample

DAY_NS = 86_400 * 10**9
SAMPLES = [
    Sample(10**18 + 1_234_567_000, "execution", "equity", 10_000_012_345_678, "USD", "paper", None, 10**18),
    Sample(10**18 + 1_234_567_000, "execution", "equity", 10_000_012_345_678, "USD", "paper", None, 10**18),
    Sample(10**18, "system", "cpu", -1, "percent"),
    Sample(10**18 + 5, 'a "quoted", name', "metric\nover two lines", 10**25, "", "", "BTCUSDT"),
]


def written(path: Path) -> Path:
    MetricsFile(path).append(SAMPLES)
    return path


def test_what_is_exported_imported_and_exported_again_is_the_same_bytes(tmp_path: Path) -> None:
    history, again = written(tmp_path / "metrics.duckdb"), tmp_path / "again.duckdb"
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"

    assert export_metrics(history, first) == len(SAMPLES)
    assert import_metrics(again, first) == (len(SAMPLES), len(SAMPLES))
    export_metrics(again, second)

    assert second.read_bytes() == first.read_bytes()
    with duckdb.connect(str(history)) as one:
        one.execute(f"ATTACH '{again}' AS other")
        left = one.execute("FROM system_metrics EXCEPT ALL FROM other.system_metrics").fetchall()
    assert left == []


def test_an_import_adds_what_is_missing_and_nothing_twice(tmp_path: Path) -> None:
    history, csv = written(tmp_path / "metrics.duckdb"), tmp_path / "all.csv"
    export_metrics(history, csv)
    MetricsFile(history).append([Sample(10**18 + 9_000, "system", "cpu", 5, "percent")])

    assert import_metrics(history, csv) == (len(SAMPLES), 0)
    assert export_metrics(history, csv) == len(SAMPLES) + 1


def test_a_file_that_is_no_export_adds_nothing(tmp_path: Path) -> None:
    history, csv = written(tmp_path / "metrics.duckdb"), tmp_path / "bad.csv"
    export_metrics(history, csv)
    csv.write_text(csv.read_text() + '"yesterday","x","y","z","","lots",""\n')

    with pytest.raises(DataFault, match="nothing was added"):
        import_metrics(history, csv)
    assert export_metrics(history, csv) == len(SAMPLES)
    with pytest.raises(NoData):
        import_metrics(history, tmp_path / "absent.csv")
    with pytest.raises(NoData):
        export_metrics(tmp_path / "absent.duckdb", csv)


def test_what_is_old_is_removed(tmp_path: Path) -> None:
    history = written(tmp_path / "metrics.duckdb")
    with duckdb.connect(str(history)) as file:
        file.execute("UPDATE system_metrics SET timestamp = now()::TIMESTAMP WHERE metric = 'cpu'")

    assert prune_metrics(history, 7 * 86_400) == len(SAMPLES) - 1
    assert export_metrics(history, tmp_path / "left.csv") == 1


HOLD = """
import sys, time, duckdb
with duckdb.connect(sys.argv[1]):
    print("held", flush=True)
    time.sleep(1.0)
"""


def test_another_process_that_holds_the_file_is_waited_for(tmp_path: Path) -> None:
    history = written(tmp_path / "metrics.duckdb")
    with subprocess.Popen([sys.executable, "-c", HOLD, str(history)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        assert export_metrics(history, tmp_path / "waited.csv") == len(SAMPLES)
