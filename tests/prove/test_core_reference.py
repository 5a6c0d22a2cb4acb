"""Twenty thousand random backtests, in the core and in the second opinion in Decimal.

Half of them are rich: parked orders, splits, dividends, interest, settlement, purses, and every limit there is.
"""

from __future__ import annotations

import pytest
from tests.prove.proof import Prove
from tests.reference.agreement import agree

CASES = 5_000


@pytest.mark.prove
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("first", [0, CASES])
@pytest.mark.parametrize("rich", [False, True], ids=["plain", "rich"])
def test_ten_thousand_random_backtests_agree_with_the_second_opinion(first: int, rich: bool, prove: Prove) -> None:
    kind = "random backtests with parked orders and money facts" if rich else "random backtests"
    trades = refusals = agreed = 0
    try:
        for seed in range(first, first + CASES):
            told = agree(seed, rich)
            agreed += 1
            trades += len(told.trades)
            refusals += sum(told.refused.values())
    finally:
        prove(
            f"{kind} equal to a second opinion in Decimal, cases {first} to {first + CASES - 1}",
            count=f"{agreed:,} of {CASES:,} equal",
            figure=f"{trades:,} trades, {refusals:,} refusals, every unit compared",
            command="python -m pytest -m prove tests/prove/test_core_reference.py",
        )
