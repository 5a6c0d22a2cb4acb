"""What observability watches: wired to the order path's entries and to the bus of one process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from prometheus_client.registry import Collector

from seatrial.domain.time import Clock
from seatrial.services.bus import Bus, Overflow
from seatrial.services.crew import Crew, OnDeath
from seatrial.services.execution.service import ExecutionService
from seatrial.services.observability.chronicle import Chronicle
from seatrial.services.observability.commit_meter import CommitMeter
from seatrial.services.observability.meters import RoleMeters
from seatrial.services.observability.metrics_hub import MetricsHub
from seatrial.services.observability.spoken import Spoken
from seatrial.services.observability.station import Station
from seatrial.services.topics import Decision, Notice

METRICS_INTERVAL_MS = 100


# A limit as its file names and writes it, and whether it is a symbol's own, to its field and whole units.
# Raises RequestFault where there is none such, or the value is none of its accepted ones.
ReadLimit = Callable[[str, object, bool], tuple[str, int]]


class Observed:
    """The order path and the bus, heard. `settings` is the body of `/api/v1/config`.

    `meters` are those of the roles in this process, and `collectors` what other rooms count; whoever wires the
    platform adds them. A `station` reads files on threads, so rehearsals and simulations have none.
    """

    def __init__(
        self,
        execution: ExecutionService,
        bus: Bus,
        clock: Clock,
        settings: Callable[[], Mapping[str, object]],
        *,
        station: Station | None = None,
        interval_ms: int = METRICS_INTERVAL_MS,
        on_death: OnDeath | None = None,
    ) -> None:
        self.execution = execution
        self.clock = clock
        self.settings = settings
        self.station = station
        self.interval_ms = interval_ms
        self.chronicle = Chronicle(execution.machine.accounts, execution.machine.instruments, clock)
        self.spoken = Spoken()
        self.read_limit: ReadLimit | None = None  # whoever knows the file of limits wires it
        self.meters: list[RoleMeters] = []
        self.collectors: list[Collector] = []
        self.hub: MetricsHub | None = None
        self.commits = CommitMeter()
        execution.engine.on_commit = self.commits.committed
        self.collectors.append(self.commits)
        execution.follow(replayed=self.chronicle.replayed, committed=self.chronicle.committed)
        self.crew = Crew("observability", on_death)
        self.history = Crew("metrics history")  # its death is told by health, and never ends the order path
        if station is not None:
            station.writer.on_dropped = self._tell_dropped
        self._told = bus.subscribe(Notice, "observability", overflow=Overflow.DROP_OLDEST)
        self._decided = bus.subscribe(Decision, "observability", overflow=Overflow.DROP_OLDEST)

    async def start(self, sampling: Callable[[], Awaitable[None]] | None = None) -> None:
        """Begin to listen to the bus. The order path is heard from the moment this was built."""
        self.crew.start("notices", self._hear_notices())
        self.crew.start("decisions", self._hear_decisions())
        if self.hub is not None:
            self.crew.start("pictures", self.hub.run())
            self.crew.start("pings", self.hub.ping())
        if self.station is not None and sampling is not None:
            self.history.start("writer", self.station.writer.run())
            self.history.start("sampler", _run(sampling))

    async def close(self) -> None:
        """Stop listening; what waits for the metrics history is written."""
        self._told.close()
        self._decided.close()
        if self.hub is not None:
            self.hub.close()
        await self.crew.close()
        await self.history.close()
        if self.station is not None:
            await self.station.writer.close()

    def _tell_dropped(self, count: int) -> None:
        now_ns = self.clock.now_ns()
        detail = f"{count} metric samples were given up: the metrics history could not be written for too long"
        self.chronicle.notices.hear(Notice("metric_samples_dropped", detail, now_ns), now_ns)

    async def _hear_notices(self) -> None:
        async for notice in self._told:
            self.chronicle.notices.hear(notice, self.clock.now_ns())

    async def _hear_decisions(self) -> None:
        async for decision in self._decided:
            self.spoken.hear(decision)


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    await work()
