"""The role observability (8000): one answer on how all roles are, and what it has learnt itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
import msgspec

from seatrial.domain.time import Clock
from seatrial.services.health import Check, Health, Identity, Part, Status, Verdict
from seatrial.services.observability.observed import Observed
from seatrial.services.observability.sampler import Sampler

ROLE_SECONDS_MAX = 0.8  # a role answers within half a second, whatever hangs behind it


@dataclass(frozen=True, slots=True)
class RoleDoor:
    """How to reach a role. `vital` roles make the whole unhealthy when they are."""

    port: int
    client: httpx.AsyncClient
    vital: bool = True


@dataclass(frozen=True, slots=True)
class RoleState:
    """One role as it answers now; `latency_ms` is None where it does not."""

    status: Status
    port: int
    latency_ms: float | None
    message: str


class _RoleHealth(msgspec.Struct):
    status: Status


class Observability:
    """The role. It asks everybody how they are; what it has learnt itself is in `observed`."""

    def __init__(
        self, identity: Identity, clock: Clock, roles: Mapping[str, RoleDoor], observed: Observed | None = None
    ) -> None:
        self.identity = identity
        self.clock = clock
        self._observed = observed
        self._roles = dict(roles)
        parts = [Part(name, self._checking(door), door.vital) for name, door in roles.items()]
        if observed is not None:
            parts.append(Part("tasks", observed.crew.check))
        if observed is not None and observed.station is not None:
            parts.append(Part("metrics history", observed.history.check, vital=False))
            parts.append(Part("metrics writer", observed.station.writer.check, vital=False))
        self.health = Health(identity, clock, parts, check_seconds=ROLE_SECONDS_MAX)

    async def start(self) -> None:
        """Begin to listen. How the roles are is asked when somebody wants to know."""
        if self._observed is not None:
            station = self._observed.station
            sampler = None if station is None else Sampler(self._observed, self.latencies, station)
            await self._observed.start(None if sampler is None else sampler.run)

    async def close(self) -> None:
        """Stop listening, and give up on questions under way."""
        if self._observed is not None:
            await self._observed.close()
        await self.health.close()

    async def services(self) -> dict[str, RoleState]:
        """Every role, asked at once."""
        states = await asyncio.gather(*(self._ask(door) for door in self._roles.values()))
        return dict(zip(self._roles, states, strict=True))

    async def latencies(self) -> dict[str, float | None]:
        """How long each role took to answer, in milliseconds; None for one that does not."""
        return {name: state.latency_ms for name, state in (await self.services()).items()}

    def _checking(self, door: RoleDoor) -> Check:
        async def check() -> Verdict:
            state = await self._ask(door)
            return Verdict(state.status, state.message)

        return check

    async def _ask(self, door: RoleDoor) -> RoleState:
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with asyncio.timeout(ROLE_SECONDS_MAX):
                response = await door.client.get("/health")
            said = msgspec.json.decode(response.content, type=_RoleHealth)
        except TimeoutError:
            return RoleState(Status.UNHEALTHY, door.port, None, f"no answer within {ROLE_SECONDS_MAX} s")
        except httpx.TransportError as fault:
            return RoleState(Status.UNHEALTHY, door.port, None, f"{type(fault).__name__}: {fault}")
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            return RoleState(Status.UNHEALTHY, door.port, None, f"not a health answer: {fault}")
        latency_ms = round((loop.time() - started) * 1_000, 3)
        return RoleState(said.status, door.port, latency_ms, f"answers {response.status_code} {said.status}")


def build_observability(
    *, identity: Identity, clock: Clock, roles: Mapping[str, RoleDoor], observed: Observed | None = None
) -> Observability:
    """The role, not started. `roles` by name, with clients of whoever calls."""
    return Observability(identity, clock, roles, observed)
