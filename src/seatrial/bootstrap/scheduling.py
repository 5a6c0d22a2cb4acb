"""Which schedule holds: a strategy's own, or the interval of the settings where somebody has set one."""

from __future__ import annotations

from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.sources import DEFAULT
from seatrial.services.scheduler import SchedulerRules
from seatrial.services.schedules import Every, OnBarClose, Schedule, parse_schedule

EXECUTION_SECONDS = "orchestrator.execution_seconds"


def effective_schedule(settings: Settings, said: str) -> Schedule:
    """The schedule of a strategy that says `said`.

    Raises:
        RequestFault: it says no schedule.
    """
    own = parse_schedule(said)
    return default_schedule(settings) if isinstance(own, OnBarClose) else own


def default_schedule(settings: Settings) -> Schedule:
    """What holds for a strategy that acts on bars: they decide, unless an interval is set. 60 then means 60."""
    if settings.sources[EXECUTION_SECONDS] == DEFAULT:
        return OnBarClose()
    return Every(settings.values[EXECUTION_SECONDS])


def scheduler_rules(settings: Settings) -> SchedulerRules:
    """How often the scheduler looks and beats. Nothing is raised in silence: what is set holds."""
    return SchedulerRules(
        refresh_seconds=settings.values["orchestrator.refresh_seconds"],
        heartbeat_seconds=settings.values["orchestrator.heartbeat_seconds"],
    )
