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
RICH_RULES = (
    "NOTHING_TO_REDUCE PRICES_DISAGREE NEW_POSITIONS_DISABLED RESTRICTED_SYMBOL MAX_DRAWDOWN MAX_ORDER_QUANTITY "
    "MAX_ORDER_VALUE MAX_POSITION_SHARE MAX_NET_EXPOSURE MAX_LEVERAGE ORDER_RATE_SECOND MESSAGE_RATE_SECOND "
    "MESSAGE_RATE REPEATED_EXECUTION"
)
PLAIN = Path(__file__).parent / "plain"
SLICE = range(150)
RICH_SLICE = (*range(50), 1_210, 1_626)  # the last two: trades of one instant that one purse pays for


def test_random_backtests_agree_with_the_second_opinion_to_the_unit():
    seen: Counter[str] = Counter()
    for seed in SLICE:
        told = agree(seed)
        seen.update(told.refused)
        seen.update(trades=len(told.trades), trips=told.trips, expired=told.expired, cancels=told.cancels)

    assert seen["trades"] > 1_000
    assert set(RULES.split()) <= set(seen), "every rule of risk that a backtest can meet"
    assert min(seen["trips"], seen["expired"], seen["cancels"]) > 10, "the cases meet what they are made for"


def test_random_backtests_with_parked_orders_and_money_facts_agree_to_the_unit():
    seen: Counter[str] = Counter()
    for seed in RICH_SLICE:
        told = agree(seed, rich=True)
        seen.update(told.refused)
        seen.update(trades=len(told.trades), trips=told.trips, expired=told.expired, cancels=told.cancels)

    assert seen["trades"] > 500
    assert set(RICH_RULES.split()) <= set(seen), "the rules that a limits file may leave out"
    assert min(seen["trips"], seen["expired"], seen["cancels"]) > 10


def test_one_case():
    agree(int(os.environ.get("REFERENCE_CASE", "5")), rich=bool(os.environ.get("REFERENCE_RICH")))


def test_the_second_opinion_imports_nothing_of_ours_and_nothing_installed():
    for path in PLAIN.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                own = name.startswith("tests.reference.plain")
                assert own or name.split(".")[0] in sys.stdlib_module_names, f"{path.name} imports {name}"
