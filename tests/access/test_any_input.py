"""Whatever is sent to any door of a running system, right or wrong: no 500, and an answer as the door describes it."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.installation import Installation

from seatrial.bootstrap.unstarted import routes_of_every_role
from seatrial.services.access.scopes import Scope
from seatrial.services.api.openapi import RoleDoors, document, told_of

ROLES = ("execution", "market_data", "signals", "orchestrator", "observability", "dashboard", "watch")
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
SENSIBLE = {"symbol": "AAPL", "account": "alpaca", "quantity": 1, "strategy": "shares"}


STRICT = {"access.rate_per_second": "1000000", "access.local": "never"}


class Guarded(Installation):
    """A running system that admits nobody without a token, not even its own roles; and one token for everything."""

    def __init__(self, folder: Path) -> None:
        scopes = [part for scope in Scope for part in ("--scope", scope)]
        super().__init__(folder, chosen=STRICT)
        code, told = self.run("token", "create", "everything", *scopes, "--json")
        assert code == 0, told
        self.headers = {"authorization": f"Bearer {json.loads(told)['token']}"}

    def ask(self, door: str, path: str) -> Any:
        """What a door answers to the token."""
        return httpx.get(self.url(door) + path, headers=self.headers, trust_env=False, timeout=10).json()

    def answers(self, door: str, path: str, field: str) -> bool:
        """Whether a door answers and has something to tell."""
        try:
            return bool(self.ask(door, path).get(field))
        except httpx.TransportError:
            return False


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    installation = Guarded(tmp_path_factory.mktemp("any_input"))
    try:
        installation.wait("all roles up", lambda: installation.said("Ctrl-C here stops everything"))
        installation.wait("an order", lambda: installation.answers("execution", "/orders?status=all", "orders"))
        yield installation
    finally:
        installation.close()


@pytest.fixture(scope="module")
def names(up: Guarded) -> dict[str, str]:
    """What stands in a path, of things that are there."""
    order = up.ask("execution", "/orders?status=all")["orders"][0]
    run = up.ask("orchestrator", "/api/v1/orchestration/runs?limit=1")["runs"][0]
    return {"order_id": order["order_id"], "run_id": run["run_id"]}


def sensibly(case: Case, names: dict[str, str]) -> None:
    """The same case with names that mean something here, so that it gets past the first look."""
    if isinstance(case.body, dict):
        case.body = {name: SENSIBLE.get(name, each) for name, each in case.body.items()}
    if case.query:
        case.query = {name: SENSIBLE.get(name, each) for name, each in case.query.items()}
    if case.path_parameters:
        case.path_parameters = {name: names.get(name, each) for name, each in case.path_parameters.items()}


def ask_everything(up: Guarded, role: str, names: dict[str, str], examples: int) -> tuple[Counter[int], list[str]]:
    """Every door of one role, right and wrong input in turn: the statuses seen, and what was not as described."""
    seen: Counter[int] = Counter()
    wrong: list[str] = []
    schema = schemathesis.openapi.from_url(f"{up.url(role)}/openapi.json")
    operations = [result.ok() for result in schema.get_all_operations()]
    for operation in sorted(operations, key=lambda each: "halt" in each.path or "kill" in each.path):
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            strategy = operation.as_strategy(generation_mode=mode)
            wrong += ask_one(strategy, up.headers, names, examples, seen)
    return seen, wrong


def ask_one(
    strategy: Any, headers: dict[str, str], names: dict[str, str], examples: int, seen: Counter[int]
) -> list[str]:
    wrong: list[str] = []

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(strategy, st.booleans())
    def ask(case: Case, sensible: bool) -> None:
        others = {name: each for name, each in (case.headers or {}).items() if name.lower() != "authorization"}
        case.headers = others | headers
        case.cookies = {}
        if sensible:
            sensibly(case, names)
        response = case.call()
        seen[response.status_code] += 1
        if response.status_code == 500 or "x-ratelimit-limit" not in response.headers:
            wrong.append(f"{case.method} {case.path}: {response.status_code} {response.headers}")
        try:
            case.validate_response(response, checks=CHECKS)
        except BaseExceptionGroup as group:
            wrong.append(f"{case.method} {case.path}: {group.exceptions}")

    with contextlib.suppress(Unsatisfiable):  # a door without any input cannot be sent wrong input
        ask()
    return wrong


@pytest.mark.timeout(900)
@pytest.mark.parametrize("role", ROLES)
def test_no_input_breaks_a_door_or_its_word(role: str, up: Guarded, names: dict[str, str]) -> None:
    seen, wrong = ask_everything(up, role, names, examples=3)
    assert wrong == []
    assert seen[200] > 0


@pytest.mark.prove
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("role", ROLES)
def test_no_input_of_very_many_breaks_a_door_or_its_word(role: str, up: Guarded, names: dict[str, str]) -> None:
    _, wrong = ask_everything(up, role, names, examples=100)
    assert wrong == []


def test_a_running_system_describes_the_doors_that_the_command_describes(up: Guarded) -> None:
    built = {role.replace("-", "_"): told_of(routes) for role, routes in routes_of_every_role().items()}
    for role in ROLES:
        served = schemathesis.openapi.from_url(f"{up.url(role)}/openapi.json").raw_schema
        mine = document([RoleDoors(role, built[role])], title="", version="")
        assert served["paths"].keys() == mine["paths"].keys()
        assert served["components"] == mine["components"]


def test_the_system_says_in_one_line_who_may_come_in_and_keeps_its_word(up: Guarded) -> None:
    assert up.said("^access: with a token only")
    for role in ROLES:
        if role != "dashboard":
            assert httpx.get(f"{up.url(role)}/metrics", trust_env=False).status_code == 401
        assert httpx.get(f"{up.url(role)}/health", trust_env=False).status_code in {200, 503}


def test_the_roles_and_watch_come_in_with_tokens_of_their_own(up: Guarded) -> None:
    runs = up.ask("orchestrator", "/api/v1/orchestration/runs?limit=1000")["runs"]
    assert "completed" in {run["status"] for run in runs}
    parts = {part["name"]: part["status"] for part in up.ask("watch", "/health")["components"]}
    assert parts["platform"] == "healthy"
    assert Path(up.folder, "data", "watch.token").stat().st_mode & 0o777 == 0o600
