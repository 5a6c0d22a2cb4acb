"""Fuzzing in small, at the doors and parsers of the venues; `tests/prove/test_fuzz_counts.py` has the full counts."""

from __future__ import annotations

import pytest
from tests.fuzz.targets import TARGETS

INPUTS = {"alpaca": 400, "binance": 400, "wire": 3_000}


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_breaks_whatever_is_sent(target: str) -> None:
    TARGETS[target](1, INPUTS[target])
