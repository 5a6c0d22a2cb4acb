"""Buy and hold: the bet every other strategy has to beat.

The idea: what is owned earns its risk premium, and doing nothing costs nothing. The weakness: it holds through every
fall there is.
"""

from seatrial.strategy import BarView, Context, Strategy


class BuyAndHold(Strategy):
    """Hold `weight` of the account in each symbol, bought once."""

    symbols = ("SPY",)
    weight = 0.04

    def on_start(self, context: Context) -> None:
        """Nothing is held yet."""
        self.bought: set[str] = set()

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Buy with the first bar of each symbol."""
        if bar.symbol not in self.bought:
            self.bought.add(bar.symbol)
            context.target(bar.symbol, weight=self.weight, reason="bought once")
