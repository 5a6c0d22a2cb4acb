"""What a role needs, asked at once and timed: does it answer, and how fast?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from seatrial.domain.faults import SeatrialFault
from seatrial.services.bus import Bus, Overflow
from seatrial.services.health import Check, Status, Verdict

ANSWER_SECONDS_MAX = 0.5


@dataclass(frozen=True, slots=True)
class Dependency:
    """One dependency now. `latency_ms` is null where it did not answer."""

    healthy: bool
    latency_ms: float | None
    message: str


@dataclass(frozen=True, slots=True)
class _Ping:
    number: int


class BusCheck:
    """Says something over the bus and waits until it is heard."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._number = 0

    async def __call__(self) -> Verdict:
        """Healthy when our own words come back."""
        self._number += 1
        heard = self._bus.subscribe(_Ping, "ping", overflow=Overflow.DROP_OLDEST)
        try:
            await self._bus.publish(_Ping(self._number))
            await anext(heard)
        finally:
            heard.close()
        return Verdict(Status.HEALTHY, "news is passed on")


async def ask_all(checks: Mapping[str, Check]) -> dict[str, Dependency]:
    """Every dependency, asked at the same time; one that hangs does not hold up the others."""
    asked = await asyncio.gather(*(_ask(check) for check in checks.values()))
    return dict(zip(checks, asked, strict=True))


async def _ask(check: Check) -> Dependency:
    loop = asyncio.get_running_loop()
    started = loop.time()
    try:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            verdict = await check()
    except TimeoutError:
        return Dependency(False, None, f"no answer within {ANSWER_SECONDS_MAX} s")
    except SeatrialFault as fault:
        return Dependency(False, None, str(fault))
    latency_ms = round((loop.time() - started) * 1_000, 3)
    return Dependency(verdict.status is not Status.UNHEALTHY, latency_ms, verdict.message)
