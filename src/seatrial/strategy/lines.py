"""Indicators a strategy declares instead of feeding them: in a backtest worked out as columns, live bar by bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seatrial.domain.ids import Symbol
from seatrial.strategy.columns import Declared, declared
from seatrial.strategy.strategy import BarView

Answers = Sequence[Any]


class Clock:
    """Which of the bars that were made ready is shown."""

    __slots__ = ("at",)

    def __init__(self) -> None:
        self.at = 0


class Line:
    """One indicator along one symbol's bars. `value` is its newest answer, None while there is not enough data."""

    __slots__ = ("_answers", "_clock", "declared", "symbol", "timeframe")

    def __init__(self, symbol: Symbol, each: Declared, clock: Clock, timeframe: str = "") -> None:
        self.symbol = symbol
        self.timeframe = timeframe  # of the bars it is fed with; empty for the run's own
        self.declared = each
        self._clock = clock
        self._answers: Answers = (None,)

    @property
    def value(self) -> Any:
        """The answer as of the bar that is being decided on."""
        return self._answers[self._clock.at]

    @property
    def newest(self) -> Any:
        """The last answer of those that were made ready."""
        return self._answers[-1]

    def show(self, answers: Answers) -> None:
        """Take the answers of several bars, one per place of the clock."""
        self._answers = answers


class Lines:
    """Every line of one strategy, on one clock."""

    def __init__(self) -> None:
        self.all: list[Line] = []
        self.clock = Clock()
        self.ahead = False  # whether a driver makes answers ready for many bars at once

    def add(self, symbol: Symbol, indicator: Any, field: str, timeframe: str = "") -> Line:
        """A new line, fed from the next bar on."""
        line = Line(symbol, declared({"line": (field, indicator)})[0], self.clock, timeframe)
        self.all.append(line)
        return line

    def on_bar(self, bar: BarView) -> None:
        """One more bar is shown."""
        if self.ahead:
            self.clock.at += 1
            return
        self._feed("", bar)

    def on_frame(self, timeframe: str, bar: BarView) -> None:
        """A longer bar is complete."""
        self._feed(timeframe, bar)

    def _feed(self, timeframe: str, bar: BarView) -> None:
        for line in self.all:
            if line.symbol == bar.symbol and line.timeframe == timeframe:
                line.show((line.declared.indicator.update(*inputs_of(line.declared, bar)),))


def inputs_of(each: Declared, bar: BarView) -> tuple[float, ...]:
    """What an indicator is fed with."""
    found: Mapping[str, float] = bar._asdict()
    return tuple(found[field] for field in each.inputs)
