"""Average cross: long above, short below.

The idea: a fast average that leaves a slow one says that a move is under way. The weakness: a market without direction
crosses its averages again and again.
"""

from seatrial.strategy import SMA, BarView, Context, Strategy


class AverageCross(Strategy):
    """Always in the market, on the side of the faster of two plain averages."""

    symbols = ("SPY",)
    fast = 10
    slow = 40
    weight = 0.04

    def on_start(self, context: Context) -> None:
        """Two averages per symbol."""
        self.averages = {symbol: (SMA(self.fast), SMA(self.slow)) for symbol in self.symbols}
        self.sides: dict[str, int] = {}

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Turn around when they cross."""
        fast, slow = (average.update(bar.close) for average in self.averages[bar.symbol])
        if fast is None or slow is None:
            return
        side = 1 if fast > slow else -1
        if self.sides.get(bar.symbol) != side:
            self.sides[bar.symbol] = side
            context.target(bar.symbol, weight=side * self.weight)
