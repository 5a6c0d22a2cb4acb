"""Pullback: wait a little below the last price of a thin share, and sell what was bought a little above.

The idea: where few trade, one impatient order moves the price and it comes back. The weakness: sometimes it does not
come back, because the impatient one knew something; and at a tenth of a thin volume an order takes minutes to fill.
"""

from seatrial.strategy import EMA, BarView, Context, Strategy


class Pullback(Strategy):
    """One limit order at a time: buy `shares` at `dip` below the average, sell all at `gain` above it."""

    symbols = ("DFS",)
    warmup_bars = 60  # what an exponential average keeps of its start has faded by then
    length = 20
    shares = 50
    dip = 0.0004
    gain = 0.0006
    patience_bars = 6

    def on_start(self, context: Context) -> None:
        """An average per symbol, and how many bars its order has waited."""
        self.averages = {symbol: EMA(self.length) for symbol in self.symbols}
        self.waited = dict.fromkeys(self.symbols, 0)

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Cancel an order that waited long enough; with none at work, place the next."""
        average = self.averages[bar.symbol].update(bar.close)
        working = context.working(bar.symbol)
        self.waited[bar.symbol] = self.waited[bar.symbol] + 1 if working else 0
        if self.waited[bar.symbol] >= self.patience_bars:
            for order in working:
                context.cancel(order)
        if working or average is None:
            return
        held = context.position(bar.symbol)
        if held > 0:
            context.sell(bar.symbol, held, limit_price=average * (1 + self.gain))
        else:
            context.buy(bar.symbol, self.shares, limit_price=average * (1 - self.dip))
