"""The doors of observability (8000), gathered: health, money, orders' ways, risk, and what other rooms add."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.routing import BaseRoute

from seatrial.services.access.admission import Gate
from seatrial.services.api.envelope import Envelope
from seatrial.services.api.http import application
from seatrial.services.api.journeys import JourneyDoors
from seatrial.services.api.money import MoneyDoors
from seatrial.services.api.observability_health import HealthDoors
from seatrial.services.api.risk import RiskDoors
from seatrial.services.api.risk_view import RiskView
from seatrial.services.observability.observed import Observed
from seatrial.services.observability.role import Observability


def observability_doors(
    role: Observability,
    *,
    new_request_id: Callable[[], str],
    gate: Gate | None = None,
    observed: Observed | None = None,
    more: Sequence[BaseRoute] = (),
) -> Envelope:
    """The ASGI app of port 8000. Without `observed` it knows the roles and nothing of money; `more` comes last."""
    routes: list[BaseRoute] = []
    if observed is None:
        routes += HealthDoors(role).routes()
    else:
        risk = RiskView(observed.execution, observed.chronicle, observed.settings)
        routes += HealthDoors(role, risk, observed.storage).routes()
        routes += RiskDoors(risk).routes()
        routes += MoneyDoors(observed.chronicle, observed.clock, observed.history).routes()
        routes += JourneyDoors(observed.chronicle, risk.machine, observed.clock, observed.spoken).routes()
    return application([*routes, *more], new_request_id=new_request_id, gate=gate, role="observability")
