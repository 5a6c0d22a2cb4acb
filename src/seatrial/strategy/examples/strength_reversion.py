"""Strength reversion: buy what has fallen too fast, sell it when it has recovered.

The idea: minutes overreact, and an index of strength at its edge says that they just did. The weakness: a crash is weak
all the way down.
"""

from seatrial.strategy import RSI, BarView, Context, Strategy


class StrengthReversion(Strategy):
    """Long below `low`, flat again above `high`; in between nothing changes."""

    symbols = ("AAPL",)
    warmup_bars = 150  # what an exponential average keeps of its start has faded by then
    length = 14
    low = 30.0
    high = 55.0
    weight = 0.04

    def on_start(self, context: Context) -> None:
        """One index per symbol."""
        self.strengths = {symbol: RSI(self.length) for symbol in self.symbols}

    def on_bar(self, context: Context, bar: BarView) -> None:
        """An unmoved market has no strength, and then nothing is decided."""
        strength = self.strengths[bar.symbol].update(bar.close)
        if strength is None:
            return
        if strength < self.low:
            context.target(bar.symbol, weight=self.weight)
        elif strength > self.high:
            context.target(bar.symbol, weight=0)
