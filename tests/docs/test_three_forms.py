"""The page of the three forms does what it says: its three classes are one strategy."""

from __future__ import annotations

import re
from pathlib import Path

import seatrial

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how_to" / "three_forms_of_one_strategy.md"


def test_the_three_classes_of_the_page_have_one_outcome(tmp_path: Path) -> None:
    snippets = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    outcomes = set()
    for number, text in enumerate(each for each in snippets if "class Cross" in each):
        path = tmp_path / f"form_{number}.py"
        path.write_text(text)
        result = seatrial.backtest(path, sessions=2)
        assert result.run.fills
        outcomes.add(result.run.outcome_fingerprint)
    assert len(outcomes) == 1


def test_the_notebook_snippet_runs(tmp_path: Path) -> None:
    snippets = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    told: dict[str, object] = {"__name__": "told"}
    compiled = next(each for each in snippets if "CompiledStrategy, says" in each)
    exec(compiled, told)
    exec(next(each for each in snippets if "import seatrial\n" in each), told)
    assert told["result"].run.bars > 0
