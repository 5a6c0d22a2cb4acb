"""Every row of the runbooks, asked of a running system: it answers, or it says 503 and why."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from httpx_ws import connect_ws
from tests.conformance.page import conformance_page
from tests.conformance.rows import (
    COMMANDS,
    DOORS,
    FILES,
    MADE,
    SCRIPTS,
    STREAMS,
    TARGETS,
    DoorRow,
    FileRow,
    StreamRow,
)
from tests.installation import Installation

ROOT = Path(__file__).resolve().parents[2]
ORDER = {"symbol": "BTCUSDT", "side": "buy", "type": "market", "quantity": "0.001"}
ORDERS = {
    "ORDER": ORDER,
    "TRAILING": {**ORDER, "type": "trailing_stop", "trail_percent": "2"},
    "NOTIONAL": {"symbol": "BTCUSDT", "side": "buy", "type": "market", "notional": "50"},
    "STOP_LIMIT": {**ORDER, "type": "stop_limit", "stop_price": "1", "price": "1", "post_only": False},
    "BRACKET": {
        **ORDER,
        "order_class": "bracket",
        "take_profit": {"limit_price": "1"},
        "stop_loss": {"stop_price": "2"},
    },
    "REDUCE_ONLY": {**ORDER, "reduce_only": True},  # nothing is short at a spot venue
}
MADE_SECONDS = 30.0


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One running system for every row; its answers are looked at once prices and fills are there."""
    installation = Installation(tmp_path_factory.mktemp("conformance"))
    try:
        installation.wait("all roles up", lambda: installation.said("Ctrl-C here stops everything"))
        installation.wait("fills on both venues", lambda: installation.filled() == {"alpaca", "binance"})
        yield installation
    finally:
        installation.close()


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=10) as client:
        yield client


def _named(row: DoorRow) -> str:
    return f"{row.method} {row.role}{row.path} {row.body or ''}".strip()


def _at(body: Any, path: str) -> Any:
    for step in path.split("."):
        body = body[step]
    return body


@pytest.mark.parametrize("row", DOORS, ids=_named)
def test_a_door_answers_in_its_shape_or_says_503_and_why(up: Installation, http: httpx.Client, row: DoorRow) -> None:
    url = up.url(row.role.replace("-", "_")) + row.path
    answer = http.request(row.method, url, json=ORDERS[row.body] if isinstance(row.body, str) else row.body)

    if row.later is not None:
        assert answer.status_code == 503, f"{row} answers now: take it off the list"
        assert answer.json()["message"]
        return
    assert answer.status_code in row.accepted, answer.text
    for name in row.fields:
        _at(answer.json(), name)


@pytest.mark.parametrize("row", [row for row in DOORS if row.method == "GET"], ids=_named)
def test_head_answers_wherever_get_does_with_the_same_headers(
    up: Installation, http: httpx.Client, row: DoorRow
) -> None:
    url = up.url(row.role.replace("-", "_")) + row.path
    answer = http.head(url, headers={"x-request-id": "row-1"})

    assert answer.status_code in {*row.accepted, 503}
    assert answer.content == b""
    assert answer.headers["x-request-id"] == "row-1"
    for name in ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"):
        assert name in answer.headers


@pytest.mark.parametrize("row", STREAMS, ids=lambda row: f"{row.role}{row.path} {row.says}")
def test_a_stream_says_what_the_runbooks_hear(up: Installation, row: StreamRow) -> None:
    with connect_ws(up.url(row.role.replace("-", "_")).replace("http", "ws") + row.path) as stream:
        if row.says:
            stream.send_text(row.says)
        for _ in range(200):
            if row.hears in stream.receive_text(timeout=30).replace(" ", ""):
                return
    raise AssertionError(f"{row.hears} was never heard")


def test_a_running_system_leaves_the_files_the_runbooks_open(up: Installation) -> None:
    folders = {"state": up.folder / "data", "logs": up.folder / "logs"}

    def made() -> bool:
        return all((folders[name.split("/")[0]] / name.split("/", 1)[1]).exists() for name in MADE)

    up.wait("every file", made)


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.name)
def test_a_command_explains_itself_with_an_example(row: FileRow) -> None:
    told = subprocess.run(
        [str(ROOT / ".venv" / "bin" / "seatrial"), *row.name.split(), "--help"], capture_output=True, text=True
    )

    assert told.returncode == 0, told.stderr
    assert "Example" in told.stdout


@pytest.mark.parametrize("row", SCRIPTS, ids=lambda row: row.name)
def test_a_script_stands_at_its_literal_place_and_explains_itself(row: FileRow) -> None:
    script = ROOT / row.name
    assert script.stat().st_mode & 0o111, "a script can be executed"
    told = subprocess.run([str(script), "--help"], capture_output=True, text=True, cwd=ROOT)

    assert told.returncode == 0, told.stderr
    assert "seatrial" in told.stdout


@pytest.mark.parametrize("row", TARGETS, ids=lambda row: row.name)
def test_a_make_target_works_or_says_why_it_does_not_yet(row: FileRow) -> None:
    dry = subprocess.run(["make", "--dry-run", row.name], capture_output=True, text=True, cwd=ROOT)
    assert dry.returncode == 0, dry.stderr
    if row.later is None:
        return
    told = subprocess.run(["make", row.name], capture_output=True, text=True, cwd=ROOT)

    assert told.returncode != 0
    assert row.later in told.stdout


@pytest.mark.parametrize("row", FILES, ids=lambda row: row.name)
def test_a_file_is_there_or_is_on_the_list_of_what_is_to_come(row: FileRow) -> None:
    assert (ROOT / row.name).exists() is (row.later is None), f"{row.name}: the list and the folder disagree"


def test_the_page_of_rows_is_written_from_this_list() -> None:
    assert (ROOT / "docs" / "reference" / "conformance.md").read_text(encoding="utf-8") == conformance_page()


def test_the_smoke_check_passes_on_a_system_that_trades(up: Installation) -> None:
    code, told = up.run("smoke")

    assert code == 0, told
    assert told.splitlines()[-1] == "API smoke check completed successfully."
    code, told = up.run("smoke", "--json")
    assert (code, json.loads(told)["passed"]) == (0, True)


def test_the_smoke_check_fails_by_name_where_the_mode_is_not_the_one_meant(up: Installation) -> None:
    code, told = up.run("smoke", "--mode", "dry_run", "--prod")

    assert code == 1
    assert "mode is sim, expected dry_run" in told
    assert told.splitlines()[-1] == "API smoke check failed: mode flags"
