"""Parabolic stop: ride a move with a stop that comes closer.

The idea: a stop order rests at the venue where the trend would be over, and moves with every bar. The weakness: it
turns around in every pause.
"""

from seatrial.strategy import BarView, Context, ParabolicSAR, Strategy


class ParabolicStop(Strategy):
    """Buy above the parabolic stop, and protect what is held with a stop order on it."""

    symbols = ("AAPL",)
    warmup_bars = 60  # it has turned around by then, wherever it began
    step = 0.02
    step_max = 0.2
    notional = 4_000.0

    def on_start(self, context: Context) -> None:
        """One stop per symbol."""
        self.stops = {symbol: ParabolicSAR(self.step, self.step_max) for symbol in self.symbols}

    def on_bar(self, context: Context, bar: BarView) -> None:
        """The old stop order is taken back before the new one is placed."""
        stop = self.stops[bar.symbol].update(bar.high, bar.low)
        for handle in context.working(bar.symbol):
            context.cancel(handle)
        if stop is None:
            return
        held = context.position(bar.symbol)
        if held > 0 and stop < bar.close:
            context.sell(bar.symbol, held, stop_price=stop)
        elif held > 0:
            context.sell(bar.symbol, held)
        elif stop < bar.close:
            quantity = context.affordable(bar.symbol, notional=self.notional, price=bar.close)
            if quantity > 0:
                context.buy(bar.symbol, quantity)
