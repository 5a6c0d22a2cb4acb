"""Rotation: hold the strongest few of many.

The idea: what has risen most lately goes on rising a little. The weakness: the strongest of falling markets falls too.
"""

from seatrial.strategy import ROC, BarView, Context, Strategy


class Rotation(Strategy):
    """Every `every` bars: the `hold` symbols with the greatest change over `length` bars, in equal parts."""

    symbols = ("AAPL", "MSFT", "QQQ", "SPY", "TSLA")
    length = 60
    every = 30
    hold = 2
    weight = 0.08

    def on_start(self, context: Context) -> None:
        """One rate per symbol; a round is over when the last symbol has been seen."""
        self.rates = {symbol: ROC(self.length) for symbol in self.symbols}
        self.bars = dict.fromkeys(self.symbols, 0)
        self.held: set[str] = set()

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Decide once per round, with the bar of the last symbol in order."""
        self.rates[bar.symbol].update(bar.close)
        self.bars[bar.symbol] += 1
        if bar.symbol != max(self.symbols) or self.bars[bar.symbol] % self.every:
            return
        ranked = sorted((rate.value, symbol) for symbol, rate in self.rates.items() if rate.value is not None)
        if len(ranked) < len(self.symbols):
            return
        chosen = {symbol for _, symbol in ranked[-self.hold :]}
        for symbol in sorted(self.held - chosen):
            context.target(symbol, weight=0)
        for symbol in sorted(chosen - self.held):
            context.target(symbol, weight=self.weight / self.hold)
        self.held = chosen
