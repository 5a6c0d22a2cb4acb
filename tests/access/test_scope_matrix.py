"""Every door of every role, with every scope and with none: opened and shut exactly where the door says."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from starlette.routing import BaseRoute, Mount, WebSocketRoute, request_response
from tests.access.gatehouse import Gatehouse, inside

from seatrial.services.access.gate import GateRules
from seatrial.services.access.scopes import CANCEL, OPERATE, Scope, admits
from seatrial.services.api.catalogue import BUILDERS, doors_told, routes_of
from seatrial.services.api.doors import Door, Stream, Told

GENEROUS = GateRules(rate_per_second=1_000_000)


def address_of(told: Told) -> str:
    """The path with something in every place."""
    return "/".join("x" if part.startswith("{") else part for part in told.path.split("/"))


def with_answers(routes: list[BaseRoute]) -> list[BaseRoute]:
    """The same doors, behind which somebody always says that the caller came in."""
    for route in routes:
        if isinstance(route, Door):
            route.app = request_response(inside)
    return routes


@pytest.mark.parametrize("role", BUILDERS)
def test_every_door_opens_to_its_scopes_and_to_no_other(role: str, tmp_path: Path) -> None:
    house = Gatehouse(tmp_path, GENEROUS)
    app = house.behind_the_gate(with_answers(routes_of(role)))
    bearers = {scope: house.token(scope).text for scope in Scope}
    wrong = []
    for told in doors_told(role):
        if told.method == "WS":
            continue
        for scope in (None, *Scope):
            token = None if scope is None else bearers[scope]
            held = frozenset() if scope is None else frozenset({scope})
            expected = 200 if admits(told.scopes, held) else 401 if scope is None else 403
            answer = house.ask(told.method, address_of(told), token=token, app=app)
            if answer.status_code != expected:
                wrong.append((told.method, told.path, scope, answer.status_code, expected))
    assert wrong == []


@pytest.mark.parametrize("role", BUILDERS)
def test_every_route_of_a_role_tells_what_it_is(role: str) -> None:
    silent = [route for route in routes_of(role) if not isinstance(route, Door | Stream | Mount)]
    assert silent == []
    assert not any(type(route) is WebSocketRoute for route in routes_of(role))


@pytest.mark.parametrize("role", BUILDERS)
def test_every_door_waits_for_nothing_that_blocks(role: str) -> None:
    """A door that is not a coroutine would be run in a thread, where simulations cannot follow."""
    endpoints = [route.endpoint for route in routes_of(role) if isinstance(route, Door)]
    assert [each for each in endpoints if not inspect.iscoroutinefunction(each) and not hasattr(each, "__self__")] == []


def test_only_health_the_page_and_what_describes_the_doors_is_public() -> None:
    public = {told.path for role in BUILDERS for told in doors_told(role) if not told.scopes}
    assert {path for path in public if not path.startswith("/health")} <= {
        "/openapi.json",
        "/docs",
        "/session",
        "/{name:path}",
    }


def test_whoever_may_stop_the_machine_may_do_so_without_a_limiter_and_cancels_need_no_right_to_trade() -> None:
    told = {(each.method, each.path): each for each in doors_told("execution")}
    for path in ("/api/v1/halt", "/api/v1/kill"):
        assert (told["POST", path].always, told["POST", path].scopes) == (True, OPERATE)
    assert told["POST", "/api/v1/resume"].always is False
    for path in ("/orders", "/orders/{order_id}", "/api/v1/orders"):
        assert told["DELETE", path].scopes == CANCEL
