"""The doors on metrics: `/api/metrics/system` and `/metrics/prometheus`."""

from __future__ import annotations

import asyncio
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from seatrial.domain.time import rfc3339
from seatrial.services.api.doors import Door
from seatrial.services.api.http import answer
from seatrial.services.api.metrics_page import MEDIA_TYPE
from seatrial.services.api.numbers import When
from seatrial.services.observability.meters import CONTENT_TYPE, page_of
from seatrial.services.observability.observed import Observed
from seatrial.services.observability.resources import GB, Reading, Threshold, thresholds
from seatrial.services.observability.storage import StorageFigures


class DatabaseAnswer(msgspec.Struct):
    """Rows and bytes; null where they cannot be read, and `message` says why."""

    system_metrics_rows: int | None
    trade_events_rows: int | None
    size_bytes: int | None
    message: str | None


class ThresholdAnswer(msgspec.Struct):
    """One figure of the runbooks. `bound` is a least value where `at_least` is true."""

    name: str
    value: float | None
    bound: float
    at_least: bool
    state: Literal["ok", "over", "unknown"]


class ResourcesAnswer(msgspec.Struct):
    """All thresholds. `ok` is null while one is not known and none is over."""

    ok: bool | None
    thresholds: list[ThresholdAnswer]


class HistoryAnswer(msgspec.Struct):
    """The metrics history: samples written and waiting in this process, given up, and waits for a foreign lock."""

    written: int
    waiting: int
    dropped: int
    lock_waits: int
    message: str | None


class SystemMetricsAnswer(msgspec.Struct):
    """The machine as it is now; null where nothing looks at it."""

    cpu_percent: float | None
    memory_percent: float | None
    disk_percent: float | None
    disk_free_gb: float | None
    process_memory_bytes: int | None
    errors_last_hour: int | None
    database: DatabaseAnswer
    resources: ResourcesAnswer
    history: HistoryAnswer | None
    timestamp: When


class MetricsDoors:
    """Metrics of one platform."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed

    def routes(self) -> list[BaseRoute]:
        """The doors."""
        told, system = "Everything this process counts, for Prometheus.", SystemMetricsAnswer
        summary = "The machine, the databases, and the thresholds of the runbooks."
        return [
            Door("/api/metrics/system", self.system, summary=summary, answers={200: system}),
            Door("/metrics/prometheus", self.page, summary=told, answers={200: MEDIA_TYPE}),
        ]

    async def system(self, _: Request) -> Response:
        """One look."""
        station = self._observed.station
        reading = None if station is None else await station.probe.read()
        figures = StorageFigures(trouble="nothing looks at files here")
        history = None
        if station is not None:
            figures = await station.storage.figures()
            writer = station.writer
            history = HistoryAnswer(writer.written, writer.waiting, writer.dropped, writer.lock_waits, writer.trouble)
        said = SystemMetricsAnswer(
            cpu_percent=None if reading is None else reading.cpu_percent,
            memory_percent=None if reading is None else reading.memory_percent,
            disk_percent=None if reading is None else reading.disk_percent,
            disk_free_gb=None if reading is None else round(reading.disk_free_bytes / GB, 2),
            process_memory_bytes=None if reading is None else reading.process_bytes,
            errors_last_hour=None if reading is None else reading.errors_last_hour,
            database=DatabaseAnswer(
                figures.system_metrics_rows, figures.trade_events_rows, figures.size_bytes, figures.trouble
            ),
            resources=self._resources(reading),
            history=history,
            timestamp=rfc3339(self._observed.clock.now_ns()),
        )
        return answer(said)

    def _resources(self, reading: Reading | None) -> ResourcesAnswer:
        now_seconds = asyncio.get_running_loop().time()
        sums = [meters.hour.sums(now_seconds) for meters in self._observed.meters]
        answered, failed = sum(each[0] for each in sums), sum(each[1] for each in sums)
        found = thresholds(reading, round(failed / answered, 6) if answered else None)
        known = [each.ok for each in found]
        ok = False if False in known else None if None in known else True
        return ResourcesAnswer(ok, [_threshold(each) for each in found])

    async def page(self, _: Request) -> Response:
        """Every role's counts and the system's own figures, each family once."""
        registries = [meters.registry for meters in self._observed.meters]
        return Response(page_of(registries), headers={"content-type": CONTENT_TYPE})


def _threshold(each: Threshold) -> ThresholdAnswer:
    state: Literal["ok", "over", "unknown"] = "unknown" if each.ok is None else "ok" if each.ok else "over"
    return ThresholdAnswer(each.name, each.value, each.bound, each.at_least, state)
