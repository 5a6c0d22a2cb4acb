"""A day of trading at an emulated venue, compressed by virtual time: memory stays where it is."""

from __future__ import annotations

import pytest
from benchmarks.venues.day import trade_a_day
from tests.prove.proof import Prove

HOURS = 24
GROWN_MIB_MAX = 8.0  # of some two hundred, from the sixth hour to the last, for some fifteen thousand orders

pytestmark = [pytest.mark.prove, pytest.mark.timeout(1800)]


def test_a_day_of_trading_leaves_memory_flat(prove: Prove) -> None:
    told = trade_a_day(HOURS)
    prove(
        "a day of trading at the emulated Binance, compressed",
        count=f"{told['orders']:,} orders, {told['fills']:,} fills",
        figure=f"{told['mib'][0]:.0f} MiB at the start, {told['mib'][-1]:.0f} MiB at the end; "
        f"{told['kib_per_order']:.1f} KiB for each order",
        command="pytest -m prove tests/prove/test_soak.py",
    )
    assert told["fills"] > 0
    assert told["grown_mib"] <= GROWN_MIB_MAX, told["mib"]
