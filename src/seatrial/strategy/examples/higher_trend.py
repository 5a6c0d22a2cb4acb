"""Higher trend: the longer bars say which way, the shorter ones when.

The idea: a fall within a rising quarter of an hour is an entry, and a fall within a falling one is not. The weakness:
what the longer bars say is old by up to a quarter of an hour, and turns are exactly then.
"""

from seatrial.strategy import EMA, RSI, BarView, Context, Strategy


class HigherTrend(Strategy):
    """Long after a weak minute while the last quarter of an hour closed above its average; out once it does not."""

    symbols = ("AAPL",)
    timeframes = ("15m",)
    warmup_bars = 300  # 12 whole quarters of an hour, the one cut by the start, and what an average keeps of before
    length = 8  # quarters of an hour
    weak = 45.0
    weight = 0.04

    def on_start(self, context: Context) -> None:
        """An average of the longer bars; the strength of the run's own."""
        self.average = context.indicator(EMA(self.length), self.symbols[0], timeframe="15m")
        self.strength = context.indicator(RSI(14), self.symbols[0])
        self.rising = False

    def on_frame(self, context: Context, timeframe: str, bar: BarView) -> None:
        """A quarter of an hour is complete; it is told of once, and not before."""
        self.rising = self.average.value is not None and bar.close > self.average.value
        if not self.rising:
            context.target(bar.symbol, weight=0)

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Enter on weakness within a rise."""
        if self.rising and self.strength.value is not None and self.strength.value < self.weak:
            context.target(bar.symbol, weight=self.weight)
