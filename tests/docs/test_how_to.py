"""The how-to page of local venues does what it says: each snippet runs as printed, in its client's own environment."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.clients.clients import CLIENTS, Client
from tests.clients.emulated import emulated
from tests.clients.environments import HERE, NotInstalled, python_of
from tests.clients.suite import surroundings

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how_to" / "point_your_bot_at_local_venues.md"
QUICK = [client for client in CLIENTS if client.quick]
TAKEN = {"pending_new", "accepted", "new", "partially_filled", "filled", "open", "closed"}
READ = "import json, os\nvenues = json.loads(os.environ['VENUES'])\n"


def snippets(language: str) -> dict[str, str]:
    """The first block of a language under each heading that has one."""
    found = {}
    for section in PAGE.read_text("utf-8").split("\n## ")[1:]:
        heading, _, text = section.partition("\n")
        if block := re.search(rf"```{language}\n(.*?)```", text, flags=re.DOTALL):
            found[heading.split(" and ")[0].strip().lower()] = block[1]
    return found


@pytest.fixture(scope="module")
def venues() -> Iterator[dict[str, Any]]:
    with emulated(speed=600) as told:
        yield told


def test_emulate_prints_one_line_with_addresses_and_keys_of_both_venues(venues: dict[str, Any]) -> None:
    assert set(venues["alpaca"]) == {"rest", "data", "trade_stream", "data_stream", "key", "secret"}
    assert set(venues["binance"]) == {"rest", "ws", "ws_api", "key", "secret"}


@pytest.mark.parametrize("client", QUICK, ids=lambda client: client.package)
def test_the_snippet_of_a_client_trades(client: Client, venues: dict[str, Any]) -> None:
    try:
        python = python_of(client.folder)
    except NotInstalled as reason:
        pytest.skip(f"{reason}. `make prove` does not let this pass")
    with tempfile.TemporaryDirectory() as home:
        ran = subprocess.run(
            [python, "-c", READ + snippets("python")[client.package]],
            env=surroundings(venues, home),
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split()[-1].rpartition(".")[2].lower() in TAKEN


def test_the_configuration_of_freqtrade_is_what_its_suite_runs_with() -> None:
    assert snippets("json")["freqtrade"] == (HERE / "freqtrade_bot" / "exchange.json").read_text("utf-8")


def test_the_shim_of_lumibot_is_the_one_its_suite_runs_with() -> None:
    assert snippets("py")["lumibot"] == (HERE / "lumibot_bot" / "shim" / "sitecustomize.py").read_text("utf-8")
