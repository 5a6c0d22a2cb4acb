"""What observability watches: wired to the order path's entries and to the bus of one process."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from seatrial.domain.time import Clock
from seatrial.services.bus import Bus, Overflow
from seatrial.services.crew import Crew, OnDeath
from seatrial.services.execution.service import ExecutionService
from seatrial.services.observability.chronicle import Chronicle
from seatrial.services.observability.equity_history import EquityHistory
from seatrial.services.observability.spoken import Spoken
from seatrial.services.observability.storage import Storage
from seatrial.services.topics import Decision, Notice


class Observed:
    """The order path and the bus, heard. `settings` is the body of `/api/v1/config`.

    `storage` and `history` read files, so rehearsals and simulations have none.
    """

    def __init__(
        self,
        execution: ExecutionService,
        bus: Bus,
        clock: Clock,
        settings: Callable[[], Mapping[str, object]],
        *,
        storage: Storage | None = None,
        history: EquityHistory | None = None,
        on_death: OnDeath | None = None,
    ) -> None:
        self.execution = execution
        self.clock = clock
        self.settings = settings
        self.storage = storage
        self.history = history
        self.chronicle = Chronicle(execution.machine.accounts, execution.machine.instruments, clock)
        self.spoken = Spoken()
        execution.follow(replayed=self.chronicle.replayed, committed=self.chronicle.committed)
        self.crew = Crew("observability", on_death)
        self._told = bus.subscribe(Notice, "observability", overflow=Overflow.DROP_OLDEST)
        self._decided = bus.subscribe(Decision, "observability", overflow=Overflow.DROP_OLDEST)

    async def start(self) -> None:
        """Begin to listen to the bus. The order path is heard from the moment this was built."""
        self.crew.start("notices", self._hear_notices())
        self.crew.start("decisions", self._hear_decisions())

    async def close(self) -> None:
        """Stop listening."""
        self._told.close()
        self._decided.close()
        await self.crew.close()

    async def _hear_notices(self) -> None:
        async for notice in self._told:
            self.chronicle.notices.hear(notice, self.clock.now_ns())

    async def _hear_decisions(self) -> None:
        async for decision in self._decided:
            self.spoken.hear(decision)
