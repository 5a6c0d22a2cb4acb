"""The user's own folder as it is shipped: every strategy loads, is short, and decides on a made-up market."""

from datetime import date
from pathlib import Path

import pytest

from seatrial.domain.facts import CancelRequest, OrderRequest, Rebalance
from seatrial.domain.ids import AccountId, StrategyId
from seatrial.market.bars import decision_batches
from seatrial.market.instruments import instrument_of
from seatrial.market.synthetic import synthetic_market
from seatrial.strategy.load import load_strategy
from seatrial.strategy.new import write_strategy
from seatrial.strategy.runner import StrategyRunner

FOLDER = Path(__file__).resolve().parents[2] / "strategies"
EXAMPLES = sorted(FOLDER.glob("*.py"))
ON_BARS = [path for path in EXAMPLES if path.stem != "maker"]  # which quotes on depth: tests/cli/test_depth_command.py
LINES_MAX = 60


def decide(path, symbols=None):
    """The facts of one made-up day, as if nothing were ever filled."""
    loaded = load_strategy(path, {"symbols": symbols} if symbols else None)
    instruments = [instrument_of(symbol) for symbol in loaded.strategy.symbols]
    tables = synthetic_market(instruments, seed=3, first_day=date(2019, 2, 11), session_count=1)
    runner = StrategyRunner(
        loaded.strategy, strategy_id=StrategyId(path.stem), account=AccountId("a"), instruments=instruments
    )
    return [fact for _, bars in decision_batches(tables) for fact in runner.on_bars(bars, {})]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_short_and_says_its_idea_and_its_weakness(path):
    text = path.read_text(encoding="utf-8")

    assert len(text.splitlines()) < LINES_MAX
    assert "The idea:" in text
    assert "weakness:" in " ".join(text.split())


@pytest.mark.parametrize("path", ON_BARS, ids=lambda path: path.stem)
def test_an_example_decides_and_decides_the_same_again(path):
    facts = decide(path)

    assert len(facts) > 5
    assert facts == decide(path)


def test_trend_follows_coins_as_well_as_shares():
    facts = decide(FOLDER / "trend.py", "BTCUSDT,ETHUSDT")

    assert {fact.symbol for fact in facts if isinstance(fact, Rebalance)} == {"BTCUSDT", "ETHUSDT"}


def test_resting_orders_are_taken_back_when_they_are_stale():
    for name in ("coins.py", "pullback.py"):
        kinds = {type(fact) for fact in decide(FOLDER / name)}
        assert kinds == {OrderRequest, CancelRequest}


def test_a_new_strategy_decides_as_it_is(tmp_path):
    assert decide(write_strategy(tmp_path, "mine"))
