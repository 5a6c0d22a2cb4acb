"""Seventeen strategies whose every number is written down, on recorded days and on made-up ones.

After a change that is meant to move them: `python -m tests.golden.write`, and say in the commit why they moved.
"""

import json
from pathlib import Path

import pytest
from tests.golden.runs import DATA, MARKETS, NAMES, statistics

WRITTEN = json.loads((Path(__file__).parent / "golden.json").read_text("utf-8"))


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("name", NAMES)
def test_an_example_does_to_the_unit_what_is_written_down(name, market):
    if market == "recorded" and not DATA.is_dir():
        pytest.skip("no recorded data: set SEATRIAL_DATA to its folder")

    assert statistics(name, market) == WRITTEN[name][market]


def test_every_example_is_written_down_and_all_of_them_trade():
    assert sorted(WRITTEN) == NAMES
    assert len(NAMES) >= 12
    assert all(WRITTEN[name][market]["fills"] for name in NAMES for market in MARKETS)
