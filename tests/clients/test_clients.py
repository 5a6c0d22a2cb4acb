"""What holds for every suite of a client that is not ours. `tests/prove/test_unmodified_clients.py` runs them."""

from __future__ import annotations

import ast

from tests.clients.clients import CLIENTS
from tests.clients.page import CAPABILITIES, PAGE, page, shown_by

OURS = {"seatrial", "tests", "benchmarks"}


def test_no_suite_knows_more_than_its_client_and_the_json_line() -> None:
    known = []
    for path in (path for client in CLIENTS for path in client.suites):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            known += [f"{path.name}: {name}" for name in names if name.split(".")[0] in OURS]
    assert known == []


def test_the_page_of_clients_is_written_from_their_suites() -> None:
    unknown = {name for client in CLIENTS for name in shown_by(client)} - set(CAPABILITIES)
    assert unknown == set()
    assert PAGE.read_text("utf-8") == page(), "python -m tests.clients.page writes it"
