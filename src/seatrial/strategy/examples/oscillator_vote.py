"""Oscillator vote: three that must agree.

The idea: each oscillator errs in its own way, so agreement is worth more than any of them. The weakness: they look at
the same prices, and err together more often than it seems.
"""

from seatrial.strategy import CCI, MFI, BarView, Context, Stochastic, Strategy


class OscillatorVote(Strategy):
    """Long when two of three say sold out, flat when two say bought up."""

    symbols = ("SOLUSDT",)
    length = 20
    weight = 0.04

    def on_start(self, context: Context) -> None:
        """Three per symbol."""
        self.votes = {symbol: (Stochastic(self.length), CCI(self.length), MFI(self.length)) for symbol in self.symbols}

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Who has nothing to say does not vote."""
        place, channel, flow = self.votes[bar.symbol]
        k = place.update(bar.high, bar.low, bar.close)
        c = channel.update(bar.high, bar.low, bar.close)
        m = flow.update(bar.high, bar.low, bar.close, bar.volume)
        low = (k is not None and k.d < 20) + (c is not None and c < -100) + (m is not None and m < 20)
        high = (k is not None and k.d > 80) + (c is not None and c > 100) + (m is not None and m > 80)
        if low >= 2:
            context.target(bar.symbol, weight=self.weight)
        elif high >= 2:
            context.target(bar.symbol, weight=0)
