"""What every suite has: the addresses of running venues, faults on demand, and patience.

Standard library and pytest only: a suite is run by the interpreter of its client, which has neither Seatrial nor
its tests. All it knows of the venues is the JSON line of `seatrial emulate --json`, handed over as `VENUES`.
"""

from __future__ import annotations

import json
import os
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

PATIENCE_SECONDS = 60.0


@pytest.fixture(scope="session")
def venues() -> dict[str, dict[str, str]]:
    """The JSON line."""
    told: dict[str, dict[str, str]] = json.loads(os.environ["VENUES"])
    return told


@pytest.fixture(scope="session")
def alpaca(venues: dict[str, dict[str, str]]) -> dict[str, str]:
    """Addresses and keys of the emulated Alpaca."""
    return venues["alpaca"]


@pytest.fixture(params=["rsa", "ed25519"])
def pair(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The API key of an account, and the private key that signs for it, as PEM."""
    scheme = request.param
    private = (Path(os.environ["KEYS"]) / f"{scheme}.pem").read_text("utf-8")
    return f"PK{scheme}".upper().ljust(64, "X"), private


@pytest.fixture(scope="session")
def binance(venues: dict[str, dict[str, str]]) -> dict[str, str]:
    """Addresses and keys of the emulated Binance."""
    return venues["binance"]


def _eventually(found: Callable[[], Any], what: str = "it", *, seconds: float = PATIENCE_SECONDS) -> Any:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if answer := found():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"{what} never happened within {seconds:.0f} s")


@pytest.fixture(scope="session")
def eventually() -> Callable[..., Any]:
    """Ask until the answer is yes."""
    return _eventually


def _control(rest: str, door: str, body: object = None) -> Any:
    data, method = (None, "GET") if body is None else (json.dumps(body).encode(), "PUT")
    request = urllib.request.Request(f"{rest}/control/{door}", data, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


@pytest.fixture
def faults(venues: dict[str, dict[str, str]]) -> Iterator[Callable[..., None]]:
    """`faults("binance", {"kind": ..., ...}, ...)`: from now to the end of the test this goes wrong."""
    used = set()

    def strike(venue: str, *wanted: dict[str, object]) -> None:
        used.add(venue)
        named = [{"name": f"fault {place}", **each} for place, each in enumerate(wanted)]
        _control(venues[venue]["rest"], "faults", {"faults": named})

    yield strike
    for venue in used:
        _control(venues[venue]["rest"], "faults", {"faults": []})


@pytest.fixture
def operations(venues: dict[str, dict[str, str]]) -> Callable[..., list[dict[str, Any]]]:
    """`operations("binance", "accepted")`: the venue's own account of what happened, oldest first."""

    def told(venue: str, *verbs: str) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = _control(venues[venue]["rest"], "history")["operations"]
        return [line for line in lines if not verbs or line["op"] in verbs]

    return told
