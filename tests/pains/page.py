"""Writes docs/reference/pains.md from the pains' own tests: `python -m tests.pains.page`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
PAGE = ROOT / "docs" / "reference" / "pains.md"

HEAD = """# Pains

What users of other platforms lost money on, each as a test by its name: the real order path and the real adapter at an
emulated venue where it happens on purpose (`tests/pains`), on virtual time, with a real journal. The numbers are the
issues in which it was reported; nothing here says how those platforms behave today. `make test` plays each at one
venue, `make prove` at both.
Written by `python -m tests.pains.page`.

| pain | what it was | what is shown here | test |
|---|---|---|---|
"""


class Pain(NamedTuple):
    """One row: its name, what happened elsewhere, what a test shows, and where the test is."""

    name: str
    was: str
    shown: str
    test: str

    def line(self) -> str:
        """As Markdown."""
        return f"| {self.name} | {self.was} | {self.shown} | `{self.test}` |\n"


# Shown by tests that have other reasons to be where they are.
ELSEWHERE = (
    Pain(
        "P-FT8451",
        "Freqtrade 8451, 3902, 477: backtest, dry run and live differ, and nobody can say why",
        "a backtest and a rehearsal over both wires end in one outcome, to the unit",
        "tests/prove/test_full_counts.py::test_backtest_and_rehearsal_end_in_one_outcome",
    ),
    Pain(
        "P-HB243",
        "Hummingbot API 243: after a restart the stop of a position was gone",
        "a bracket survives a crash and its stop triggers after it",
        "tests/services/test_execution_parked.py::test_a_bracket_survives_a_crash_and_its_stop_triggers_after_it",
    ),
    Pain(
        "P-NT3104",
        "NautilusTrader 3104: our 75 against the venue's -65",
        "money that leaves without a reason halts, and says so",
        "tests/services/test_execution_order_path.py::test_money_that_leaves_without_a_reason_halts",
    ),
    Pain(
        "P-LEAN3931",
        "LEAN 3931, 5777, 6722: state and statistics are lost on restart",
        "a replayed journal gives the same fingerprint",
        "tests/services/test_execution_order_path.py::test_a_replayed_journal_gives_the_same_fingerprint",
    ),
    Pain(
        "P-NT4533",
        "NautilusTrader 4533, Hummingbot 6479: memory grows until the process is killed",
        "a day of trading at an emulated venue, compressed: memory stays where it is",
        "tests/prove/test_soak.py::test_a_day_of_trading_leaves_memory_flat",
    ),
)


def pains() -> list[Pain]:
    """All of them, by name."""
    found = [*_told(), *ELSEWHERE]
    return sorted(found, key=lambda pain: (pain.name, pain.test))


def _told() -> Iterator[Pain]:
    """Tests that are named after a pain; their docstring is what it was."""
    for path in sorted(HERE.glob("test_*_pains.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            named = isinstance(node, ast.FunctionDef) and re.match(r"test_p_([a-z]+)(\d+)_(.*)", node.name)
            if isinstance(node, ast.FunctionDef) and named:
                was = (ast.get_docstring(node) or "").partition("\n\n")[0].rstrip(".")
                test = f"{path.relative_to(ROOT).as_posix()}::{node.name}"
                yield Pain(f"P-{named[1].upper()}{named[2]}", was, named[3].replace("_", " "), test)


def page() -> str:
    """The whole page."""
    return HEAD + "".join(pain.line() for pain in pains())


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
