"""Indicators a strategy declares instead of feeding them: in a backtest worked out as columns, live bar by bar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seatrial.domain.ids import Symbol
from seatrial.strategy.columns import Declared, declared
from seatrial.strategy.strategy import BarView


class Line:
    """One indicator along one symbol's bars. `value` is its newest answer, None while there is not enough data."""

    __slots__ = ("declared", "symbol", "timeframe", "value")

    def __init__(self, symbol: Symbol, each: Declared, timeframe: str = "") -> None:
        self.symbol = symbol
        self.timeframe = timeframe  # of the bars it is fed with; empty for the run's own
        self.declared = each
        self.value: Any = None


class Lines:
    """Every line of one strategy. Where a compiled loop shows the bars it sets the values itself, from columns."""

    def __init__(self) -> None:
        self.all: list[Line] = []

    def add(self, symbol: Symbol, indicator: Any, field: str, timeframe: str = "") -> Line:
        """A new line, fed from the next bar on."""
        line = Line(symbol, declared({"line": (field, indicator)})[0], timeframe)
        self.all.append(line)
        return line

    def on_bar(self, bar: BarView) -> None:
        """One more bar is shown."""
        self._feed("", bar)

    def on_frame(self, timeframe: str, bar: BarView) -> None:
        """A longer bar is complete."""
        self._feed(timeframe, bar)

    def _feed(self, timeframe: str, bar: BarView) -> None:
        for line in self.all:
            if line.symbol == bar.symbol and line.timeframe == timeframe:
                line.value = line.declared.indicator.update(*inputs_of(line.declared, bar))


def inputs_of(each: Declared, bar: BarView) -> tuple[float, ...]:
    """What an indicator is fed with."""
    found: Mapping[str, float] = bar._asdict()
    return tuple(found[field] for field in each.inputs)
