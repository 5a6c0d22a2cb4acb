"""The order path in a few words: may it send, what does it hold, does that fit the venues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from seatrial.domain.money import CASH_SCALE, units_text
from seatrial.services.execution.service import ExecutionService
from seatrial.services.observability.exposure import exposures, totals


@dataclass(frozen=True, slots=True)
class KillSwitch:
    """The operator's word, latched. `reason` is null while nothing is halted."""

    active: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class OrderPathState:
    """How the order path is.

    `breakers` are the words of each account: NORMAL, TRIPPED or COOLDOWN. `gross_exposure` is exact text by currency
    and null while positions are not known: dollars and tether never sum.
    """

    kill_switch: KillSwitch
    breakers: dict[str, str]
    positions_synced: bool
    gross_exposure: dict[str, str] | None


class OrderPath(Protocol):
    """Whoever knows."""

    def state(self) -> OrderPathState:
        """Now."""
        ...


class ExecutionOrderPath:
    """The order path of an execution service in the same process."""

    def __init__(self, execution: ExecutionService) -> None:
        self._execution = execution

    def state(self) -> OrderPathState:
        """See `OrderPath`."""
        service = self._execution
        known = service.waiting_for is None
        gross = totals(exposures(service.machine), "gross_units") if known else None
        return OrderPathState(
            kill_switch=KillSwitch(service.engine.latched is not None, service.engine.latched),
            breakers={str(account.id): service.machine.breaker(account.id) for account in service.machine.accounts},
            positions_synced=known and all(one.clear for one in service.reconcilers.values()),
            gross_exposure=None
            if gross is None
            else {one: units_text(each, CASH_SCALE) for one, each in gross.items()},
        )


def worst_breaker(breakers: Mapping[str, str]) -> str:
    """One word for all accounts: TRIPPED before COOLDOWN before NORMAL."""
    return next((word for word in ("TRIPPED", "COOLDOWN") if word in breakers.values()), "NORMAL")
