"""`seatrial strategy new NAME`: a first strategy that runs as it is."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

from seatrial.domain.faults import RequestFault

_EXAMPLES = Path(__file__).parent / "examples"
_TEMPLATE = '''\
"""{title}: say here what it bets on, and when it is wrong.

The idea below buys what rose above its own average and steps aside when it falls back. Its weakness: a market
without direction crosses its average again and again, and every crossing costs.
"""

from seatrial.strategy import SMA, BarView, Context, Strategy


class {class_name}(Strategy):
    """Hold `weight` of the account while the close is above its average of `length` bars."""

    symbols = ("AAPL",)
    length = 30
    weight = 0.04

    def on_start(self, context: Context) -> None:
        """One average per symbol."""
        self.averages = {{symbol: SMA(self.length) for symbol in self.symbols}}
        self.held = dict.fromkeys(self.symbols, False)

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Say something only when the answer changes: every target may become an order."""
        average = self.averages[bar.symbol].update(bar.close)
        if average is None:
            return
        above = bar.close > average
        if above != self.held[bar.symbol]:
            self.held[bar.symbol] = above
            context.target(bar.symbol, weight=self.weight if above else 0)
'''


def example_names() -> list[str]:
    """The examples that can be started from."""
    return sorted(path.stem for path in _EXAMPLES.glob("[!_]*.py"))


def example_title(name: str) -> str:
    """The first line of an example: what it bets on."""
    return (_EXAMPLES / f"{name}.py").read_text("utf-8").splitlines()[0].strip('"')


def write_strategy(folder: Path, name: str, *, like: str | None = None) -> Path:
    """Write `folder/name.py` with a working strategy, a copy of the example `like` where given. Never overwrites.

    Raises:
        RequestFault: the name cannot be a module's, the file exists, or there is no such example.
    """
    if like is not None and like not in example_names():
        raise RequestFault("like", f"one of {', '.join(example_names())}", like)
    if re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name) is None or keyword.iskeyword(name):
        raise RequestFault("name", "lower-case letters, digits and underscores, such as my_idea", name)
    path = folder / f"{name}.py"
    if path.exists():
        raise RequestFault("name", f"a name that is free; {path} exists", name)
    folder.mkdir(parents=True, exist_ok=True)
    if like is not None:
        path.write_bytes((_EXAMPLES / f"{like}.py").read_bytes())
        return path
    words = name.split("_")
    path.write_text(
        _TEMPLATE.format(
            title=" ".join(words).capitalize(), class_name="".join(word.capitalize() for word in words if word)
        ),
        encoding="utf-8",
    )
    return path
