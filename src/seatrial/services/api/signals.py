"""The doors of signals: which strategies run, and what they decided."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from seatrial.domain.time import rfc3339
from seatrial.services.access.admission import Gate
from seatrial.services.api.doors import Door, Parameter
from seatrial.services.api.envelope import Envelope
from seatrial.services.api.health import health_route
from seatrial.services.api.http import answer, application
from seatrial.services.api.numbers import When, bounded
from seatrial.services.api.reading import Query
from seatrial.services.desk import Desk
from seatrial.services.signals import DECISIONS_KEPT_MAX, Signals
from seatrial.services.topics import Decision


class StrategyRow(msgspec.Struct):
    """One strategy at its desk."""

    strategy: str
    account: str
    symbols: list[str]
    state: str
    warning: str | None


class StrategiesAnswer(msgspec.Struct):
    """Every strategy that is configured."""

    strategies: list[StrategyRow]


class DecisionRow(msgspec.Struct):
    """What a strategy decided at one market time; `skipped` says why it decided nothing."""

    strategy: str
    account: str
    decided_at: When
    facts: list[str]
    skipped: str | None


class DecisionsAnswer(msgspec.Struct):
    """The newest decisions, newest first."""

    decisions: list[DecisionRow]


def signals_doors(role: Signals, *, new_request_id: Callable[[], str], gate: Gate | None = None) -> Envelope:
    """The ASGI app of port 8001."""

    async def strategies(_: Request) -> Response:
        return answer({"strategies": [_desk_fields(desk) for desk in role.desks]})

    async def decisions(request: Request) -> Response:
        limit = Query(request, ["limit"]).integer("limit", default=50, low=1, high=DECISIONS_KEPT_MAX)
        newest = list(role.decisions)[-limit:][::-1]
        return answer({"decisions": [_decision_fields(decision) for decision in newest]})

    routes = [
        health_route(role.health),
        Door("/api/v1/strategies", strategies, summary="The strategies that run.", answers={200: StrategiesAnswer}),
        Door(
            "/api/v1/decisions",
            decisions,
            summary="What they decided.",
            answers={200: DecisionsAnswer},
            parameters=[Parameter("limit", bounded(1, DECISIONS_KEPT_MAX), "at most so many, newest first")],
        ),
    ]
    return application(routes, new_request_id=new_request_id, gate=gate, role="signals")


def _desk_fields(desk: Desk) -> dict[str, object]:
    return {
        "strategy": desk.strategy_id,
        "account": desk.account,
        "symbols": [] if desk.runner is None else list(desk.runner.symbols),
        "state": desk.state,
        "warning": desk.warning,
    }


def _decision_fields(decision: Decision) -> dict[str, object]:
    return {
        "strategy": decision.strategy,
        "account": decision.account,
        "decided_at": rfc3339(decision.decided_at_ns),
        "facts": [f"{type(fact).__name__} {getattr(fact, 'symbol', '')}".strip() for fact in decision.facts],
        "skipped": decision.skipped,
    }
