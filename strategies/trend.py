"""Trend: hold more of what rises, less of what falls.

The idea: a fast average above a slow one says that a move is under way, and moves of minutes last a little longer
than they should. The weakness: a market without direction crosses its averages again and again, and every crossing
buys high and sells low by a spread. A core is kept through the downs, so it also falls with the market.
"""

from seatrial.strategy import SMA, BarView, Context, Strategy


class Trend(Strategy):
    """Hold `weight` of the account per symbol while it trends up, `core` otherwise.

    It gives reasons and no confidence: at a crossing the averages are next to each other, so their distance says
    nothing of how long the move will last.
    """

    symbols = ("AAPL", "SPY")
    fast = 8
    slow = 24
    weight = 0.04
    core = 0.015
    after_stop = "next target"  # it always wants something, so a stop would otherwise keep it out for good

    def on_start(self, context: Context) -> None:
        """Two averages per symbol."""
        self.fast_averages = {symbol: SMA(self.fast) for symbol in self.symbols}
        self.slow_averages = {symbol: SMA(self.slow) for symbol in self.symbols}
        self.rising: dict[str, bool] = {}

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Speak only when the answer changes: every target may become an order."""
        fast = self.fast_averages[bar.symbol].update(bar.close)
        slow = self.slow_averages[bar.symbol].update(bar.close)
        if fast is None or slow is None:
            return
        lead = (fast / slow - 1) * 100
        rising = lead > 1e-9  # averages that are equal differ by what rounding kept of their start
        if self.rising.get(bar.symbol) != rising:
            self.rising[bar.symbol] = rising
            side = "above" if rising else "not above"
            reason = f"average of {self.fast} bars {side} that of {self.slow}: {lead:+.3f} %"
            context.target(bar.symbol, weight=self.weight if rising else self.core, reason=reason)
