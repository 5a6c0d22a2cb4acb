"""The background tasks of a role. None of them dies in silence, and all of them end with the role."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import structlog

from seatrial.services.health import Status, Verdict

_log = structlog.get_logger("seatrial.services")

T = TypeVar("T")

OnDeath = Callable[[str, BaseException | None], None]


class Crew:
    """Tasks that should live as long as their role.

    `on_death` hears the name and the error of a task that ended by itself; None means it returned.
    """

    def __init__(self, role: str, on_death: OnDeath | None = None) -> None:
        self.role = role
        self.dead: dict[str, str] = {}
        self._on_death = on_death
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._closing = False

    def start(self, name: str, work: Coroutine[Any, Any, None], on_death: OnDeath | None = None) -> None:
        """Run a coroutine that is not expected to end; `on_death` here stands in for the crew's own."""
        assert name not in self._tasks, f"{name} already works for {self.role}"
        task = asyncio.create_task(work, name=f"{self.role}:{name}")
        self._tasks[name] = task
        task.add_done_callback(lambda ended: self._ended(name, ended, on_death or self._on_death))

    def working(self, name: str) -> bool:
        """Whether the task was started and has not ended."""
        return name in self._tasks and not self._tasks[name].done()

    async def check(self) -> Verdict:
        """Healthy while everybody works."""
        if self.dead:
            told = "; ".join(f"{name}: {why}" for name, why in self.dead.items())
            return Verdict(Status.UNHEALTHY, f"stopped working: {told}")
        return Verdict(Status.HEALTHY, f"{len(self._tasks)} tasks work")

    async def close(self) -> None:
        """Cancel everybody and wait until they are gone."""
        self._closing = True
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tasks.clear()

    def _ended(self, name: str, task: asyncio.Task[None], on_death: OnDeath | None) -> None:
        if task.cancelled() or self._closing:
            return
        error = task.exception()
        self.dead[name] = "it returned" if error is None else f"{type(error).__name__}: {error}"
        _log.error("a background task died", role=self.role, task=name, why=self.dead[name], exc_info=error)
        if on_death is not None:
            on_death(name, error)


async def attempt(work: Coroutine[Any, Any, T]) -> tuple[T, None] | tuple[None, BaseException]:
    """Run somebody else's program in a task of its own: its result, or the error that ended it."""
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task})
    finally:
        task.cancel()
    error = asyncio.CancelledError() if task.cancelled() else task.exception()
    return (task.result(), None) if error is None else (None, error)
