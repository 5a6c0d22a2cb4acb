"""The core against a second opinion in Decimal, on random backtests: every trade, every refusal, every unit."""

import ast
import os
import sys
from collections import Counter
from pathlib import Path

from tests.reference.agreement import agree

RULES = (
    "BREAKER_TRIPPED EXIT_UNDER_WAY NOTIONAL_TOO_SMALL STALE_PRICE PRICE_COLLAR SHORT_NOT_ALLOWED DAILY_LOSS "
    "WEEKLY_LOSS MONTHLY_LOSS LOSS_PER_TRADE MAX_SHARES MAX_POSITION_NOTIONAL MAX_TOTAL_EXPOSURE MAX_OPEN_POSITIONS "
    "BUYING_POWER ORDER_RATE TOO_MANY_ORDERS"
)
PLAIN = Path(__file__).parent / "plain"
SLICE = range(150)


def test_random_backtests_agree_with_the_second_opinion_to_the_unit():
    seen: Counter[str] = Counter()
    for seed in SLICE:
        told = agree(seed)
        seen.update(told.refused)
        seen.update(trades=len(told.trades), trips=told.trips, expired=told.expired, cancels=told.cancels)

    assert seen["trades"] > 1_000
    assert set(RULES.split()) <= set(seen), "every rule of risk that a backtest can meet"
    assert min(seen["trips"], seen["expired"], seen["cancels"]) > 10, "the cases meet what they are made for"


def test_one_case():
    agree(int(os.environ.get("REFERENCE_CASE", "5")))


def test_the_second_opinion_imports_nothing_of_ours_and_nothing_installed():
    for path in PLAIN.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                own = name.startswith("tests.reference.plain")
                assert own or name.split(".")[0] in sys.stdlib_module_names, f"{path.name} imports {name}"
