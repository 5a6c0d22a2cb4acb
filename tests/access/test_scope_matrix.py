"""Every door of every role, with every scope and with none: opened and shut exactly where the door says."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from starlette.routing import BaseRoute, Mount, request_response
from tests.access.gatehouse import Gatehouse, inside

from seatrial.bootstrap.unstarted import Routes, routes_of_every_role
from seatrial.services.access.gate import GateRules
from seatrial.services.access.scopes import CANCEL, OPERATE, Scope, admits
from seatrial.services.api.doors import Door, Stream, Told
from seatrial.services.api.openapi import told_of

GENEROUS = GateRules(rate_per_second=1_000_000)
ROLES = ("execution", "market-data", "signals", "orchestrator", "observability", "dashboard", "watch")


@pytest.fixture(scope="module")
def every_role() -> Routes:
    return routes_of_every_role()


def address_of(told: Told) -> str:
    """The path with something in every place."""
    return "/".join("x" if part.startswith("{") else part for part in told.path.split("/"))


def with_answers(routes: list[BaseRoute]) -> list[BaseRoute]:
    """The same doors, behind which somebody always says that the caller came in."""
    for route in routes:
        if isinstance(route, Door):
            route.app, route.endpoint = request_response(inside), inside
    return routes


@pytest.mark.parametrize("role", ROLES)
def test_every_door_opens_to_its_scopes_and_to_no_other(role: str, every_role: Routes, tmp_path: Path) -> None:
    house = Gatehouse(tmp_path, GENEROUS)
    app = house.behind_the_gate(with_answers(every_role[role]))
    bearers = {scope: house.token(scope).text for scope in Scope}
    wrong = []
    for told in told_of(every_role[role]):
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


@pytest.mark.parametrize("role", ROLES)
def test_every_route_of_a_role_tells_what_it_is(role: str, every_role: Routes) -> None:
    silent = [route for route in every_role[role] if not isinstance(route, Door | Stream | Mount)]
    assert silent == []


@pytest.mark.parametrize("role", ROLES)
def test_every_door_waits_for_nothing_that_blocks(role: str, every_role: Routes) -> None:
    """A door that is not a coroutine would be run in a thread, where simulations cannot follow."""
    endpoints = [route.endpoint for route in every_role[role] if isinstance(route, Door)]
    assert [each for each in endpoints if not inspect.iscoroutinefunction(each)] == []


def test_only_health_the_page_and_what_describes_the_doors_is_public(every_role: Routes) -> None:
    public = {told.path for routes in every_role.values() for told in told_of(routes) if not told.scopes}
    assert {path for path in public if not path.startswith("/health")} <= {
        "/openapi.json",
        "/docs",
        "/session",
        "/{name:path}",
    }


def test_whoever_may_stop_the_machine_may_do_so_without_a_limiter_and_cancels_need_no_right_to_trade(
    every_role: Routes,
) -> None:
    told = {(each.method, each.path): each for each in told_of(every_role["execution"])}
    for path in ("/api/v1/halt", "/api/v1/kill"):
        assert (told["POST", path].always, told["POST", path].scopes) == (True, OPERATE)
    assert told["POST", "/api/v1/resume"].always is False
    for path in ("/orders", "/orders/{order_id}", "/api/v1/orders"):
        assert told["DELETE", path].scopes == CANCEL
