"""Coins: buy from those in a hurry, a little at a time, and offer it all for a little more than it cost.

The idea: between news a price swings around its average, and whoever waits at the edge is paid for waiting. The
weakness: many small gains stand against few large losses, because what keeps falling is bought again and held until
the house's stop-loss ends it. Coins fall together, and two commissions of 0.1 % take a good part of each gain.
"""

from seatrial.strategy import ATR, SMA, BarView, Context, Strategy

MINUTE_NS = 60 * 10**9


class Coins(Strategy):
    """Per symbol one bid of `clip` USDT below the average and one offer of everything held above its cost."""

    symbols = ("BNBUSDT", "BTCUSDT")
    warmup_bars = 300  # what the ranges keep of their start has faded by then
    length = 30
    width = 0.5  # ranges below the average
    gain = 0.003
    clip = 1_600.0
    most = 4_800.0  # USDT per symbol
    patience_minutes = 10

    def on_start(self, context: Context) -> None:
        """An average and a range per symbol; what is held and what one coin of it cost."""
        self.averages = {symbol: SMA(self.length) for symbol in self.symbols}
        self.ranges = {symbol: ATR(self.length) for symbol in self.symbols}
        self.held = dict.fromkeys(self.symbols, 0.0)
        self.cost = dict.fromkeys(self.symbols, 0.0)
        self.bid = dict.fromkeys(self.symbols, 0.0)

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Take back what is stale; on a side where nothing works any more, quote again."""
        symbol, held = bar.symbol, self.count(bar.symbol, context.position(bar.symbol))
        average = self.averages[symbol].update(bar.close)
        span = self.ranges[symbol].update(bar.high, bar.low, bar.close)
        bids = [order for order in context.working(symbol) if order.side > 0]
        offers = [order for order in context.working(symbol) if order.side < 0]
        for order in bids + offers:
            old = order.side > 0 and bar.end_ns - order.placed_at_ns >= self.patience_minutes * MINUTE_NS
            if old or (held - order.quantity) * order.side * bar.close < -self.clip / 2:
                context.cancel(order)
        if average is not None and span is not None and not bids and held * bar.close < self.most - self.clip:
            self.bid[symbol] = min(average, bar.close) - self.width * span
            why = f"bid {self.width} ranges below the lower of price and average of {self.length} bars"
            context.buy(symbol, self.clip / self.bid[symbol], limit_price=self.bid[symbol], reason=why)
        if not offers and held * bar.close > 10:
            price = (self.cost[symbol] or bar.close) * (1 + self.gain)
            context.sell(symbol, held, limit_price=price, reason=f"offer {self.gain:.1%} above what it cost")

    def count(self, symbol: str, held: float) -> float:
        """Follow the average cost: the account says how much is held, the last bid what the new part cost."""
        if (more := held - self.held[symbol]) > 0:
            self.cost[symbol] = (self.cost[symbol] * self.held[symbol] + self.bid[symbol] * more) / held
        self.held[symbol] = held
        return held
