"""What a user writes: a class that is told of bars and says what it wants to hold or to order."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from seatrial.domain.bars import Bar
from seatrial.domain.instrument import Instrument

if TYPE_CHECKING:
    from seatrial.strategy.context import Context

Parameter = bool | int | float | str | tuple[str, ...]
KINDS_KNOWN_MAX = 256


class BarView(NamedTuple):
    """A finished bar in floats, for signals. Money never passes through here."""

    symbol: str
    start_ns: int
    end_ns: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class TradeView(NamedTuple):
    """A trade of the market in floats. `at_ns` is its own time; it is told with the bar that it belongs to."""

    symbol: str
    at_ns: int
    price: float
    size: float


def view_of(bar: Bar, instrument: Instrument) -> BarView:
    """A bar's numbers as floats, by the divisions that columns and compiled strategies make."""
    scale = instrument.price_scale
    return BarView(
        bar.symbol,
        bar.start_ns,
        bar.end_ns,
        float(bar.open_units) / scale,
        float(bar.high_units) / scale,
        float(bar.low_units) / scale,
        float(bar.close_units) / scale,
        float(bar.volume_units) / instrument.qty_scale,
    )


class Strategy:
    """Derive from it, set `symbols`, write `on_bar`.

    Every public class attribute that is a bool, int, float, str or tuple of str is a parameter: a run can
    set it with `name=value`. `on_bar` is called once per finished bar, in order of time and then of symbol.
    The same class runs unchanged in backtest, rehearsal, paper and live, so it must not read clocks,
    files or random numbers: the bar carries its own time.
    """

    symbols: tuple[str, ...] = ()
    warmup_bars: int = 0  # per symbol: so many bars are seen before a decision counts
    schedule: str = "on bar close"  # when decisions are acted on; also "15:30 America/New_York" or "every 60 s"
    timeframes: tuple[str, ...] = ()  # longer bars it hears of when they are complete, such as ("15m", "1h")
    timer: str = ""  # when `on_timer` is called: "every 15 min" or "10:00, 15:50 America/New_York"
    after_stop: str = "wait"  # until it wants something else; also "next target" or "30 bars": `strategy.reentry`

    def on_start(self, context: Context) -> None:
        """Called once before the first bar: make indicators here. Ordering is not possible yet."""

    def on_bar(self, context: Context, bar: BarView) -> None:
        """One bar has finished. Decide through `context`."""
        raise NotImplementedError

    def on_frame(self, context: Context, timeframe: str, bar: BarView) -> None:
        """A longer bar is complete; before the `on_bar` of the bar that completed it."""

    def on_timer(self, context: Context, at_ns: int) -> None:
        """The timer was due at this instant; after the `on_bar` of all bars that end then. See `strategy.timers`."""

    def on_trade(self, context: Context, trade: TradeView) -> None:
        """A trade of the market, oldest first; before the `on_bar` of the bar it belongs to."""


def parameters_of(strategy: Strategy | type[Strategy]) -> dict[str, Parameter]:
    """The parameters of a strategy and their values, by name."""
    found: dict[str, Parameter] = {}
    kind: Any = strategy if isinstance(strategy, type) else type(strategy)
    for name in sorted({*_public_names(kind), *vars(strategy)}):
        value = getattr(strategy, name)
        if name.startswith("_"):
            continue
        if isinstance(value, bool | int | float | str) or _is_texts(value):
            found[name] = value
    return found


@lru_cache(KINDS_KNOWN_MAX)
def _public_names(kind: Any) -> tuple[str, ...]:
    """What a class defines and a parameter could be. A search asks many times."""
    return tuple(name for name in dir(kind) if not name.startswith("_") and not callable(getattr(kind, name)))


def _is_texts(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(item, str) for item in value)
