"""What a user writes for depth and quotes: a class asked on a timer, on its fills, or at every event.

Two forms give identical decisions. `DepthStrategy` is Python. `CompiledDepthStrategy` names one function made with
`core.depth_desk.decides_by`, which is called without leaving compiled code.
"""

from __future__ import annotations

from typing import Any, ClassVar

from seatrial.core.depth_run import WAKE_EVENT, WAKE_FILL, WAKE_TIMER
from seatrial.domain.faults import RequestFault
from seatrial.strategy.context import Context
from seatrial.strategy.depth_desk import DepthDesk, DepthFill
from seatrial.strategy.strategy import BarView, Strategy

WAKES = {"timer": WAKE_TIMER, "fill": WAKE_FILL, "event": WAKE_EVENT}


class DepthStrategy(Strategy):
    """Derive from it, set `symbols`, write any of `on_timer`, `on_fill` and `on_event`.

    What is not written is not called, and costs nothing. Parameters are public class attributes, as for bars. It runs
    over recorded depth or quotes (`seatrial backtest --depth FILE`); on bars it is refused.
    """

    interval_ms: int = 100  # of the timer

    def on_begin(self, desk: DepthDesk) -> None:
        """Called once, before the first event."""

    def on_timer(self, desk: DepthDesk) -> None:  # type: ignore[override]  # events have a desk and no bars
        """Another interval has passed."""

    def on_fill(self, desk: DepthDesk, fill: DepthFill) -> None:
        """The venue's word of a fill was heard."""

    def on_event(self, desk: DepthDesk) -> None:
        """The market did something: `desk.event`."""

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Not for this strategy.

        Raises:
            RequestFault: always.
        """
        require_bars(self)  # which this never is

    def wake_bits(self) -> int:
        """Which of its methods are written, as `core.depth_run` WAKE bits."""
        written = {
            WAKE_TIMER: type(self).on_timer is not DepthStrategy.on_timer,
            WAKE_FILL: type(self).on_fill is not DepthStrategy.on_fill,
            WAKE_EVENT: type(self).on_event is not DepthStrategy.on_event,
        }
        return sum(bit for bit, is_written in written.items() if is_written)


class CompiledDepthStrategy(DepthStrategy):
    """The compiled form: set `decides`, and `wakes` to when it is asked.

    `memory` gives the numbers the function keeps between decisions, parameters included, in `desk.memory`.
    """

    decides: ClassVar[Any] = None
    wakes: tuple[str, ...] = ("timer",)

    def memory(self) -> list[int]:
        """The first content of `desk.memory`."""
        return [0]

    def wake_bits(self) -> int:
        """The bits of `wakes`.

        Raises:
            RequestFault: a word that is not among WAKES.
        """
        unknown = [word for word in self.wakes if word not in WAKES]
        if unknown:
            raise RequestFault("wakes", ", ".join(WAKES), unknown[0])
        return sum(WAKES[word] for word in dict.fromkeys(self.wakes))


def require_bars(strategy: Strategy) -> None:
    """Nothing for a strategy that decides on bars.

    Raises:
        RequestFault: it decides on events.
    """
    if isinstance(strategy, DepthStrategy):
        raise RequestFault("strategy", "one that decides on bars", type(strategy).__name__)
