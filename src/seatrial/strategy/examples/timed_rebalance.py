"""Timed rebalance: equal parts, put right again every half hour.

The idea: what has risen is sold a little and what has fallen is bought a little, at fixed times and not at every tick.
The weakness: it buys all the way down what does not come back, and pays a commission for each correction.
"""

from seatrial.strategy import BarView, Context, Strategy


class TimedRebalance(Strategy):
    """`weight` of the account in each symbol; the timer says when that is made true again."""

    symbols = ("BTCUSDT", "ETHUSDT")
    timer = "every 30 min"
    warmup_bars = 1
    weight = 0.04

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Nothing between the times."""

    def on_timer(self, context: Context, at_ns: int) -> None:
        """The machine sizes the difference to what is held by now."""
        for symbol in self.symbols:
            context.target(symbol, weight=self.weight)
