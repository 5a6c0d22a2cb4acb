"""Puts the real platform into a simulated world: what `seatrial simulate` runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from seatrial.domain.faults import InvariantBroken
from seatrial.domain.time import SECOND_NS
from seatrial.runs.simulation.driver import MINUTES, SimulationResult, run_seed
from seatrial.runs.simulation.world import PlatformNeeds, SimulatedPlatform
from seatrial.services.execution.reconciler import ReconcileRules
from seatrial.services.health import Status
from seatrial.services.platform import Platform, PlatformParts, PlatformRules

RECONCILE_NS = 30 * SECOND_NS  # rarer than in production: most of a simulation's cost is asking

OnProgress = Callable[[SimulationResult | InvariantBroken], None]


class _Platform:
    """`services.platform` as a simulation sees it."""

    def __init__(self, needs: PlatformNeeds) -> None:
        self._platform = Platform(
            PlatformParts(
                version="0",
                stage="dev",
                mode="sim",
                clock=needs.clock,
                machine=needs.machine,
                journal=needs.journal,
                venues=needs.venues,
                market_venues=needs.market_venues,
                sources=needs.sources,
                config=dict,
                new_request_id=needs.new_request_id,
            ),
            PlatformRules(reconcile=ReconcileRules(interval_ns=RECONCILE_NS, dividends_at_once=True)),
        )
        self.machine = needs.machine
        self.execution_door = self._platform.doors["execution"]

    async def live(self) -> None:
        """See `SimulatedPlatform`."""
        await self._platform.start()
        await self._platform.ended()

    async def ills(self) -> list[str]:
        """See `SimulatedPlatform`."""
        roles = (self._platform.market_data, self._platform.signals, self._platform.orchestrator)
        reports = [await health.report() for health in [role.health for role in roles]]
        parts = [
            part for report in [*reports, await self._platform.execution_health.report()] for part in report.components
        ]
        return [f"{part.name}: {part.message}" for part in parts if part.status is Status.UNHEALTHY]

    @property
    def latched(self) -> str | None:
        """See `SimulatedPlatform`."""
        return self._platform.execution.engine.latched

    @property
    def settled(self) -> bool:
        """See `SimulatedPlatform`."""
        return self._platform.execution.settled


def build_simulated_platform(needs: PlatformNeeds) -> SimulatedPlatform:
    """The production platform, on what the simulation gives it."""
    return _Platform(needs)


def simulate(seed: int, *, minutes: int = MINUTES) -> SimulationResult:
    """One seed, from the opening bell until all is counted.

    Raises:
        InvariantBroken: by its name, with the command that replays it.
    """
    with _quiet_logs():
        return run_seed(seed, build_simulated_platform, minutes=minutes)


@contextmanager
def _quiet_logs() -> Iterator[None]:
    """What a platform logs on a bad day would bury the one line that matters; the journal has it all."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)


def simulate_many(
    first: int, count: int, on_progress: OnProgress | None = None, *, minutes: int = MINUTES
) -> Iterator[SimulationResult | InvariantBroken]:
    """Seeds `first .. first + count - 1`, one after the other; a failing one is a result too."""
    for seed in range(first, first + count):
        outcome: SimulationResult | InvariantBroken
        try:
            outcome = simulate(seed, minutes=minutes)
        except InvariantBroken as broken:
            outcome = broken
        if on_progress is not None:
            on_progress(outcome)
        yield outcome
