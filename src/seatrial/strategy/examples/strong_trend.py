"""Strong trend: trade only where direction is certain.

The idea: Wilder's index says how directed a market is, and only directed markets are worth following. The weakness: the
index is high when the move is old.
"""

from seatrial.strategy import ADX, BarView, Context, Strategy


class StrongTrend(Strategy):
    """With the larger directional indicator while their index is above `least`; out otherwise."""

    symbols = ("QQQ",)
    warmup_bars = 240  # what an exponential average keeps of its start has faded by then
    length = 14
    least = 25.0
    weight = 0.04

    def on_start(self, context: Context) -> None:
        """One index per symbol."""
        self.movements = {symbol: ADX(self.length) for symbol in self.symbols}
        self.wanted: dict[str, float] = {}

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Three answers: long, short, nothing."""
        told = self.movements[bar.symbol].update(bar.high, bar.low, bar.close)
        if told is None:
            return
        side = 0 if told.adx < self.least else 1 if told.plus > told.minus else -1
        if self.wanted.get(bar.symbol) != side:
            self.wanted[bar.symbol] = side
            context.target(bar.symbol, weight=side * self.weight)
