"""The platform's own record of how long and how well it ran: what a soak is counted from.

Measured on the wall's clock, every minute, into a window in memory; a window is told to `keep` when an hour is full,
a session ends, another release runs or the platform stops. After a crash the last window is missing: that time does
not count, which errs on the safe side. Never wired where time jumps.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

import structlog

from seatrial.domain.bars import Session
from seatrial.domain.faults import SeatrialFault
from seatrial.domain.time import HOUR_NS, MINUTE_NS, SECOND_NS, Clock
from seatrial.services.health import Status

MEASURED_EVERY_NS = MINUTE_NS
WINDOW_NS_MAX = HOUR_NS
GAP_NS_MAX = 2 * MINUTE_NS  # a longer silence, such as a laptop's sleep, is not uptime
KEPT_BACK_MAX = 48  # windows waiting for a disk that does not take them

_log = structlog.get_logger("seatrial.services")


@dataclass(frozen=True, slots=True)
class Sample:
    """One look. `orders` and `fills` count from the start of the process, the others are as of now.

    `failed_answers` are those with 5xx in the last hour. `release` is None where what runs is not sealed; `note`
    says why.
    """

    release: str | None
    note: str
    status: Status
    orders: int = 0
    fills: int = 0
    unknown_orders: int = 0
    breaks: int = 0
    failed_answers: int = 0


@dataclass(frozen=True, slots=True)
class SessionUp:
    """A trading session, and for how much of it the platform was up and healthy."""

    calendar: str
    label: str
    start_ns: int
    end_ns: int
    up_ns: int


@dataclass(frozen=True, slots=True)
class Window:
    """What was measured between two instants of wall time, of one release. Orders and fills are of it alone."""

    release: str | None
    note: str
    start_ns: int
    end_ns: int
    up_ns: int = 0
    healthy_ns: int = 0
    sessions: tuple[SessionUp, ...] = ()
    orders: int = 0
    fills: int = 0
    unknown_orders_max: int = 0
    breaks_max: int = 0
    failed_answers_max: int = 0


Look = Callable[[], Awaitable[Sample]]
Keep = Callable[[Window], Awaitable[None]]
SessionsAt = Callable[[int, int], Sequence[tuple[str, Session]]]  # every session that touches a span of wall time


@dataclass(slots=True)
class Recorder:
    """`run` measures until it is cancelled; `close` keeps what is still in memory."""

    clock: Clock
    look: Look
    keep: Keep
    sessions_at: SessionsAt
    every_ns: int = MEASURED_EVERY_NS
    window_ns_max: int = WINDOW_NS_MAX
    kept_windows: int = 0
    _window: Window | None = None
    _last: Sample | None = None
    _waiting: list[Window] = field(default_factory=list)

    async def run(self) -> None:
        """Measure for ever."""
        while True:
            await self.measure()
            await asyncio.sleep(self.every_ns / SECOND_NS)

    async def measure(self) -> None:
        """One look: time since the last one is added to its window, if nothing changed in between."""
        sample = await self.look()
        now_ns: int = self.clock.now_ns()
        window, last = self._window, self._last
        self._last = sample
        if window is None or last is None or not 0 <= now_ns - window.end_ns <= max(GAP_NS_MAX, 2 * self.every_ns):
            await self._end()
            self._window = Window(sample.release, sample.note, now_ns, now_ns)
            return
        sessions = self.sessions_at(window.end_ns, now_ns)
        self._window = _added(window, last, sample, now_ns, sessions)
        over = any(session.close_ns <= now_ns for _, session in sessions)
        if sample.release != window.release or over or now_ns - window.start_ns >= self.window_ns_max:
            await self._end()
            self._window = Window(sample.release, sample.note, now_ns, now_ns)

    async def close(self) -> None:
        """Keep the open window."""
        if self._window is not None and self._last is not None:
            await self.measure()
        await self._end()

    async def _end(self) -> None:
        """Give the window to `keep`; what the disk does not take waits, oldest first, within bounds."""
        if self._window is not None and self._window.up_ns:
            self._waiting.append(self._window)
            del self._waiting[:-KEPT_BACK_MAX]
        self._window = None
        while self._waiting:
            try:
                await self.keep(self._waiting[0])
            except SeatrialFault as fault:
                _log.error("a soak window could not be kept", why=str(fault), waiting=len(self._waiting))
                return
            self._waiting.pop(0)
            self.kept_windows += 1


def _added(window: Window, before: Sample, now: Sample, now_ns: int, sessions: Sequence[tuple[str, Session]]) -> Window:
    """The window after one more span. A span is healthy when both its ends are, and of one release."""
    span_ns = now_ns - window.end_ns
    healthy = before.status is now.status is Status.HEALTHY and before.release == now.release
    seen = {(each.calendar, each.label): each for each in window.sessions}
    for calendar, session in sessions:
        inside_ns = min(now_ns, session.close_ns) - max(window.end_ns, session.open_ns)
        known = seen.get((calendar, session.day))
        if known is None:
            known = SessionUp(calendar, session.day, session.open_ns, session.close_ns, 0)
        if healthy and inside_ns > 0:
            known = replace(known, up_ns=known.up_ns + inside_ns)
        seen[calendar, session.day] = known
    return replace(
        window,
        end_ns=now_ns,
        up_ns=window.up_ns + span_ns,
        healthy_ns=window.healthy_ns + span_ns * healthy,
        sessions=tuple(seen.values()),
        orders=window.orders + max(0, now.orders - before.orders),
        fills=window.fills + max(0, now.fills - before.fills),
        unknown_orders_max=max(window.unknown_orders_max, now.unknown_orders),
        breaks_max=max(window.breaks_max, now.breaks),
        failed_answers_max=max(window.failed_answers_max, now.failed_answers),
    )
