"""What looks at this machine for the platform: psutil, log errors, the databases' figures, the metrics history."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.bootstrap.databases.metrics_file import metrics_path
from seatrial.bootstrap.databases.places import LedgerPlace, place_of
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import JournalFault
from seatrial.services.observability.metrics_file import MetricsFile
from seatrial.services.observability.metrics_writer import MetricsWriter
from seatrial.services.observability.resources import Reading
from seatrial.services.observability.station import Station
from seatrial.services.observability.storage import StorageFigures

if TYPE_CHECKING:
    from seatrial.journal.database import Database

CPU_LOOK_S = 0.1
FRESH_S = 1.0  # a second look within this time gets the first one's answer
HOUR_S = 3_600.0
ERRORS_KEPT_MAX = 10_000


class ErrorTally(logging.Handler):
    """Remembers when records of ERROR and CRITICAL were logged in this process."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._at_s: deque[float] = deque(maxlen=ERRORS_KEPT_MAX)

    def emit(self, record: logging.LogRecord) -> None:
        """Note one."""
        self._at_s.append(time.monotonic())

    def last_hour(self) -> int:
        """How many since an hour ago, or since the start."""
        since_s = time.monotonic() - HOUR_S
        return sum(at_s >= since_s for at_s in tuple(self._at_s))


class MachineProbe:
    """Looks through psutil. `folder` says which disk counts."""

    def __init__(self, folder: Path, errors: ErrorTally) -> None:
        self._folder = folder
        self._errors = errors
        self._turn = asyncio.Lock()
        self._last: tuple[float, Reading] | None = None

    async def read(self) -> Reading:
        """See `Probe`."""
        async with self._turn:
            if self._last is None or time.monotonic() - self._last[0] > FRESH_S:
                self._last = (time.monotonic(), await asyncio.to_thread(self._look))
            return self._last[1]

    def _look(self) -> Reading:
        import psutil

        disk = psutil.disk_usage(str(self._folder))
        return Reading(
            cpu_percent=psutil.cpu_percent(interval=CPU_LOOK_S),
            memory_percent=psutil.virtual_memory().percent,
            disk_percent=disk.percent,
            disk_free_bytes=disk.free,
            process_bytes=psutil.Process().memory_info().rss,
            errors_last_hour=self._errors.last_hour(),
        )


class DatabaseFigures:
    """Rows and bytes of the journal's database and of the metrics history."""

    def __init__(self, place: LedgerPlace, writer: MetricsWriter) -> None:
        self._place = place
        self._writer = writer
        self._turn = asyncio.Lock()
        self._last: tuple[float, StorageFigures] | None = None

    async def schema_version(self) -> int:
        """See `Storage`."""
        return await asyncio.to_thread(self._version)

    async def figures(self) -> StorageFigures:
        """See `Storage`."""
        async with self._turn:
            if self._last is None or time.monotonic() - self._last[0] > FRESH_S:
                self._last = (time.monotonic(), await asyncio.to_thread(self._read))
        metrics = self._writer.figures
        if metrics is None:
            return self._last[1]
        return replace(self._last[1], system_metrics_rows=metrics.rows, metrics_bytes=metrics.size_bytes)

    def _version(self) -> int:
        from seatrial.journal.schema import version_of

        database = self._place.connect(read_only=True)
        try:
            return version_of(database)
        finally:
            database.close()

    def _read(self) -> StorageFigures:
        try:
            database = self._place.connect(read_only=True)
        except JournalFault as fault:
            return StorageFigures(trouble=str(fault))
        try:
            rows = int(database.read("SELECT COUNT(*) FROM trade_events")[0][0])
            return StorageFigures(trade_events_rows=rows, events_bytes=self._bytes(database))
        except JournalFault as fault:
            return StorageFigures(trouble=str(fault))
        finally:
            database.close()

    def _bytes(self, database: Database) -> int:
        if self._place.file is None:
            return int(database.read("SELECT pg_database_size(current_database())")[0][0])
        beside = (self._place.file.with_name(self._place.file.name + end) for end in ("", "-wal"))
        return sum(each.stat().st_size for each in beside if each.exists())


def open_station(settings: Settings) -> Station:
    """The station of this process. Errors are counted from now on."""
    errors = ErrorTally()
    logging.getLogger().addHandler(errors)
    memory_mb = int(settings.values["observability.cache_size_mb"])
    writer = MetricsWriter(MetricsFile(metrics_path(settings), memory_mb=memory_mb))
    return Station(MachineProbe(settings.state, errors), DatabaseFigures(place_of(settings), writer), writer)
