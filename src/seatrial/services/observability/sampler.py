"""What is written to the metrics history: every few seconds a sample of everything, and each equity point once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping

from seatrial.domain.ids import AccountId
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.time import Clock
from seatrial.services.observability.books import AccountBook
from seatrial.services.observability.chronicle import Chronicle
from seatrial.services.observability.equity import POINTS_KEPT_MAX, EquityPoint, point_of
from seatrial.services.observability.exposure import exposures
from seatrial.services.observability.metrics_file import Sample
from seatrial.services.observability.observed import Observed
from seatrial.services.observability.resources import Reading
from seatrial.services.observability.station import Station

SECONDS_BETWEEN = 10.0
PLATFORM = "platform"
_PERCENT = CASH_SCALE  # a percent, as any unit, in 1e-8

Latencies = Callable[[], Awaitable[Mapping[str, float | None]]]  # ms by role, None for one that does not answer


class Sampler:
    """Samples one platform for one writer."""

    def __init__(self, observed: Observed, latencies: Latencies, station: Station) -> None:
        self._observed = observed
        self._latencies = latencies
        self._probe = station.probe
        self._writer = station.writer
        self._clock: Clock = observed.clock
        self._written_ns: dict[AccountId, int] = {}  # market time of the newest equity point handed over

    async def run(self) -> None:
        """Sample for ever, beginning at once: the history exists from the first second."""
        while True:
            await self.sample()
            await asyncio.sleep(SECONDS_BETWEEN)

    async def sample(self) -> None:
        """Hand one sample of everything to the writer."""
        reading = await self._probe.read()
        latencies = await self._latencies()
        now_ns = self._clock.now_ns()
        samples = [*_resources(reading, now_ns), *self._counts(now_ns), *self._exposures(now_ns)]
        for service, latency_ms in latencies.items():
            samples.append(Sample(now_ns, service, "up", CASH_SCALE * (latency_ms is not None), "flag"))
            if latency_ms is not None:
                samples.append(Sample(now_ns, service, "latency_ms", round(latency_ms * CASH_SCALE), "ms"))
        for book in self._observed.chronicle.books.accounts.values():
            samples += self._equity(book, now_ns)
        self._writer.put(samples)

    def _equity(self, book: AccountBook, now_ns: int) -> Iterator[Sample]:
        """The points since the last sample. Those of an earlier process were written by it, or are in the journal."""
        account = book.account.id
        if account not in self._written_ns and self._observed.execution.waiting_for is not None:
            return  # the journal is still being read back
        since_ns = self._written_ns.setdefault(account, book.as_of_ns)
        points = self._observed.chronicle.equity.of(book, since_ns, POINTS_KEPT_MAX)[:-1]  # the present one moves on
        for point in points:
            yield from _point(point, book, now_ns)
            self._written_ns[account] = point.at_ns

    def _exposures(self, now_ns: int) -> Iterator[Sample]:
        for one in exposures(self._observed.execution.machine):
            for metric, units in (
                ("gross_exposure", one.gross_units),
                ("net_exposure", one.net_units),
                ("worst_exposure", one.worst_units),
            ):
                yield Sample(now_ns, "execution", metric, units, one.currency, one.account)
            count = one.open_positions * CASH_SCALE
            yield Sample(now_ns, "execution", "open_positions", count, "count", one.account)
            book = self._observed.chronicle.books.accounts[one.account]
            if book.as_of_ns:
                equity = point_of(book).equity_units
                yield Sample(now_ns, "execution", "equity_now", equity, one.currency, one.account)

    def _counts(self, now_ns: int) -> Iterator[Sample]:
        chronicle: Chronicle = self._observed.chronicle
        counts = {
            "journal_seq": chronicle.last_seq,
            "orders": chronicle.approved.total(),
            "fills": chronicle.fills.total,
            "refusals": chronicle.notices.refused.total(),
            "alerts": chronicle.notices.alerted.total(),
            "halted": int(self._observed.execution.engine.latched is not None),
        }
        for metric, count in counts.items():
            yield Sample(now_ns, "execution", metric, count * CASH_SCALE, "count")


def _point(point: EquityPoint, book: AccountBook, now_ns: int) -> Iterator[Sample]:
    for metric, units in (
        ("equity", point.equity_units),
        ("cash", point.cash_units),
        ("realized", point.realized_units),
        ("unrealized", point.unrealized_units),
    ):
        if units is not None:
            currency, account = book.account.currency, book.account.id
            yield Sample(now_ns, "execution", metric, units, currency, account, market_ns=point.at_ns)


def _resources(reading: Reading, now_ns: int) -> Iterator[Sample]:
    yield Sample(now_ns, PLATFORM, "cpu_percent", round(reading.cpu_percent * _PERCENT), "percent")
    yield Sample(now_ns, PLATFORM, "memory_percent", round(reading.memory_percent * _PERCENT), "percent")
    yield Sample(now_ns, PLATFORM, "disk_percent", round(reading.disk_percent * _PERCENT), "percent")
    yield Sample(now_ns, PLATFORM, "disk_free", reading.disk_free_bytes * CASH_SCALE, "bytes")
    yield Sample(now_ns, PLATFORM, "process_memory", reading.process_bytes * CASH_SCALE, "bytes")
    yield Sample(now_ns, PLATFORM, "errors_last_hour", reading.errors_last_hour * CASH_SCALE, "count")
