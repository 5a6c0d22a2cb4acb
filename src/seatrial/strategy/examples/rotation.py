"""Rotation: hold the strongest few of many.

The idea: what has risen most lately goes on rising a little. The weakness: the strongest of falling markets falls too.
"""

from seatrial.strategy import ROC, BarView, Context, Strategy


class Rotation(Strategy):
    """At every timer: the `hold` symbols with the greatest change over `length` bars, in equal parts."""

    symbols = ("AAPL", "MSFT", "QQQ", "SPY", "TSLA")
    timer = "every 30 min"  # by the clock: rounds counted from the start would depend on the start
    length = 60
    hold = 2
    weight = 0.08

    def on_start(self, context: Context) -> None:
        """One rate per symbol."""
        self.rates = {symbol: ROC(self.length) for symbol in self.symbols}
        self.held: set[str] = set()

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Only the rate moves."""
        self.rates[bar.symbol].update(bar.close)

    def on_timer(self, context: Context, at_ns: int) -> None:
        """Decide once per round, when the bars of all symbols are in."""
        ranked = sorted((rate.value, symbol) for symbol, rate in self.rates.items() if rate.value is not None)
        if len(ranked) < len(self.symbols):
            return
        chosen = {symbol for _, symbol in ranked[-self.hold :]}
        for symbol in sorted(self.held - chosen):
            context.target(symbol, weight=0)
        for symbol in sorted(chosen - self.held):
            context.target(symbol, weight=self.weight / self.hold)
        self.held = chosen
