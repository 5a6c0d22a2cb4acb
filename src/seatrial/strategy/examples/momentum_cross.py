"""Momentum cross: follow the histogram of two exponential averages.

The idea: a trend that speeds up shows in the difference of its averages before it shows in the price. The weakness: it
is late twice, once per average.
"""

from seatrial.strategy import MACD, BarView, Context, Strategy


class MomentumCross(Strategy):
    """Long while the line is above its signal and above zero."""

    symbols = ("ETHUSDT",)
    warmup_bars = 240  # what an exponential average keeps of its start has faded by then
    fast = 12
    slow = 26
    signal = 9
    weight = 0.04

    def on_start(self, context: Context) -> None:
        """One per symbol."""
        self.lines = {symbol: MACD(self.fast, self.slow, self.signal) for symbol in self.symbols}
        self.held = dict.fromkeys(self.symbols, False)

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Speak when the answer changes."""
        told = self.lines[bar.symbol].update(bar.close)
        if told is None:
            return
        wanted = told.histogram > 0 and told.line > 0
        if wanted != self.held[bar.symbol]:
            self.held[bar.symbol] = wanted
            context.target(bar.symbol, weight=self.weight if wanted else 0)
