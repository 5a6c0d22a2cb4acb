"""Two post-only quotes around the market, for recorded depth or quotes.

    seatrial backtest strategies/maker.py --depth depth.parquet --trades trades.parquet --holding 1

The idea: whoever waits on both sides earns the spread from those who cannot. The weakness: they trade with it most
eagerly when they know more. A spot account sells what it holds, so give it some coin to begin with.
"""

from __future__ import annotations

from seatrial.strategy.depth_desk import DepthDesk, DepthFill
from seatrial.strategy.depth_strategy import DepthStrategy


class Maker(DepthStrategy):
    """Join the best prices, `offset_ticks` behind them, and stop on a side once `most_lots` are bought or sold."""

    symbols = ("BTCUSDT",)
    interval_ms = 1_000
    lots = 100
    most_lots = 1_000
    offset_ticks = 0

    def on_begin(self, desk: DepthDesk) -> None:
        """Nothing was bought or sold yet."""
        self._net = 0

    def on_fill(self, desk: DepthDesk, fill: DepthFill) -> None:
        """Count what was bought and sold."""
        self._net += fill.side * fill.lots

    def on_timer(self, desk: DepthDesk) -> None:
        """Keep one quote on each side where it belongs."""
        bid, ask = desk.best_bid, desk.best_ask
        if bid is None or ask is None:
            return
        working = {order.side: order for order in desk.orders}
        for side, best in ((1, bid), (-1, ask)):
            wanted = best - side * self.offset_ticks
            order = working.get(side)
            if order is not None and order.under_way:
                continue
            if self._net * side + self.lots > self.most_lots:
                if order is not None:
                    desk.cancel(order.number)
            elif order is None:
                desk.limit(side, wanted, self.lots, post_only=True)
            elif order.tick != wanted:
                desk.replace(order.number, side, wanted, self.lots, post_only=True)
