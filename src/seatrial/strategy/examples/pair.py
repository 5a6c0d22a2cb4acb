"""Pair: two that move together, bet on their difference.

The idea: the ratio of two alike things returns to its mean; one leg long and one short leave little of the market in
it. The weakness: they stop being alike on the day it matters.
"""

from seatrial.strategy import BarView, Bollinger, Context, Strategy


class Pair(Strategy):
    """Short the ratio above its upper band, long below the lower one, out at the middle."""

    symbols = ("QQQ", "SPY")
    length = 60
    width = 2.0
    weight = 0.04

    def on_start(self, context: Context) -> None:
        """One band around the ratio of the first symbol to the second."""
        self.band = Bollinger(self.length, self.width)
        self.first: BarView | None = None
        self.side = 0

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Decide when both bars of one minute are in."""
        if bar.symbol == self.symbols[0]:
            self.first = bar
            return
        if self.first is None or self.first.end_ns != bar.end_ns:
            return
        ratio = self.first.close / bar.close
        band = self.band.update(ratio)
        if band is None:
            return
        side = self.side
        if ratio > band.upper:
            side = -1
        elif ratio < band.lower:
            side = 1
        elif (ratio - band.middle) * self.side >= 0:
            side = 0
        if side != self.side:
            self.side = side
            context.target(self.symbols[0], weight=side * self.weight)
            context.target(self.symbols[1], weight=-side * self.weight)
