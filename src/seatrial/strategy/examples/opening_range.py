"""Opening range: the first half hour sets the fences of the day.

The idea: what breaks out of the opening's range with the day's volume behind it goes on. The weakness: quiet days break
out by accident.
"""

from seatrial.strategy import VWAP, BarView, Context, Strategy

NS_PER_HOUR = 3_600 * 10**9


class OpeningRange(Strategy):
    """Stop orders on both sides of the first `bars` bars of a session; flat again `hours` after its first bar."""

    symbols = ("SPY",)
    warmup_bars = 390  # a session: what began in the middle of one is not traded on
    bars = 30
    hours = 5.0
    notional = 4_000.0

    def on_start(self, context: Context) -> None:
        """What is known of the session so far."""
        self.started_ns = 0
        self.seen = 0
        self.high = self.low = 0.0
        self.average = VWAP()

    def on_bar(self, context: Context, bar: BarView) -> None:
        """A gap of more than an hour begins a session."""
        if bar.start_ns - self.started_ns > 10 * NS_PER_HOUR:
            self.started_ns, self.seen, self.high, self.low = bar.start_ns, 0, bar.high, bar.low
            self.average.reset()
        self.seen += 1
        average = self.average.update(bar.close, bar.volume)
        if self.seen <= self.bars:
            self.high, self.low = max(self.high, bar.high), min(self.low, bar.low)
        if self.seen == self.bars and average is not None:
            quantity = context.affordable(bar.symbol, notional=self.notional, price=self.high)
            if quantity > 0 and self.high > bar.close > average:
                context.buy(bar.symbol, quantity, stop_price=self.high)
            elif quantity > 0 and self.low < bar.close < average:
                context.sell(bar.symbol, quantity, stop_price=self.low)
        if bar.end_ns - self.started_ns > self.hours * NS_PER_HOUR and context.position(bar.symbol):
            context.target(bar.symbol, quantity=0)
