"""The doors of execution (5002): orders, targets, positions, halt. Every order is durable before its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from seatrial.domain.time import rfc3339
from seatrial.services.access.admission import Gate
from seatrial.services.access.scopes import CANCEL, OPERATE, TRADE
from seatrial.services.api.batches import BatchDoor
from seatrial.services.api.doors import Door, Parameter
from seatrial.services.api.envelope import Envelope
from seatrial.services.api.health import health_route
from seatrial.services.api.http import answer, application
from seatrial.services.api.numbers import bounded
from seatrial.services.api.order_answers import (
    BatchAnswer,
    CancelAllAnswer,
    CancelAnswer,
    ConfigAnswer,
    OrderAnswer,
    OrdersAnswer,
    PositionsAnswer,
    ReplacedOrder,
    RiskRefusal,
    TakenOrder,
    WordAnswer,
)
from seatrial.services.api.order_body import OrderBody
from seatrial.services.api.order_doors import ORDERS_LISTED_MAX, OrderDoors
from seatrial.services.api.orders import BatchBody, WordBody
from seatrial.services.api.replacing import ReplaceBody, ReplaceDoor
from seatrial.services.api.words import WordDoors
from seatrial.services.execution.service import ExecutionService
from seatrial.services.health import Health


def execution_doors(
    service: ExecutionService,
    health: Health,
    *,
    settings: Callable[[], Mapping[str, object]],
    new_request_id: Callable[[], str],
    gate: Gate | None = None,
) -> Envelope:
    """The ASGI app of ports 5002 and 8002. `settings` gives the body of `/api/v1/config`."""
    orders, batches, words = OrderDoors(service), BatchDoor(service), WordDoors(service)
    replacing = ReplaceDoor(service)

    async def config(_: Request) -> Response:
        return answer({**settings(), "timestamp": rfc3339(service.clock.now_ns())})

    routes: list[BaseRoute] = [
        health_route(health),
        Door("/api/v1/config", config, summary="What this installation is.", answers={200: ConfigAnswer}),
    ]
    for path in ("/orders", "/api/v1/orders"):
        routes += _order_routes(path, orders)
        routes.append(_replace_route(path, replacing))
    for path in ("/positions", "/api/v1/positions"):
        routes.append(Door(path, orders.positions, summary="What is held.", answers={200: PositionsAnswer}))
    routes += _decision_routes(batches, words)
    return application(routes, new_request_id=new_request_id, gate=gate, role="execution")


def _order_routes(path: str, orders: OrderDoors) -> list[BaseRoute]:
    listed = [
        Parameter("status", Literal["open", "all", "closed"], "open without it"),
        Parameter("symbol", str, "of one symbol only"),
        Parameter("limit", bounded(1, ORDERS_LISTED_MAX), "at most so many"),
    ]
    one = path + "/{order_id}"
    return [
        Door(
            path,
            orders.place,
            method="POST",
            summary="Place one order by hand.",
            scopes=TRADE,
            body=OrderBody,
            answers={202: TakenOrder, 422: RiskRefusal},
        ),
        Door(path, orders.show_all, summary="Orders.", answers={200: OrdersAnswer}, parameters=listed),
        Door(
            path,
            orders.cancel_all,
            method="DELETE",
            summary="Cancel everything that works.",
            scopes=CANCEL,
            answers={202: CancelAllAnswer},
        ),
        Door(one, orders.show, summary="One order.", answers={200: OrderAnswer}),
        Door(
            one,
            orders.cancel,
            method="DELETE",
            summary="Cancel one order.",
            scopes=CANCEL,
            answers={202: CancelAnswer},
        ),
    ]


def _replace_route(path: str, replacing: ReplaceDoor) -> Door:
    return Door(
        path + "/{order_id}",
        replacing.change,
        method="PATCH",
        summary="Take an order back and place what is left of it anew.",
        scopes=TRADE,
        body=ReplaceBody,
        answers={202: ReplacedOrder, 422: RiskRefusal},
    )


def _decision_routes(batches: BatchDoor, words: WordDoors) -> list[BaseRoute]:
    says: dict[str, Any] = {"method": "POST", "body": WordBody, "answers": {200: WordAnswer}}
    return [
        Door(
            "/api/v1/targets",
            batches.decide,
            method="POST",
            summary="One strategy's decision.",
            scopes=TRADE,
            body=BatchBody,
            answers={202: BatchAnswer, 422: RiskRefusal},
        ),
        Door("/api/v1/halt", words.halt, summary="Send nothing new from now on.", scopes=OPERATE, always=True, **says),
        Door("/api/v1/close-only", words.close_only, summary="Open nothing new from now on.", scopes=OPERATE, **says),
        Door("/api/v1/resume", words.resume, summary="Lift a halt.", scopes=OPERATE, **says),
        Door("/api/v1/kill", words.kill, summary="Halt, and cancel every order.", scopes=OPERATE, always=True, **says),
    ]
