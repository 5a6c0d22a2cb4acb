"""What a strategy hears beside its bars: longer bars when they are complete, timers, and trades.

All of it is told with bars and out of bars, or of what the run was given or has heard of its venue, so a backtest, a
rehearsal and live trading tell it alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from seatrial.domain.bars import Bar
from seatrial.domain.faults import InvariantBroken, RequestFault
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.strategy.context import Context
from seatrial.strategy.declaring import check_declarations, hears_trades
from seatrial.strategy.frames import Frame, SessionsAt
from seatrial.strategy.strategy import Strategy, TradeView, view_of
from seatrial.strategy.timers import Alarm, parse_timer

WITH_TRADES = "a market with trades: recorded ones (--trades FILE), a made-up market or a venue's own (--mode paper)"


class Trade(NamedTuple):
    """One trade of a market, in whole units."""

    at_ns: int
    price_units: int
    qty_units: int


Trades = Callable[[Symbol, int, int], Sequence[Trade]]  # a symbol's trades from an instant on and before another


class TradesTold:
    """Trades of bars that are about to be shown: whoever hears them from a venue tells them here, each bar's whole."""

    def __init__(self) -> None:
        self._told: dict[tuple[Symbol, int], Sequence[Trade]] = {}

    def tell(self, bar: Bar, trades: Sequence[Trade]) -> None:
        """Every trade of a bar, oldest first."""
        self._told[bar.symbol, bar.start_ns] = trades

    def forget(self) -> None:
        """Nothing is about to be shown."""
        self._told.clear()

    def __call__(self, symbol: Symbol, start_ns: int, end_ns: int) -> Sequence[Trade]:
        """See `Trades`."""
        found = self._told.pop((symbol, start_ns), None)
        if found is None:
            raise InvariantBroken("no bar is shown before its trades were told", f"{symbol} at {start_ns}")
        return found


class Watching:
    """Of one strategy: its frames, its alarm, its trades."""

    def __init__(
        self,
        strategy: Strategy,
        instruments: Mapping[Symbol, Instrument],
        sessions_at: SessionsAt | None,
        trades: Trades | None,
    ) -> None:
        """Raises `RequestFault`: it wants sessions or trades that the run does not have."""
        check_declarations(strategy)
        timer = parse_timer(strategy.timer)
        self._strategy = strategy
        self._instruments = instruments
        self._alarm = None if timer is None else Alarm(timer)
        self._frames = {
            symbol: [Frame(name, instrument, sessions_at) for name in strategy.timeframes]
            for symbol, instrument in instruments.items()
        }
        self._trades = trades if hears_trades(strategy) else None
        if hears_trades(strategy) and trades is None:
            raise RequestFault("on_trade", WITH_TRADES, "a market of bars alone")

    def before_bar(self, context: Context, bar: Bar) -> None:
        """What belongs before a bar's own `on_bar`: the trades in it, then what is complete with it."""
        instrument = self._instruments[bar.symbol]
        if self._trades is not None:
            for each in self._trades(bar.symbol, bar.start_ns, bar.end_ns):
                price, size = each.price_units / instrument.price_scale, each.qty_units / instrument.qty_scale
                self._strategy.on_trade(context, TradeView(bar.symbol, each.at_ns, price, size))
        for frame in self._frames[bar.symbol]:
            for done in frame.on_bar(bar):
                view = view_of(done, instrument)
                context.lines.on_frame(frame.timeframe, view)
                self._strategy.on_frame(context, frame.timeframe, view)

    def after_batch(self, context: Context, start_ns: int, end_ns: int) -> None:
        """What belongs after all bars of one instant."""
        due = None if self._alarm is None else self._alarm.due(start_ns, end_ns)
        if due is not None:
            self._strategy.on_timer(context, due)
