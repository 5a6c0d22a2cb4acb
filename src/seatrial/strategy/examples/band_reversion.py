"""Band reversion with resting orders: be paid for waiting.

The idea: a limit order two deviations below the mean buys from those who must sell, and one at the mean sells to those
who come back. The weakness: it is filled most surely when the price goes on falling.
"""

from seatrial.strategy import BarView, Bollinger, Context, Strategy


class BandReversion(Strategy):
    """A bid at the lower band, an offer at the middle, asked for afresh with every bar."""

    symbols = ("AAPL",)
    length = 20
    width = 2.0
    notional = 4_000.0

    def on_start(self, context: Context) -> None:
        """One channel per symbol."""
        self.bands = {symbol: Bollinger(self.length, self.width) for symbol in self.symbols}

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Take the old order back, and place the one that fits."""
        band = self.bands[bar.symbol].update(bar.close)
        for handle in context.working(bar.symbol):
            context.cancel(handle)
        if band is None or band.upper == band.lower:
            return
        held = context.position(bar.symbol)
        if held > 0:
            context.sell(bar.symbol, held, limit_price=band.middle)
            return
        quantity = context.affordable(bar.symbol, notional=self.notional, price=band.lower)
        if quantity > 0:
            context.buy(bar.symbol, quantity, limit_price=band.lower)
