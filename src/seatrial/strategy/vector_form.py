"""A strategy as whole columns: signals are worked out at once, orders happen in the same loop as everyone's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seatrial.domain.faults import RequestFault
from seatrial.strategy.compiled_form import CompiledStrategy
from seatrial.strategy.context import Context
from seatrial.strategy.strategy import BarView

Float64Array = NDArray[np.float64]
HISTORY_MAX = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """All bars of one symbol so far, oldest first, as floats; times in nanoseconds since 1970."""

    symbol: str
    start_ns: NDArray[np.int64]
    end_ns: NDArray[np.int64]
    open: Float64Array
    high: Float64Array
    low: Float64Array
    close: Float64Array
    volume: Float64Array

    def __len__(self) -> int:
        return len(self.close)


class VectorStrategy(CompiledStrategy):
    """Derive from it, set `symbols`, write `targets`.

    A backtest asks once for all bars. Live it is asked after every bar for the last `history_bars` of them, of which
    the newest answer counts, so an answer must come from bars at and before its own place alone, and from no more
    than `history_bars` of them.
    """

    history_bars = 1_000

    def targets(self, bars: Columns) -> Float64Array:
        """What to hold after each bar, one number per bar; `nan` leaves it as it is."""
        raise NotImplementedError

    @staticmethod
    def decide(now: Any, own: Any, memory: Float64Array) -> float:
        """What `targets` said for this bar."""
        return float(now.target)

    def indicators(self) -> Mapping[str, Any]:
        """Nothing but what `targets` says."""
        return {}

    def on_start(self, context: Context) -> None:
        """Begin the history of each symbol."""
        self._history: dict[str, list[BarView]] = {symbol: [] for symbol in self.symbols}
        self._said: dict[str, float] = {}
        self._seen = dict.fromkeys(self.symbols, 0)

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Ask for the history up to this bar and say its newest answer."""
        history = self._history[bar.symbol]
        history.append(bar)
        del history[: -min(max(self.history_bars, 1), HISTORY_MAX)]
        self._seen[bar.symbol] += 1
        if self._seen[bar.symbol] <= self.warmup_bars:
            return
        wanted = float(answered(self, columns_of(bar.symbol, history))[-1])
        if not math.isnan(wanted) and wanted != self._said.get(bar.symbol):
            self._said[bar.symbol] = wanted
            if self._says == "weight":
                context.target(bar.symbol, weight=wanted)
            else:
                context.target(bar.symbol, quantity=wanted)


def columns_of(symbol: str, bars: list[BarView]) -> Columns:
    """Bars as columns."""
    by_field = list(zip(*bars, strict=True))[1:]
    start_ns, end_ns = (np.array(values, dtype=np.int64) for values in by_field[:2])
    return Columns(symbol, start_ns, end_ns, *(np.array(values, dtype=np.float64) for values in by_field[2:]))


def answered(strategy: VectorStrategy, bars: Columns) -> Float64Array:
    """What `targets` says, one float per bar.

    Raises:
        RequestFault: another number of answers, or something that is no number.
    """
    found = strategy.targets(bars)
    try:
        answer = np.asarray(found, dtype=np.float64)
    except (TypeError, ValueError):
        raise RequestFault("targets", "one number per bar", type(found).__name__) from None
    if answer.shape != (len(bars),):
        raise RequestFault("targets", f"one number per bar, {len(bars)} of them", answer.shape)
    return answer
