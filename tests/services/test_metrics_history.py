"""The metrics history: another process may hold the file, read it or break it, and nothing is lost."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from seatrial.domain.ids import AccountId
from seatrial.domain.time import MINUTE_NS
from seatrial.services.observability import metrics_writer
from seatrial.services.observability.metrics_file import MetricsBroken, MetricsFile, MetricsLocked, Sample
from seatrial.services.observability.metrics_writer import MetricsWriter

HOLDING = """
import sys, duckdb
file = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "reading")
print("held", flush=True)
sys.stdin.readline()
"""
POLLING = """
import sys, duckdb
seen, newest = 0, 0
print("polling", flush=True)
while newest < int(sys.argv[2]):
    try:
        with duckdb.connect(sys.argv[1], read_only=True) as file:
            newest = file.execute("SELECT count(*) FROM system_metrics").fetchone()[0]
        seen += 1
    except duckdb.Error:
        pass
print(seen, newest, flush=True)
"""


def samples(count: int, start: int = 0) -> list[Sample]:
    return [
        Sample(1_700_000_000_000_000_000 + at, "platform", "tick", at, "count") for at in range(start, start + count)
    ]


def rows(path: Path) -> list[int]:
    """The values in the file, in 1e-8, sorted."""
    with duckdb.connect(str(path), read_only=True) as file:
        return [int(each[0] * 10**8) for each in file.execute("SELECT value FROM system_metrics ORDER BY 1").fetchall()]


@contextmanager
def held(path: Path, how: str = "writing") -> Iterator[subprocess.Popen[str]]:
    """Another process holds the file until the block ends."""
    program = [sys.executable, "-c", HOLDING, str(path), how]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.stdin.write("\n")
            process.stdin.flush()
            process.wait(timeout=30)


def test_the_file_and_its_folder_are_made_and_a_batch_is_there_to_the_digit(tmp_path: Path) -> None:
    file = MetricsFile(tmp_path / "data" / "metrics.duckdb")

    figures = file.append(samples(25_000))

    assert figures.rows == 25_000
    assert figures.size_bytes == file.path.stat().st_size
    assert rows(file.path) == list(range(25_000))


def test_equity_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    file = MetricsFile(tmp_path / "metrics.duckdb")
    amounts = {"equity": 12_345_678_901, "cash": -1, "realized": 7}
    for minute in range(5):
        file.append(
            [
                Sample(1, "execution", metric, units + minute, "USD", "paper", market_ns=minute * MINUTE_NS)
                for metric, units in amounts.items()
            ]
        )

    points = file.equity(AccountId("paper"), 0, 4 * MINUTE_NS, 2)

    assert [point.at_ns for point in points] == [2 * MINUTE_NS, 3 * MINUTE_NS]
    assert (points[0].equity_units, points[0].cash_units, points[0].realized_units) == (12_345_678_903, 1, 9)
    assert points[0].unrealized_units is None
    assert file.equity(AccountId("nobody"), 0, 4 * MINUTE_NS, 2) == []


@pytest.mark.parametrize("how", ["writing", "reading"])
def test_while_another_process_holds_the_file_samples_wait_and_none_is_lost(tmp_path: Path, how: str) -> None:
    file = MetricsFile(tmp_path / "metrics.duckdb")
    file.append(samples(1))
    writer = MetricsWriter(file)

    async def main() -> None:
        with held(file.path, how):
            writing = asyncio.create_task(writer.run())
            for start in range(1, 401, 100):
                writer.put(samples(100, start))
                await asyncio.sleep(0.1)
            assert (writer.written, writer.waiting) == (0, 400)
            assert writer.lock_waits > 0
            assert writer.trouble is not None
        while writer.waiting:
            await asyncio.sleep(0.02)
        writing.cancel()
        await writer.close()

    asyncio.run(main())
    assert (writer.written, writer.dropped, writer.trouble) == (400, 0, None)
    assert rows(file.path) == list(range(401))


def test_a_reader_that_polls_all_the_time_stops_nobody_and_misses_nothing(tmp_path: Path) -> None:
    file = MetricsFile(tmp_path / "metrics.duckdb")
    file.append(samples(1))
    writer = MetricsWriter(file)
    program = [sys.executable, "-c", POLLING, str(file.path), "201"]

    async def main() -> str:
        process = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        await process.stdout.readline()
        writing = asyncio.create_task(writer.run())
        for start in range(1, 201, 20):
            writer.put(samples(20, start))
            await asyncio.sleep(0.02)
        told = await process.stdout.readline()
        await process.wait()
        writing.cancel()
        await writer.close()
        return told.decode()

    looks, newest = map(int, asyncio.run(main()).split())
    assert looks > 0
    assert newest == 201
    assert rows(file.path) == list(range(201))


def test_what_no_longer_fits_is_counted_and_told_and_the_newest_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics_writer, "SAMPLES_WAITING_MAX", 50)
    told: list[int] = []
    writer = MetricsWriter(MetricsFile(tmp_path / "metrics.duckdb"), told.append)

    async def main() -> None:
        for start in range(0, 80, 20):
            writer.put(samples(20, start))
        await writer.close()

    asyncio.run(main())
    assert (writer.dropped, told, writer.written) == (30, [10, 20], 50)
    assert rows(tmp_path / "metrics.duckdb") == list(range(30, 80))


def test_the_end_of_the_process_waits_for_the_file_but_not_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics_writer, "LAST_SECONDS_MAX", 0.2)
    file = MetricsFile(tmp_path / "metrics.duckdb")
    file.append(samples(1))
    writer = MetricsWriter(file)

    async def main() -> None:
        writer.put(samples(3, 1))
        await writer.close()

    with held(file.path):
        asyncio.run(main())
    assert (writer.written, writer.dropped) == (0, 3)


def test_a_file_that_is_none_is_told_as_broken_and_one_that_is_held_as_locked(tmp_path: Path) -> None:
    broken = MetricsFile(tmp_path / "broken.duckdb")
    broken.path.write_text("this is no database, however often one looks at it" * 200)
    with pytest.raises(MetricsBroken):
        broken.append(samples(1))

    file = MetricsFile(tmp_path / "metrics.duckdb")
    file.append(samples(1))
    with held(file.path), pytest.raises(MetricsLocked):
        file.append(samples(1))


def test_older_equity_that_cannot_be_read_now_is_no_error(tmp_path: Path) -> None:
    file = MetricsFile(tmp_path / "metrics.duckdb")
    file.append(samples(1))
    writer = MetricsWriter(file)

    with held(file.path):
        assert asyncio.run(writer.points(AccountId("paper"), 0, 10, 5)) == []
