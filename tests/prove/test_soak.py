"""A day of trading at an emulated venue, compressed by virtual time: memory stays flat but for the orders it keeps."""

from __future__ import annotations

import pytest
from benchmarks.venues.day import trade_a_day
from tests.prove.proof import Prove

HOURS = 24
GROWN_MIB_MAX = 64.0  # in eighteen hours, with some twenty thousand orders and as many fills that are kept

pytestmark = [pytest.mark.prove, pytest.mark.timeout(1800)]


def test_a_day_of_trading_keeps_memory_flat(prove: Prove) -> None:
    told = trade_a_day(HOURS)
    prove(
        "a day of trading at the emulated Binance, compressed",
        count=f"{told['orders']:,} orders, {told['fills']:,} fills",
        figure=f"{told['mib'][0]:.0f} MiB at the start, {told['mib'][-1]:.0f} MiB at the end; "
        f"{told['grown_mib']:.1f} MiB more after the first quarter",
        command="pytest -m prove tests/prove/test_soak.py",
    )
    assert told["fills"] > 0
    assert told["grown_mib"] <= GROWN_MIB_MAX
