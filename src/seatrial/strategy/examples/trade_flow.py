"""Trade flow: who is in more of a hurry, buyers or sellers.

The idea: trades above the one before were bought into the offer, and more of them than below say that buyers press. The
weakness: a large order in small parts looks like a crowd, and whoever hides it knows that.

    seatrial backtest strategies/trade_flow.py --trades trades.parquet
"""

from seatrial.strategy import EMA, BarView, Context, Strategy, TradeView


class TradeFlow(Strategy):
    """Long while the average of bought less sold volume is positive, as a share of what traded."""

    symbols = ("BTCUSDT",)
    warmup_bars = 240  # what an exponential average keeps of its start has faded by then
    length = 20
    least = 0.05
    weight = 0.04

    def on_start(self, context: Context) -> None:
        """What was traded since the last bar, and which way the last change went."""
        self.average = EMA(self.length)
        self.bought = self.sold = 0.0
        self.last, self.side = 0.0, 0
        self.long = False

    def on_trade(self, context: Context, trade: TradeView) -> None:
        """At the price before, a trade counts to the side of the last change."""
        if self.last and trade.price != self.last:
            self.side = 1 if trade.price > self.last else -1
        self.last = trade.price
        self.bought += trade.size if self.side > 0 else 0.0
        self.sold += trade.size if self.side < 0 else 0.0

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Every trade of the bar has been told."""
        traded, pressed = self.bought + self.sold, self.bought - self.sold
        self.bought = self.sold = 0.0
        average = self.average.update(pressed / traded) if traded else self.average.value
        if average is None:
            return
        wanted = average > (-self.least if self.long else self.least)
        if wanted != self.long:
            self.long = wanted
            context.target(bar.symbol, weight=self.weight if wanted else 0)
