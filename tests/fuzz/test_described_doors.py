"""schemathesis at the doors of both emulated venues, over real sockets: right and wrong input, and never a 5xx."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from tests.clients.emulated import emulated
from tests.fuzz.described_doors import described

EXAMPLES = 25  # of right input, and as many of wrong, at each of the doors: what bounds a run, not its time

pytestmark = [pytest.mark.prove, pytest.mark.timeout(0)]


@pytest.fixture(scope="module")
def venues() -> Iterator[dict[str, dict[str, str]]]:
    with emulated("--symbols", "AAPL,SPY,BTCUSDT", speed=1_000) as told:  # limits are per minute of the market
        yield told


def fire(operation: Any, mode: GenerationMode, venue: dict[str, str], wrong: list[str]) -> None:
    """So many requests to one door."""
    keys = {"APCA-API-KEY-ID": venue["key"], "APCA-API-SECRET-KEY": venue["secret"], "X-MBX-APIKEY": venue["key"]}

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case: Case) -> None:
        case.headers = dict(case.headers or {}) | keys
        response = case.call(base_url=venue["rest"])
        if response.status_code >= 500:
            wrong.append(f"{case.method} {case.path} {case.query} {case.body}: {response.status_code}")

    try:
        ask()
    except Unsatisfiable:  # a door without any input cannot be sent wrong input
        return


@pytest.mark.parametrize("name", ["alpaca", "binance"])
def test_no_described_input_is_a_server_error(name: str, venues: dict[str, dict[str, str]]) -> None:
    wrong: list[str] = []
    for result in schemathesis.openapi.from_dict(described(name)).get_all_operations():
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            fire(result.ok(), mode, venues[name], wrong)
    assert wrong == []
