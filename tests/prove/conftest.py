"""Collects what the proof found, from every worker, and writes `docs/reference/proof.md` when a full run ends."""

from __future__ import annotations

import pytest
from tests.prove.proof import Prove


@pytest.fixture
def prove(record_property) -> Prove:
    def keep(what: str, *, count: str, figure: str, command: str) -> None:
        record_property("proved", [what, count, figure, command])

    return keep
