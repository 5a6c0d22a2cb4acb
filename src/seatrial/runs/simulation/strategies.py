"""Two strategies with no idea and much to do: one moves targets, one quotes and takes its quotes back."""

from __future__ import annotations

from collections.abc import Sequence

from seatrial.domain.ids import AccountId, StrategyId
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import MINUTE_NS
from seatrial.strategy.asking import OrderWords
from seatrial.strategy.context import Context
from seatrial.strategy.runner import StrategyRunner
from seatrial.strategy.strategy import BarView, Strategy


class Swinger(Strategy):
    """Another target every third bar, long, flat or short, by nothing but the time."""

    symbols = ("AAPL", "SPY")

    def on_bar(self, context: Context, bar: BarView) -> None:
        """A target from the minute's number."""
        minute = bar.end_ns // MINUTE_NS + len(bar.symbol)
        if minute % 3 == 0:
            context.target(bar.symbol, quantity=minute * 7919 % 401 - 200)


class Quoter(Strategy):
    """A bid and an offer around the last close, taken back two bars later; now and then exits, a trail or a target."""

    symbols = ("BTCUSDT", "ETHUSDT")

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Take back what is old, then quote again."""
        minute = bar.end_ns // MINUTE_NS
        for handle in context.working(bar.symbol):
            patience = 9 if handle.has_legs or handle.trail_percent else 2
            if bar.end_ns - handle.placed_at_ns >= patience * MINUTE_NS:
                context.cancel(handle)
        size = 0.05 if bar.symbol == "BTCUSDT" else 2.0
        held = context.position(bar.symbol)
        match minute % 4:
            case 0 if minute % 8 == 0:
                self._bracket(context, bar, size, market=minute % 16 == 0)
            case 3 if held > size:
                self._protect(context, bar, size, trailing=minute % 8 == 3)
            case 0:
                context.buy(bar.symbol, size, limit_price=f"{bar.close * 0.9995:.2f}")
            case 1 if held > size:
                context.sell(bar.symbol, size, limit_price=f"{bar.close * 1.0005:.2f}")
            case 2 if minute % 3 == 0:
                context.target(bar.symbol, quantity=size * (minute % 5))
            case _:
                pass

    def _bracket(self, context: Context, bar: BarView, size: float, *, market: bool) -> None:
        """An entry whose exits lie so near that some are reached."""
        words = OrderWords(take_profit=f"{bar.close * 1.001:.2f}", stop_loss=f"{bar.close * 0.999:.2f}")
        if not market:
            words["limit_price"] = f"{bar.close * 0.9998:.2f}"
            words["good_till"] = bar.end_ns + 3 * MINUTE_NS
        context.buy(bar.symbol, size, **words)

    def _protect(self, context: Context, bar: BarView, size: float, *, trailing: bool) -> None:
        """A trail behind what is held, or two exits around it."""
        if trailing:
            context.sell(bar.symbol, size, trail_percent="0.05", reduce_only=True)
        else:
            profit, loss = f"{bar.close * 1.0008:.2f}", f"{bar.close * 0.9992:.2f}"
            context.oco(bar.symbol, size, take_profit=profit, stop_loss=loss)


class InlineSource:
    """A strategy class as a source of runners: what a file is in production."""

    schedule = "on bar close"

    def __init__(
        self, strategy: type[Strategy], account: AccountId, instruments: Sequence[Instrument], epoch: str
    ) -> None:
        self.strategy_id = StrategyId(strategy.__name__.lower())
        self.account = account
        self._strategy = strategy
        self._instruments = tuple(instruments)
        self._epoch = epoch

    def load(self) -> StrategyRunner:
        """A fresh runner."""
        return StrategyRunner(
            self._strategy(),
            strategy_id=self.strategy_id,
            account=self.account,
            instruments=self._instruments,
            epoch=self._epoch,
        )

    def changed(self) -> bool:
        """Never."""
        return False
