"""What a strategy author imports: `from seatrial.strategy import Strategy, Context, BarView, SMA`."""

from seatrial.strategy.context import Context
from seatrial.strategy.handle import OrderHandle
from seatrial.strategy.indicators import ATR, EMA, RSI, SMA
from seatrial.strategy.strategy import BarView, Strategy

__all__ = ["ATR", "EMA", "RSI", "SMA", "BarView", "Context", "OrderHandle", "Strategy"]
