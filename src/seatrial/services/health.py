"""How a role says how it is: every dependency asked at once, none allowed to hold up the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from seatrial.domain.time import Clock, rfc3339

CHECK_SECONDS_MAX = 0.5  # so that the whole answer takes less than one


class Status(StrEnum):
    """In order of severity."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


_SEVERITY = list(Status)


def worst(statuses: Sequence[Status]) -> Status:
    """The most severe of them; healthy where there are none."""
    return max(statuses, key=_SEVERITY.index, default=Status.HEALTHY)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who answers. `mode` and `stage` are the words of the settings."""

    service: str
    version: str
    stage: str
    mode: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one check found; the message is for a person."""

    status: Status
    message: str = ""


Check = Callable[[], Awaitable[Verdict]]


@dataclass(frozen=True, slots=True)
class Part:
    """Something a role depends on. Without a part that is not `vital` the role is degraded, not unhealthy."""

    name: str
    check: Check
    vital: bool = True


@dataclass(frozen=True, slots=True)
class Component:
    """One part's state in an answer."""

    name: str
    status: Status
    message: str
    checked_at: str
    duration_ms: float


@dataclass(frozen=True, slots=True)
class HealthReport:
    """The body of `/health`."""

    status: Status
    service: str
    version: str
    timestamp: str
    stage: str
    mode: str
    components: tuple[Component, ...]


class Health:
    """Asks the parts of a role. A check that hangs is told as such, and never asked twice at the same time."""

    def __init__(
        self,
        identity: Identity,
        clock: Clock,
        parts: Sequence[Part],
        *,
        check_seconds: float = CHECK_SECONDS_MAX,
    ) -> None:
        self.identity = identity
        self.clock = clock
        self._parts = tuple(parts)
        self._check_seconds = check_seconds
        self._asked: dict[str, asyncio.Future[Verdict]] = {}

    async def report(self) -> HealthReport:
        """Ask every part; answers within `check_seconds`."""
        started = asyncio.get_running_loop().time()
        asked = [self._ask(part) for part in self._parts]
        if asked:
            await asyncio.wait(asked, timeout=self._check_seconds)
        components = tuple(self._component(part, task, started) for part, task in zip(self._parts, asked, strict=True))
        return HealthReport(
            status=worst([_felt(part, each) for part, each in zip(self._parts, components, strict=True)]),
            service=self.identity.service,
            version=self.identity.version,
            timestamp=rfc3339(self.clock.now_ns()),
            stage=self.identity.stage,
            mode=self.identity.mode,
            components=components,
        )

    async def close(self) -> None:
        """Give up on checks that still hang."""
        hanging = [task for task in self._asked.values() if not task.done()]
        for task in hanging:
            task.cancel()
        if hanging:
            await asyncio.wait(hanging, timeout=self._check_seconds)

    def _ask(self, part: Part) -> asyncio.Future[Verdict]:
        """A check that still hangs from an earlier question is waited for again instead of being piled up."""
        earlier = self._asked.get(part.name)
        if earlier is None or earlier.done():
            earlier = self._asked[part.name] = asyncio.ensure_future(part.check())
        return earlier

    def _component(self, part: Part, task: asyncio.Future[Verdict], started: float) -> Component:
        verdict = self._verdict(task)
        elapsed_ms = (asyncio.get_running_loop().time() - started) * 1_000
        at = rfc3339(self.clock.now_ns())
        return Component(part.name, verdict.status, verdict.message, at, round(elapsed_ms, 3))

    def _verdict(self, task: asyncio.Future[Verdict]) -> Verdict:
        if not task.done():
            return Verdict(Status.UNHEALTHY, f"no answer within {self._check_seconds} s")
        if task.cancelled():
            return Verdict(Status.UNHEALTHY, "the check was cancelled")
        error = task.exception()
        if error is not None:
            return Verdict(Status.UNHEALTHY, f"{type(error).__name__}: {error}")
        return task.result()


def _felt(part: Part, component: Component) -> Status:
    """What a part's state means for the whole."""
    if component.status is Status.UNHEALTHY and not part.vital:
        return Status.DEGRADED
    return component.status
