"""Ten thousand random backtests, in the core and in the second opinion in Decimal."""

from __future__ import annotations

import pytest
from tests.prove.proof import Prove
from tests.reference.agreement import agree

CASES = 5_000


@pytest.mark.prove
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("first", [0, CASES])
def test_ten_thousand_random_backtests_agree_with_the_second_opinion(first: int, prove: Prove) -> None:
    trades = refusals = agreed = 0
    try:
        for seed in range(first, first + CASES):
            told = agree(seed)
            agreed += 1
            trades += len(told.trades)
            refusals += sum(told.refused.values())
    finally:
        prove(
            f"random backtests equal to a second opinion in Decimal, cases {first} to {first + CASES - 1}",
            count=f"{agreed:,} of {CASES:,} equal",
            figure=f"{trades:,} trades, {refusals:,} refusals, every unit compared",
            command="python -m pytest -m prove tests/prove/test_core_reference.py",
        )
