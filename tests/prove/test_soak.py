"""A day of trading at an emulated venue, compressed by virtual time: nothing grows but the orders that it keeps."""

from __future__ import annotations

import pytest
from benchmarks.venues.day import trade_a_day
from tests.prove.proof import Prove

HOURS = 24
KIB_PER_ORDER_MAX = 12.0  # the order, its trades, and the history of what was asked and answered meanwhile

pytestmark = [pytest.mark.prove, pytest.mark.timeout(1800)]


def test_a_day_of_trading_keeps_its_orders_and_nothing_else(prove: Prove) -> None:
    told = trade_a_day(HOURS)
    prove(
        "a day of trading at the emulated Binance, compressed",
        count=f"{told['orders']:,} orders, {told['fills']:,} fills",
        figure=f"{told['mib'][0]:.0f} MiB at the start, {told['mib'][-1]:.0f} MiB at the end; "
        f"{told['kib_per_order']:.1f} KiB for each order",
        command="pytest -m prove tests/prove/test_soak.py",
    )
    assert told["fills"] > 0
    assert told["kib_per_order"] <= KIB_PER_ORDER_MAX
