"""What every room's tests share: compiled code in its own folder, and where recorded markets are."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings
from tests.recorded import RECORDED

from seatrial.bootstrap.numba_cache import prepare_compiled_core

ROOT = Path(__file__).resolve().parents[1]

prepare_compiled_core()

# A shared machine has slow moments; a test never asserts a time. The same examples everywhere, every time.
settings.register_profile("house", deadline=None, derandomize=True, database=None)
settings.load_profile("house")


@pytest.fixture(scope="session")
def recorded_data() -> Path:
    """The folder of recorded markets; a test that needs it is skipped where there is none."""
    if not (RECORDED / "equities").is_dir():
        pytest.skip("no recorded markets: set SEATRIAL_DATA")
    return RECORDED
