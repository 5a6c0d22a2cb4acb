"""Grid: a ladder of bids below, an offer above each that fills.

The idea: a market that swings pays a little at every step. The weakness: a market that falls fills every bid and no
offer.
"""

from seatrial.strategy import BarView, Context, Strategy


class Grid(Strategy):
    """`steps` bids, each `gap` below the one before; what is held is offered `gap` above its last price."""

    symbols = ("BTCUSDT",)
    gap = 0.002
    steps = 4
    notional = 1_000.0

    def on_start(self, context: Context) -> None:
        """The middle of the ladder is the first close."""
        self.middles: dict[str, float] = {}

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Move the ladder when the price has left it, else keep every rung in place."""
        middle = self.middles.get(bar.symbol)
        if middle is None or abs(bar.close / middle - 1) > self.gap:
            self.middles[bar.symbol] = bar.close
            for handle in context.working(bar.symbol):
                context.cancel(handle)
            self._place(context, bar)

    def _place(self, context: Context, bar: BarView) -> None:
        for step in range(1, self.steps + 1):
            price = bar.close * (1 - step * self.gap)
            quantity = context.affordable(bar.symbol, notional=self.notional, price=price)
            if quantity > 0:
                context.buy(bar.symbol, quantity, limit_price=price)
        free = context.affordable(bar.symbol, notional=context.position(bar.symbol) * bar.close, price=bar.close)
        if free > 0:
            context.sell(bar.symbol, free, limit_price=bar.close * (1 + self.gap))
