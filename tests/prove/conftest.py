"""Collects what the proof found, from every worker, and keeps it in `docs/reference/proof.md` when the run ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from tests.prove.proof import Prove, Row, commit, keep

# Tests of `make test` that are part of the proof, and are counted here and not by themselves.
COUNTED = {
    "tests/mutants/": "planted mutants caught by the simulation",
}

_rows: list[Row] = []
_counted: dict[str, list[bool]] = defaultdict(list)


@pytest.fixture
def prove(record_property: Callable[[str, object], None]) -> Prove:
    """Keep a row of the proof; whether it held is the test's own outcome."""

    def told(what: str, *, count: str, figure: str, command: str) -> None:
        record_property("proved", [what, count, figure, command])

    return told


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """On the controller, once for every phase of every test of every worker."""
    if report.when != "call":
        return
    for name, proved in report.user_properties:
        if name == "proved" and isinstance(proved, list):
            what, count, figure, command = proved
            _rows.append(Row(what, count, "yes" if report.passed else "NO", figure, f"`{command}`", commit()))
    for path in COUNTED:
        if report.nodeid.startswith(path) and not report.skipped:
            _counted[path].append(report.passed)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Workers have told their controller; only it writes. A run that proved no row of its own writes nothing."""
    config: Any = session.config
    if hasattr(config, "workerinput") or not _rows:
        return
    for path, held in _counted.items():
        count = f"{sum(held)} of {len(held)} tests"
        command = f"`.venv/bin/python -m pytest {path.rstrip('/')}`"
        _rows.append(Row(COUNTED[path], count, "yes" if all(held) else "NO", "", command, commit()))
    keep(_rows)
