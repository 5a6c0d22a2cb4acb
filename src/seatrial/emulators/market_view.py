"""What can be asked of an exchange: its time, its newest prices, its past, its calendar. Nothing here changes it."""

from __future__ import annotations

from collections.abc import Sequence

from seatrial.domain.bars import Bar, Session
from seatrial.domain.ids import Symbol
from seatrial.domain.time import Instant
from seatrial.emulators.announcements import Announcements, OnPrint
from seatrial.emulators.floor.shown import Depth, Quote
from seatrial.emulators.market_clock import MarketClock
from seatrial.emulators.market_hours import MarketHours
from seatrial.emulators.tape import Calendar
from seatrial.emulators.timeline import Print
from seatrial.emulators.trade_reel import TradeReel
from seatrial.emulators.trading import Trading


class MarketView(Announcements):
    """A market as its venue sees it; `exchange.Exchange` lets it happen."""

    def __init__(
        self, trading: Trading, calendar: Calendar, market_clock: MarketClock, reel: TradeReel | None = None
    ) -> None:
        super().__init__()
        self.reel = reel
        self.market_clock = market_clock
        self._trading = trading
        self._hours = MarketHours(calendar.sessions)
        self._settled_ns: int = market_clock.anchor_ns
        self._serving = False

    def now_ns(self) -> Instant:
        """Market time; while an instant is being served, that instant. Never goes backwards."""
        if self._serving:
            return Instant(self._settled_ns)
        return Instant(max(self._settled_ns, self.market_clock.now_ns()))

    @property
    def settled_ns(self) -> int:
        """Market time up to which everything has happened. Right after `place` or `cancel`: when that was."""
        return self._settled_ns

    @property
    def ended(self) -> bool:
        """The data is over; the market is closed for good."""
        return self._trading.next_ns is None

    @property
    def has_books(self) -> bool:
        """Orders meet in books, which are shown; otherwise they fill at prints and no book is known."""
        return self._trading.has_books

    def quote(self, symbol: Symbol) -> Quote | None:
        """The best prices now; None in a market without books."""
        return self._trading.quote(symbol)

    def depth(self, symbol: Symbol, levels_max: int) -> Depth | None:
        """The levels now, best first; None in a market without books."""
        return self._trading.depth(symbol, levels_max)

    def newest_print(self, symbol: Symbol) -> Print | None:
        """The newest print with everything known of it."""
        return self._trading.newest_print(symbol)

    def past_prints(self, symbol: Symbol, start_ns: int, end_ns: int) -> Sequence[Print]:
        """Prints in `[start_ns, end_ns)` that have happened, oldest first."""
        return self._trading.past_prints(symbol, start_ns, min(end_ns - 1, self.now_ns()))

    @property
    def on_trade(self) -> list[OnPrint]:
        """Who hears what the public is told of as traded: recorded trades where there are any, else prints."""
        return self.on_print if self.reel is None else self.on_recorded

    def newest_trade(self, symbol: Symbol) -> Print | None:
        """The newest trade that the public knows of."""
        return self.newest_print(symbol) if self.reel is None else self.reel.newest(symbol)

    def past_trades(self, symbol: Symbol, start_ns: int, end_ns: int) -> Sequence[Print]:
        """Trades in `[start_ns, end_ns)` that the public knows of, oldest first."""
        return (
            self.past_prints(symbol, start_ns, end_ns)
            if self.reel is None
            else self.reel.past(symbol, start_ns, end_ns)
        )

    def finished_bars(self, symbol: Symbol, start_ns: int, end_ns: int) -> Sequence[Bar]:
        """Published bars that start in `[start_ns, end_ns)`, oldest first."""
        return self._trading.finished_bars(symbol, start_ns, end_ns, now_ns=self.now_ns())

    def session_at(self, at_ns: int) -> Session | None:
        """The session that is open at an instant."""
        return self._hours.session_at(at_ns)

    @property
    def is_open(self) -> bool:
        """A session is open now, and the data is not over."""
        return not self.ended and self.session_at(self.now_ns()) is not None

    @property
    def next_open_ns(self) -> int | None:
        """When the next session opens; None where the calendar ends."""
        return self._hours.next_open_ns(self.now_ns())

    @property
    def next_close_ns(self) -> int | None:
        """When the current session closes, or the next one if none is open; None where the calendar ends."""
        return self._hours.next_close_ns(self.now_ns())
