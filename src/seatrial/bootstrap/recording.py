"""The recorder of a real platform: what it looks at, where it writes, and the file that tells other terminals."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
import structlog

from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.evidence import append
from seatrial.bootstrap.releases.running import RunningRelease
from seatrial.bootstrap.releases.store import ReleaseStore
from seatrial.bootstrap.run_files import run_folder
from seatrial.bootstrap.running_file import FILE
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.soak_records import body_of
from seatrial.domain.bars import Session
from seatrial.domain.faults import DataFault
from seatrial.domain.orders import OrderStatus
from seatrial.market.sessions import sessions, utc_date
from seatrial.services.crew import Crew
from seatrial.services.health import worst
from seatrial.services.platform import Platform
from seatrial.services.recorder import Recorder, Sample, Window

TOLD_EVERY_S = 5.0

_log = structlog.get_logger("seatrial.services")


class Recording:
    """`start` once the platform has, `close` before it does. Nothing that goes wrong here ends the platform."""

    def __init__(self, settings: Settings, platform: Platform, running: RunningRelease) -> None:
        self._settings = settings
        self._platform = platform
        self._running = running
        self._store = ReleaseStore(settings.evidence)
        self._crew = Crew("recorder", _lost)
        self._told: tuple[str | None, str] | None = None
        self.recorder = Recorder(WallClock(), self.look, self.keep, self.sessions_at)

    def start(self, say: Callable[[str], None]) -> None:
        """Begin to measure and to tell; `say` hears what runs."""
        release, note = self._running.state()
        say(f"runs release {release}" if release else f"runs no sealed release: {note}")
        self._crew.start("measuring", self.recorder.run())
        self._crew.start("telling", self._tell())

    async def close(self) -> None:
        """Keep the open window."""
        await self._crew.close()
        await self.recorder.close()
        (run_folder(self._settings.state) / FILE).unlink(missing_ok=True)

    async def look(self) -> Sample:
        """One look at everything this process knows."""
        release, note = await asyncio.to_thread(self._running.state)
        states = await self._platform.observability.services()
        now_s = asyncio.get_running_loop().time()
        execution = self._platform.execution
        chronicle = self._platform.observed.chronicle
        return Sample(
            release=release,
            note=note,
            status=worst([state.status for state in states.values()]),
            orders=sum(chronicle.approved.values()),
            fills=sum(chronicle.filled.values()),
            unknown_orders=sum(order.status is OrderStatus.UNKNOWN for order in execution.machine.orders()),
            breaks=sum(each.trouble is not None for each in execution.reconcilers.values()),
            failed_answers=sum(meters.hour.sums(now_s)[1] for meters in self._platform.observed.meters),
        )

    async def keep(self, window: Window) -> None:
        """Append a window to the stage's chain, away from the event loop: the disk may be slow.

        Where nothing was ever sealed there is no soak it could count for or interrupt, and nothing is written.
        """
        if window.release is None and not self._store.ids():
            return
        await asyncio.to_thread(self._append, window)

    def sessions_at(self, since_ns: int, until_ns: int) -> Sequence[tuple[str, Session]]:
        """The sessions of every traded calendar that touch a span. Beyond the known years there are none."""
        first, last = utc_date(since_ns) - timedelta(days=1), utc_date(until_ns) + timedelta(days=1)
        found = []
        for calendar in sorted({account.calendar for account in self._platform.parts.machine.accounts}):
            try:
                known = sessions(calendar, first, last)
            except DataFault:
                continue
            found += [(calendar, each) for each in known if each.open_ns < until_ns and since_ns < each.close_ns]
        return found

    def _append(self, window: Window) -> None:
        digest = self._store.get(window.release).digest if window.release else None
        append(self._settings, "measurement", digest, body_of(window), actor="recorder")

    async def _tell(self) -> None:
        """`run/release.json`, for `seatrial status` and for measurements where no token is at hand."""
        path = run_folder(self._settings.state) / FILE
        while True:
            told = await asyncio.to_thread(self._running.state)
            if told != self._told:
                body = {"release": told[0], "note": told[1], "stage": str(self._settings.stage)}
                await asyncio.to_thread(_write, path, msgspec.json.encode(body | {"mode": str(self._settings.mode)}))
                _log.info("release", release=told[0], note=told[1])
                self._told = told
            await asyncio.sleep(TOLD_EVERY_S)


def _write(path: Path, text: bytes) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".new")
    partial.write_bytes(text)
    partial.replace(path)


def _lost(name: str, error: BaseException | None) -> None:
    """A soak that nobody measures does not count; the platform trades on."""
    _log.error("the recorder stopped", task=name, why=str(error))
