"""Volatility target: hold less when the market shakes.

The idea: equal risk, not equal money; the weight is what keeps the deviation of returns where it is wanted. The
weakness: calm markets fall hardest, and that is when it holds most.
"""

from seatrial.strategy import ROC, BarView, Context, StdDev, Strategy


class VolatilityTarget(Strategy):
    """Weight = `wanted` over the deviation of one-bar returns (percent), in steps of `step`, at most `most`."""

    symbols = ("BTCUSDT",)
    length = 60
    wanted = 0.002
    most = 0.04
    step = 0.01

    def on_start(self, context: Context) -> None:
        """Returns and their deviation, per symbol."""
        self.returns = {symbol: ROC(1) for symbol in self.symbols}
        self.deviations = {symbol: StdDev(self.length) for symbol in self.symbols}
        self.weights: dict[str, float] = {}

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Steps keep small changes from becoming orders."""
        gained = self.returns[bar.symbol].update(bar.close)
        if gained is None:
            return
        deviation = self.deviations[bar.symbol].update(gained)
        if deviation is None or deviation == 0.0:
            return
        weight = round(int(min(self.most, self.wanted / deviation) / self.step) * self.step, 6)
        if self.weights.get(bar.symbol) != weight:
            self.weights[bar.symbol] = weight
            context.target(bar.symbol, weight=weight)
