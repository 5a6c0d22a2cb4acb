"""The doors of observability (8000), gathered: health, money, orders' ways, risk, metrics, and what other rooms add."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from starlette.routing import BaseRoute

from seatrial.services.access.admission import Gate
from seatrial.services.api.envelope import Envelope
from seatrial.services.api.http import application
from seatrial.services.api.journeys import JourneyDoors
from seatrial.services.api.metrics import MetricsDoors
from seatrial.services.api.metrics_picture import frame_of
from seatrial.services.api.metrics_stream import MetricsStream
from seatrial.services.api.money import MoneyDoors
from seatrial.services.api.observability_health import HealthDoors
from seatrial.services.api.risk import RiskDoors
from seatrial.services.api.risk_view import RiskView
from seatrial.services.observability.house_metrics import HouseMetrics
from seatrial.services.observability.metrics_hub import MetricsHub
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
        routes += _observing(role, observed)
    doors = application([*routes, *more], new_request_id=new_request_id, gate=gate, role="observability")
    if observed is not None and doors.meters is not None:
        doors.meters.registry.register(HouseMetrics(observed, role.identity))
    return doors


def _observing(role: Observability, observed: Observed) -> list[BaseRoute]:
    risk = RiskView(observed.execution, observed.chronicle, observed.settings)
    station = observed.station
    observed.hub = MetricsHub(partial(frame_of, observed), observed.interval_ms / 1_000)
    return [
        *HealthDoors(role, risk, None if station is None else station.storage).routes(),
        *RiskDoors(risk, observed.read_limit).routes(),
        *MoneyDoors(observed.chronicle, observed.clock, None if station is None else station.writer).routes(),
        *JourneyDoors(observed.chronicle, risk.machine, observed.clock, observed.spoken).routes(),
        *MetricsDoors(observed).routes(),
        MetricsStream(observed.hub).route(),
    ]
