"""`metrics.duckdb`: opened, appended to, closed. Another process may open it at any time, and then we wait.

Everything here blocks and runs on a thread of `asyncio.to_thread`. The file is never held between two batches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from seatrial.domain.faults import SeatrialFault
from seatrial.domain.ids import AccountId
from seatrial.domain.money import CASH_SCALE, units_text
from seatrial.services.observability.equity import EquityPoint

ROWS_PER_INSERT = 10_000
EQUITY_METRICS = ("equity", "cash", "realized", "unrealized")

# Wall time first, because that is what everybody prunes and charts by; `market_at` where a value belongs to a market.
TABLE = """
CREATE TABLE IF NOT EXISTS system_metrics (
    timestamp TIMESTAMP NOT NULL,
    service VARCHAR NOT NULL,
    metric VARCHAR NOT NULL,
    account VARCHAR,
    symbol VARCHAR,
    value DECIMAL(38, 8) NOT NULL,
    unit VARCHAR NOT NULL,
    market_at TIMESTAMP
)
"""
INSERT = """
INSERT INTO system_metrics SELECT
    unnest(?::TIMESTAMP[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]),
    unnest(?::VARCHAR[])::DECIMAL(38, 8), unnest(?::VARCHAR[]), unnest(?::TIMESTAMP[])
"""
EQUITY = """
SELECT market_at,
    max(value) FILTER (metric = 'equity') AS equity,
    max(value) FILTER (metric = 'cash') AS cash,
    max(value) FILTER (metric = 'realized') AS realized,
    max(value) FILTER (metric = 'unrealized') AS unrealized
FROM system_metrics
WHERE account = ? AND market_at > ? AND market_at < ? AND metric IN ('equity', 'cash', 'realized', 'unrealized')
GROUP BY market_at HAVING equity IS NOT NULL AND cash IS NOT NULL AND realized IS NOT NULL
ORDER BY market_at DESC LIMIT ?
"""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class MetricsLocked(SeatrialFault):
    """Another process holds the file. It is let go again: try later."""


class MetricsBroken(SeatrialFault):
    """The file cannot be opened, read or written for another reason."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One value. `value_units` are 1e-8 of `unit`; `at_ns` is wall time and `market_ns` market time, or None."""

    at_ns: int
    service: str
    metric: str
    value_units: int
    unit: str
    account: str | None = None
    symbol: str | None = None
    market_ns: int | None = None


@dataclass(frozen=True, slots=True)
class FileFigures:
    """Rows in `system_metrics`, and the file's size."""

    rows: int
    size_bytes: int


class MetricsFile:
    """One file; its folder and itself are made when absent. `memory_mb` bounds what one opening of it may use."""

    def __init__(self, path: Path, *, memory_mb: int = 256) -> None:
        self.path = path
        self._config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{memory_mb}MB",
            "threads": "1",
        }

    def append(self, samples: Sequence[Sample]) -> FileFigures:
        """Add a batch, all of it or nothing.

        Raises:
            MetricsLocked: another process holds the file; nothing was added.
            MetricsBroken: it cannot be written; nothing was added.
        """
        with self._opened() as file:
            file.execute("BEGIN")
            file.execute(TABLE)
            for start in range(0, len(samples), ROWS_PER_INSERT):
                file.execute(INSERT, _columns(samples[start : start + ROWS_PER_INSERT]))
            file.execute("COMMIT")
            counted = file.execute("SELECT count(*) FROM system_metrics").fetchone()
        return FileFigures(int(counted[0]) if counted else 0, self.path.stat().st_size)

    def equity(self, account: AccountId, since_ns: int, until_ns: int, limit: int) -> list[EquityPoint]:
        """The newest points between two market times, both excluded, oldest first; empty where there is no file.

        Raises:
            MetricsLocked, MetricsBroken: it cannot be read now.
        """
        if not self.path.exists():
            return []
        with self._opened() as file:
            file.execute(TABLE)
            rows = file.execute(EQUITY, [account, _moment(since_ns), _moment(until_ns), limit]).fetchall()
        return [_point(row) for row in reversed(rows)]

    @contextmanager
    def _opened(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The file for as long as the block lasts."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with duckdb.connect(str(self.path), config=self._config) as file:
                yield file
        except (duckdb.Error, OSError) as fault:
            locked = isinstance(fault, duckdb.IOException) and "lock" in str(fault).lower()
            raise (MetricsLocked if locked else MetricsBroken)(f"{self.path}: {fault}") from fault


def _columns(samples: Sequence[Sample]) -> list[list[object]]:
    """One list per column."""
    return [
        [_moment(each.at_ns) for each in samples],
        [each.service for each in samples],
        [each.metric for each in samples],
        [each.account for each in samples],
        [each.symbol for each in samples],
        [units_text(each.value_units, CASH_SCALE) for each in samples],
        [each.unit for each in samples],
        [None if each.market_ns is None else _moment(each.market_ns) for each in samples],
    ]


def _moment(at_ns: int) -> datetime:
    """UTC without a zone, as the column keeps it, to the microsecond."""
    return (_EPOCH + timedelta(microseconds=at_ns // 1_000)).replace(tzinfo=None)


def _point(row: tuple[object, ...]) -> EquityPoint:
    at, *values = row
    assert isinstance(at, datetime)
    at_us = (at.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
    equity, cash, realized, unrealized = (None if each is None else int(each * CASH_SCALE) for each in values)  # type: ignore[operator]
    assert equity is not None and cash is not None and realized is not None
    return EquityPoint(at_us * 1_000, equity, cash, realized, unrealized)
