"""Several strategies at one venue: each under its own name, their symbols together, and one account for all."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.bootstrap.platform_role import sources_of, traded
from seatrial.bootstrap.rehearsing import rehearse
from seatrial.bootstrap.settings import Settings, load_settings
from seatrial.bootstrap.strategy_files import chosen_strategies
from seatrial.bootstrap.symbols import traded_symbols
from seatrial.domain.faults import BadSetting
from seatrial.domain.ids import JournalEpoch

FLIP = """
from seatrial.strategy import Strategy


class {name}(Strategy):
    symbols = ({symbols})

    def on_start(self, context):
        self.bars = 0

    def on_bar(self, context, bar):
        self.bars += 1
        context.target(bar.symbol, weight=0.02 if self.bars % 20 < {high} else 0)
"""


def settings(folder: Path, **files: str) -> Settings:
    for name, symbols in files.items():
        (folder / f"{name}.py").write_text(FLIP.format(name=name.title(), symbols=symbols, high=5 + len(name)))
    chosen = ", ".join(str(folder / f"{name}.py") for name in files)
    return load_settings({"strategies.alpaca": chosen, "strategies.binance": ""}, {}, folder)


def test_a_list_or_commas_name_several_and_their_symbols_are_joined(tmp_path):
    both = settings(tmp_path, one="'AAPL', 'SPY'", two="'SPY', 'MSFT'")

    assert [each.id for each in chosen_strategies(both)] == ["one", "two"]
    assert traded_symbols(both, "alpaca") == ("AAPL", "SPY", "MSFT")
    sources = sources_of(both, traded(both), JournalEpoch("e"))
    assert [(source.strategy_id, source.account) for source in sources] == [("one", "alpaca"), ("two", "alpaca")]
    assert [set(source.load().symbols) for source in sources] == [{"AAPL", "SPY"}, {"SPY", "MSFT"}]

    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "dev.toml").write_text('[strategies]\nalpaca = ["one.py", "two.py"]\nbinance = []\n')
    assert load_settings({}, {}, tmp_path).strategies == {"alpaca": ("one.py", "two.py"), "binance": ()}


def test_two_of_one_name_refuse_since_nobody_could_tell_their_orders_apart(tmp_path):
    twice = load_settings({"strategies.alpaca": "a/one.py,b/one.py"}, {}, tmp_path)

    with pytest.raises(BadSetting, match=r"strategies\.alpaca \(command line\) names two strategies 'one'"):
        chosen_strategies(twice)
    with pytest.raises(BadSetting, match="each once"):
        load_settings({"strategies.alpaca": "one.py, one.py"}, {}, tmp_path)


def test_two_strategies_of_one_share_are_rehearsed_as_they_are_backtested(tmp_path):
    run = rehearse(settings(tmp_path, one="'AAPL',", two="'AAPL', 'SPY'"), session_count=1)

    assert run.equal, run.difference
    assert {fill.outcome.symbol for fill in run.backtest.fills} == {"AAPL", "SPY"}
