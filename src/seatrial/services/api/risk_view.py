"""Risk as it stands at this moment, ready to be answered; every door that shows risk shows this."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from seatrial.domain.time import rfc3339
from seatrial.services.api.money_words import money, when
from seatrial.services.api.risk_answers import (
    BreakerAnswer,
    BreakersAnswer,
    ExposureAnswer,
    LimitAnswer,
    LimitsAnswer,
    RiskAnswer,
)
from seatrial.services.api.risk_words import Source, breaker_answer, exposure_answer, limit_answer, worst_first
from seatrial.services.execution.service import ExecutionService
from seatrial.services.observability.chronicle import Chronicle
from seatrial.services.observability.exposure import exposures, totals
from seatrial.services.observability.limits import limit_uses
from seatrial.services.observability.risk_state import risk_state


class RiskView:
    """Asks the machine and the chronicle. `settings` is the body of `/api/v1/config`: it says who set a limit."""

    def __init__(
        self, execution: ExecutionService, chronicle: Chronicle, settings: Callable[[], Mapping[str, object]]
    ) -> None:
        self.execution = execution
        self.machine = execution.machine
        self._chronicle = chronicle
        self._settings = settings

    @property
    def timestamp(self) -> str:
        """Wall time now."""
        return rfc3339(self.execution.clock.now_ns())

    @property
    def positions_synced(self) -> bool:
        """The last look at every venue found our positions to be the venue's."""
        looks = self.execution.reconcilers.values()
        return self.execution.waiting_for is None and all(one.clear for one in looks)

    def exposure(self) -> ExposureAnswer:
        """What is at stake."""
        return exposure_answer(self.machine, exposures(self.machine), self.timestamp)

    def gross(self) -> dict[str, str]:
        """Gross exposure by currency."""
        return {currency: money(units) for currency, units in totals(exposures(self.machine), "gross_units").items()}

    def breakers(self) -> BreakersAnswer:
        """Every breaker, the worst in front."""
        accounts = self.machine.accounts
        states = [risk_state(self.machine, account.id) for account in accounts]
        rows = [
            breaker_answer(
                account,
                state,
                self._chronicle.tripped.get(account.id),
                auto_resume=self.machine.limits.of(account.id).breaker_auto_resume,
            )
            for account, state in zip(accounts, states, strict=True)
        ]
        speaks = rows[worst_first(rows, accounts, states)]
        return BreakersAnswer(**msgspec.structs.asdict(speaks), accounts=rows, timestamp=self.timestamp)

    def limits(self) -> LimitsAnswer:
        """Every limit with its use."""
        found: list[LimitAnswer] = []
        source = self._sources()
        for account, exposure in zip(self.machine.accounts, exposures(self.machine), strict=True):
            now_ns = self.execution.market.now_ns(account.id)
            uses = limit_uses(self.machine, account, exposure, now_ns)
            found += [limit_answer(use, account.currency, source) for use in uses]
        return LimitsAnswer(found, when(self.machine.now_ns), self.timestamp)

    def risk(self) -> RiskAnswer:
        """Risk at a glance."""
        rows: list[BreakerAnswer] = self.breakers().accounts
        limits = self.limits().limits
        used = [each for each in limits if each.utilization is not None]
        latched = self.execution.engine.latched
        return RiskAnswer(
            halted=latched is not None,
            halt_reason=latched,
            close_only=self.machine.close_only,
            breakers=rows,
            gross=self.gross(),
            positions_synced=self.positions_synced,
            limits=limits,
            highest_utilization=max(used, key=lambda each: each.utilization or 0, default=None),
            timestamp=self.timestamp,
        )

    def _sources(self) -> Source:
        """Who set a limit, as the configuration says now; None where there is none to say it."""
        listed = self._settings().get("settings")

        def source(setting: str) -> str | None:
            found = listed.get(setting) if isinstance(listed, Mapping) else None
            return str(found["source"]) if isinstance(found, Mapping) and "source" in found else None

        return source
