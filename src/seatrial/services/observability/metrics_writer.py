"""Writes the metrics history: samples are gathered, and appended in batches whenever the file can be had.

While another process holds the file, samples wait here. Only beyond `SAMPLES_WAITING_MAX`, which is days, the
oldest are given up: counted, logged, and told as a notice.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

import structlog

from seatrial.domain.ids import AccountId
from seatrial.services.health import Status, Verdict
from seatrial.services.observability.equity import EquityPoint
from seatrial.services.observability.metrics_file import (
    FileFigures,
    MetricsBroken,
    MetricsFile,
    MetricsLocked,
    Sample,
)

_log = structlog.get_logger("seatrial.services.observability")

SAMPLES_WAITING_MAX = 500_000
RETRY_SECONDS = 0.05
RETRY_SECONDS_MAX = 5.0
LAST_SECONDS_MAX = 5.0  # how long the end of the process waits for the file
QUIET_SECONDS = 10.0  # a lock that is held longer than this is worth a warning


class MetricsWriter:
    """The only writer of one file in this process. `on_dropped` hears how many samples were given up."""

    def __init__(self, file: MetricsFile, on_dropped: Callable[[int], None] = lambda _: None) -> None:
        self.on_dropped = on_dropped
        self.figures: FileFigures | None = None  # as after the newest batch
        self.written = 0
        self.dropped = 0
        self.lock_waits = 0  # times the file could not be had
        self.trouble: str | None = None  # why the newest try failed; None after one that worked
        self._file = file
        self._waiting: deque[Sample] = deque()
        self._filled = asyncio.Event()
        self._turn = asyncio.Lock()  # one connection at a time: a reader of this process waits its turn too

    @property
    def waiting(self) -> int:
        """Samples not written yet."""
        return len(self._waiting)

    def put(self, samples: Sequence[Sample]) -> None:
        """Take samples in; never blocks."""
        self._waiting.extend(samples)
        over = len(self._waiting) - SAMPLES_WAITING_MAX
        if over > 0:
            for _ in range(over):
                self._waiting.popleft()
            self.dropped += over
            _log.error("metric samples given up", dropped=over, waiting=len(self._waiting), why=self.trouble)
            self.on_dropped(over)
        self._filled.set()

    async def run(self) -> None:
        """Write for ever, with longer and longer pauses while the file cannot be had."""
        pause_seconds, blocked_seconds = RETRY_SECONDS, 0.0
        while True:
            await self._filled.wait()
            if await self.flush():
                pause_seconds, blocked_seconds = RETRY_SECONDS, 0.0
                continue
            before = blocked_seconds
            await asyncio.sleep(pause_seconds)
            blocked_seconds += pause_seconds
            pause_seconds = min(2 * pause_seconds, RETRY_SECONDS_MAX)
            if before < QUIET_SECONDS <= blocked_seconds:
                _log.warning("the metrics history cannot be written", waiting=self.waiting, why=self.trouble)

    async def flush(self) -> bool:
        """One try to write everything that waits; False where it has to wait on."""
        batch = tuple(self._waiting)
        if not batch:
            self._filled.clear()
            return True
        dropped_before = self.dropped
        async with self._turn:
            try:
                self.figures = await asyncio.to_thread(self._file.append, batch)
            except MetricsLocked as fault:
                self.lock_waits += 1
                self.trouble = str(fault)
                return False
            except MetricsBroken as fault:
                self.trouble = str(fault)
                return False
        self._take_off(len(batch), self.dropped - dropped_before)
        return True

    def _take_off(self, written: int, dropped: int) -> None:
        """What is written no longer waits; `dropped` of it had to give way meanwhile, from the same end."""
        self.trouble = None
        self.written += written
        for _ in range(max(written - dropped, 0)):
            self._waiting.popleft()
        if not self._waiting:
            self._filled.clear()

    async def close(self) -> None:
        """Write what waits, and wait for the file, but not for ever: what is given up then is told."""
        deadline_seconds = asyncio.get_running_loop().time() + LAST_SECONDS_MAX
        while not await self.flush():
            if asyncio.get_running_loop().time() > deadline_seconds:
                self.dropped += self.waiting
                _log.error("metric samples given up at the end", dropped=self.waiting, why=self.trouble)
                return
            await asyncio.sleep(RETRY_SECONDS)

    async def points(self, account: AccountId, since_ns: int, until_ns: int, limit: int) -> Sequence[EquityPoint]:
        """See `EquityHistory`. A file that cannot be had now gives nothing: memory still answers."""
        async with self._turn:
            try:
                return await asyncio.to_thread(self._file.equity, account, since_ns, until_ns, limit)
            except (MetricsLocked, MetricsBroken) as fault:
                _log.warning("older equity cannot be read", why=str(fault))
                return []

    async def check(self) -> Verdict:
        """Healthy while the file can be had, or could a moment ago."""
        if self.trouble is not None and self.waiting > SAMPLES_WAITING_MAX // 10:
            return Verdict(Status.DEGRADED, f"{self.waiting} samples wait: {self.trouble}")
        return Verdict(Status.HEALTHY, f"{self.written} samples written, {self.waiting} wait")
