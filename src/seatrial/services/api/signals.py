"""The doors of signals: which strategies run, and what they decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from seatrial.domain.ids import Symbol
from seatrial.domain.time import rfc3339
from seatrial.services.access.admission import Gate
from seatrial.services.api.doors import Door, Parameter
from seatrial.services.api.envelope import Envelope
from seatrial.services.api.health import health_route
from seatrial.services.api.http import answer, application
from seatrial.services.api.models import model_doors
from seatrial.services.api.numbers import NumberText, When, bounded
from seatrial.services.api.optional_body import optional_body
from seatrial.services.api.reading import Query, one_of
from seatrial.services.api.signal_answers import RankedAnswer, ranked, ranked_row
from seatrial.services.desk import Desk
from seatrial.services.signals import DECISIONS_KEPT_MAX, SIGNALS_KEPT_MAX, Signals
from seatrial.services.topics import Decision


class DecisionRow(msgspec.Struct):
    """What a strategy decided at one market time; `skipped` says why it decided nothing."""

    strategy: str
    account: str
    decided_at: When
    facts: list[str]
    skipped: str | None


class StrategyRow(msgspec.Struct):
    """One strategy at its desk. `last_bar_at` is the market time of the newest bars it has seen.

    `last_decision` is the newest with something in it; `positions` are what its account holds, by symbol, null
    while that is not known.
    """

    strategy: str
    account: str
    symbols: list[str]
    state: str
    warning: str | None
    schedule: str
    digest: str | None
    loaded_at: When | None
    last_bar_at: When | None
    last_decision: DecisionRow | None
    warm_up: dict[str, int] | None
    positions: dict[str, NumberText] | None


class StrategiesAnswer(msgspec.Struct):
    """Every strategy that is configured."""

    strategies: list[StrategyRow]


class DecisionsAnswer(msgspec.Struct):
    """The newest decisions, newest first."""

    decisions: list[DecisionRow]


class GenerateBody(msgspec.Struct, forbid_unknown_fields=True):
    """Whose signals to rank: of one strategy, of some symbols, at most so many. Without fields all."""

    strategy: str | None = None
    symbols: list[str] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=SIGNALS_KEPT_MAX)] = SIGNALS_KEPT_MAX


def signals_doors(role: Signals, *, new_request_id: Callable[[], str], gate: Gate | None = None) -> Envelope:
    """The ASGI app of port 8001."""

    async def strategies(_: Request) -> Response:
        return answer({"strategies": [_desk_fields(role, desk) for desk in role.desks]})

    async def decisions(request: Request) -> Response:
        limit = Query(request, ["limit"]).integer("limit", default=50, low=1, high=DECISIONS_KEPT_MAX)
        newest = list(role.decisions)[-limit:][::-1]
        return answer({"decisions": [_decision_fields(decision) for decision in newest]})

    async def generate(request: Request) -> Response:
        body = await optional_body(request, GenerateBody)
        return answer(_ranking(role, body))

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
        Door(
            "/api/v1/signals/generate",
            generate,
            method="POST",
            summary="What the strategies want now, the surest first, from what they decided last.",
            body=GenerateBody,
            answers={200: RankedAnswer},
        ),
        *model_doors(role),
    ]
    return application(routes, new_request_id=new_request_id, gate=gate, role="signals")


def _ranking(role: Signals, body: GenerateBody) -> dict[str, object]:
    if body.strategy is not None:
        one_of("strategy", body.strategy, [desk.strategy_id for desk in role.desks])
    for symbol in body.symbols or ():
        one_of("symbols", symbol, sorted(role.instruments))
    desks = [desk for desk in role.desks if body.strategy in (None, desk.strategy_id)]
    wanted = [
        signal
        for signal in role.latest.values()
        if body.strategy in (None, signal.strategy) and (body.symbols is None or signal.symbol in body.symbols)
    ]
    newest_ns = max((desk.now_ns for desk in desks), default=0)
    reason = (
        None if wanted else "; ".join(f"{desk.name}: {desk.state}, no signal yet" for desk in desks) or "no strategy"
    )
    return {
        "signals": [ranked_row(role, rank, each) for rank, each in enumerate(ranked(wanted)[: body.limit], start=1)],
        "as_of": rfc3339(newest_ns) if newest_ns else None,
        "stale": all(role.stale(desk.strategy_id, desk.account) for desk in desks),
        "reason": reason,
        "timestamp": rfc3339(role.health.clock.now_ns()),
    }


def _desk_fields(role: Signals, desk: Desk) -> dict[str, object]:
    runner = desk.runner
    held = role.held(desk.account)
    return {
        "strategy": desk.strategy_id,
        "account": desk.account,
        "symbols": [] if runner is None else list(runner.symbols),
        "state": desk.state,
        "warning": desk.holds or desk.warning,
        "schedule": str(desk.schedule),
        "digest": None if runner is None else runner.digest,
        "loaded_at": None if desk.loaded_at_ns is None else rfc3339(desk.loaded_at_ns),
        "last_bar_at": rfc3339(desk.now_ns) if desk.now_ns else None,
        "last_decision": None if desk.decided is None else _decision_fields(desk.decided),
        "warm_up": None if runner is None else dict(runner.bars_seen),
        "positions": None if held is None or runner is None else _positions(role, runner.symbols, held),
    }


def _positions(role: Signals, symbols: Sequence[Symbol], held: Mapping[Symbol, int]) -> dict[str, str]:
    return {one: role.instruments[one].qty_text(held.get(one, 0)) for one in symbols if one in role.instruments}


def _decision_fields(decision: Decision) -> dict[str, object]:
    return {
        "strategy": decision.strategy,
        "account": decision.account,
        "decided_at": rfc3339(decision.decided_at_ns),
        "facts": [f"{type(fact).__name__} {getattr(fact, 'symbol', '')}".strip() for fact in decision.facts],
        "skipped": decision.skipped,
    }
