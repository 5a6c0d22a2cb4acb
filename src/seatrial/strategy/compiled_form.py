"""A strategy as one compiled function: `decide` sees numbers and answers with what to hold.

It runs wherever a `Strategy` runs, because `on_bar` below calls the same function in Python. A backtest calls it
compiled, by address, with nothing in Python per bar. Both decide alike: the same floats in the same order.
"""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from seatrial.domain.faults import RequestFault
from seatrial.strategy.columns import Declared, declared
from seatrial.strategy.context import Context
from seatrial.strategy.strategy import BarView, Strategy, parameters_of

NOTHING = math.nan  # what `decide` answers where it has nothing to say
SAYS = ("quantity", "weight")
MEMORY_MAX = 100_000
BAR_FIELDS = ("symbol", "start_ns", "end_ns", "open", "high", "low", "close", "volume", "held")


class CompiledStrategy(Strategy):
    """Derive from it, set `symbols`, write `decide`.

    `class Mine(CompiledStrategy, says="weight", memory=2)` answers with shares of equity instead of quantities and
    has two floats per symbol to remember things in. A target is told to the machine when it differs from the last
    one said for the symbol. `decide` is called once all `indicators` answer and `warmup_bars` have been seen.
    """

    _says: ClassVar[str] = "quantity"
    _memory: ClassVar[int] = 0

    def __init_subclass__(cls, *, says: str | None = None, memory: int | None = None, **more: Any) -> None:
        super().__init_subclass__(**more)
        if says is not None and says not in SAYS:
            raise RequestFault("says", f"one of {', '.join(SAYS)}", says)
        if memory is not None and (isinstance(memory, bool) or not 0 <= memory <= MEMORY_MAX):
            raise RequestFault("memory", f"a number of floats from 0 to {MEMORY_MAX}", memory)
        cls._says = says or cls._says
        cls._memory = cls._memory if memory is None else memory

    def indicators(self) -> Mapping[str, Any]:
        """What `decide` sees beside the bar, by name: an indicator, or `(field, indicator)` to feed it another field.

        Called once per symbol; every symbol has indicators of its own.
        """
        return {}

    @staticmethod
    def decide(now: Any, own: Any, memory: NDArray[np.float64]) -> float:
        """What to hold of this symbol from here on, negative when short; `NOTHING` to leave it as it is.

        Args:
            now: the bar (`open` to `volume`, `start_ns`, `end_ns`), `symbol` as its place among the strategy's
                symbols in order, `held` by the account, and every indicator by its name.
            own: the strategy's numeric parameters by name.
            memory: this symbol's floats, zero at first.
        """
        raise NotImplementedError

    def on_start(self, context: Context) -> None:
        """Make what each symbol needs."""
        declared_of(self)  # what is wrong with them is said before the first bar
        self._minds: dict[str, Mind] = {}

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Decide in Python what the compiled form decides."""
        mind = self._minds.get(bar.symbol)
        if mind is None:
            mind = self._minds[bar.symbol] = Mind(self, ordered_symbols(self).index(bar.symbol))
        wanted = mind.decide(bar, context.position(bar.symbol))
        if not math.isnan(wanted) and wanted != mind.said:
            mind.said = wanted
            if self._says == "weight":
                context.target(bar.symbol, weight=wanted)
            else:
                context.target(bar.symbol, quantity=wanted)


class Mind:
    """What one symbol's decisions are made with, in Python."""

    def __init__(self, strategy: CompiledStrategy, place: int) -> None:
        self.declared = declared_of(strategy)
        self.said = NOTHING
        self._place = place
        self._strategy = strategy
        self._now = now_type(tuple(column for each in self.declared for column in each.columns))
        self._own = own_of(strategy)
        self._memory = np.zeros(strategy._memory)
        self._seen = 0

    def decide(self, bar: BarView, held: float) -> float:
        """What is wanted now, or `NOTHING`."""
        numbers: list[float] = []
        ready = True
        for each in self.declared:
            found = each.numbers(*(getattr(bar, field) for field in each.inputs))
            ready = ready and found is not None
            numbers.extend(found or ())
        self._seen += 1
        if not ready or self._seen <= self._strategy.warmup_bars:
            return NOTHING
        now = self._now(self._place, *bar[1:], held, *numbers)
        return float(type(self._strategy).decide(now, self._own, self._memory))


def ordered_symbols(strategy: Strategy) -> tuple[str, ...]:
    """A strategy's symbols in the order in which `symbol` counts them."""
    return tuple(sorted(set(strategy.symbols)))


def declared_of(strategy: CompiledStrategy) -> tuple[Declared, ...]:
    """Fresh indicators of one symbol."""
    found = declared(strategy.indicators())
    names = [column for each in found for column in each.columns]
    taken = {name for name in names if name in BAR_FIELDS or names.count(name) > 1}
    if taken:
        raise RequestFault("indicators", f"names other than {', '.join(BAR_FIELDS)}, each once", sorted(taken))
    return found


@cache
def now_type(columns: tuple[str, ...]) -> Any:
    """The type of `now` for these columns of indicators."""
    return namedtuple("Now", (*BAR_FIELDS, *columns))


@cache
def own_type(names: tuple[str, ...]) -> Any:
    """The type of `own` for these parameters."""
    return namedtuple("Own", names)


def numeric_parameters(strategy: Strategy) -> dict[str, int | float]:
    """The parameters a compiled function can read: whole numbers (yes and no among them) and floats."""
    return {name: value for name, value in parameters_of(strategy).items() if isinstance(value, int | float)}


def own_of(strategy: Strategy) -> Any:
    """The numeric parameters as `own` shows them."""
    found = numeric_parameters(strategy)
    return own_type(tuple(found))(*found.values())
