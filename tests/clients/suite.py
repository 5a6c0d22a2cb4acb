"""Runs a client's suite with the client's own interpreter and says how each of its tests ended."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.clients.environments import HERE, python_of

SECONDS_MAX = 1_500
PRIVATE = (
    "PYTHON",
    "SEATRIAL_",
    "APCA_",
    "ALPACA_",
    "BINANCE_",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "http_proxy",
    "https_proxy",
)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a suite ended: the tests that held, the others with their reasons, and all that was printed."""

    held: tuple[str, ...]
    failed: Mapping[str, str]
    printed: str


def run_suite(client: str, venues: Mapping[str, object], *arguments: str, keys: Path | None = None) -> Ended:
    """Run the suites of a client against running venues.

    Args:
        client: the folder of the client.
        venues: the JSON line of `seatrial emulate --json`.
        arguments: more words for the inner pytest, such as `-k orders`.
        keys: the folder of the private keys of further accounts (`keys.accounts_file`).

    Raises:
        NotInstalled: the client has no environment and cannot get one.
    """
    python = python_of(client)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        ran = subprocess.run(
            [*words(python, HERE / client), f"--junit-xml={report}", f"--basetemp={folder}/tmp", *arguments],
            cwd=folder,
            env=surroundings(venues, folder) | ({} if keys is None else {"KEYS": str(keys)}),
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
            check=False,
        )
        printed = ran.stdout + ran.stderr
        if not report.exists():
            return Ended((), {client: printed[-4000:]}, printed)
        return _read(report, printed)


def words(python: str, folder: Path) -> Sequence[str]:
    """The inner pytest: its own settings, and no conftest above the clients."""
    return [
        python,
        "-m",
        "pytest",
        "-c",
        str(HERE / "suite.ini"),
        f"--rootdir={HERE}",
        f"--confcutdir={HERE}",
        str(folder),
    ]


def surroundings(venues: Mapping[str, object], folder: str) -> dict[str, str]:
    """The variables of a bot: nothing of ours, no keys or proxies of whoever runs the tests, a home of its own."""
    kept = {name: raw for name, raw in os.environ.items() if not name.startswith(PRIVATE)}
    return kept | {"VENUES": json.dumps(venues), "HOME": folder}


def _read(report: Path, printed: str) -> Ended:
    held, failed = [], {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = case.get("name", "")
        problems = [child for child in case if child.tag in {"failure", "error", "skipped"}]
        if problems:
            failed[name] = (problems[0].text or problems[0].get("message") or "")[-3000:]
        else:
            held.append(name)
    return Ended(tuple(held), failed, printed)
