"""One exchange: replays a tape, matches working orders against it, and keeps market time.

It knows no accounts, no money and no wire; the venues give it meaning by listening. Everything is
synchronous except `run`, which sleeps until the next instant at which something happens. Whoever calls
`place` or `cancel` first lets everything due happen, so an order that arrives late in a busy loop still
meets exactly the prints that come after it.

After a restart the market goes on where it was stored (`MarketClock`): it stood still meanwhile. Working
orders are given back with `restore`; what each has seen of the market is read from the tape again.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence

from seatrial.core.book import Execution
from seatrial.core.matching import HALTED
from seatrial.domain.bars import Bar, Session
from seatrial.domain.faults import DataFault
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import SECOND_NS, Instant
from seatrial.emulators.market_clock import MarketClock
from seatrial.emulators.order_books import OrderBooks, Place, Terms
from seatrial.emulators.tape import Tape
from seatrial.emulators.timeline import BAR_DELAY_NS, Happenings, Print, Timeline

PARTICIPATION_PPM = 100_000
ORDERS_WORKING_MAX = 10_000

OnPrint = Callable[[Print], None]
OnExecution = Callable[[Symbol, Execution, int], None]
OnBar = Callable[[Sequence[Bar], int], None]
OnSession = Callable[[Session, int], None]
OnInstant = Callable[[int], None]


class Exchange:
    """The market of one venue.

    Listeners are plain callables, called in the order they were added, with market time. For one instant:
    `on_session_close`, `on_session_open`, then per symbol `on_print` and for each order its `on_execution` and, where
    its time in force ends it there, its `on_ended`; then `on_bar` with all bars published together, `on_end` once at
    the end of the data, and last of all `on_settled`: the moment to commit what happened and only then to tell it.

    Args:
        instruments: what can be traded; each must be on the tape.
        tape: bars and sessions.
        market_clock: its `anchor_ns` is where the market goes on; what is up to it is past.
        participation_ppm: the part of a print's volume that can be one account's.

    Raises:
        DataFault: an instrument has no bars.
    """

    def __init__(
        self,
        instruments: Iterable[Instrument],
        tape: Tape,
        *,
        market_clock: MarketClock,
        participation_ppm: int = PARTICIPATION_PPM,
    ) -> None:
        self.instruments = {instrument.symbol: instrument for instrument in instruments}
        for symbol in self.instruments:
            if not tape.bars(symbol):
                raise DataFault(f"{symbol}: the tape holds no bars of it")
        self.tape = tape
        self.market_clock = market_clock
        self.participation_ppm = participation_ppm
        self.on_session_close: list[OnSession] = []
        self.on_session_open: list[OnSession] = []
        self.on_print: list[OnPrint] = []
        self.on_execution: list[OnExecution] = []
        self.on_ended: list[OnExecution] = []
        self.on_bar: list[OnBar] = []
        self.on_end: list[OnInstant] = []
        self.on_settled: list[OnInstant] = []
        self._settled_ns: int = market_clock.anchor_ns
        self._serving = False
        self._timeline = Timeline(tape, self.instruments, self._settled_ns)
        self._books = OrderBooks(self.instruments, participation_ppm)
        self._halted: set[Symbol] = set()
        self._number = 0
        self._opens = [session.open_ns for session in tape.sessions]
        self._last: dict[Symbol, Print] = {}
        for symbol in self.instruments:
            found = self._timeline.last_print(symbol, self._settled_ns)
            if found is not None:
                self._last[symbol] = found

    # -------------------------------------------------------------- orders

    def place(self, symbol: Symbol, terms: Terms, *, number: int | None = None, account: str = "") -> int:
        """Let an order work from the next print on; returns its number.

        Orders of different accounts do not share a book: each can have its part of a print's volume.
        """
        self.catch_up()
        if number is None:
            number = self._number + 1
        self._add(Place(account, symbol), number, terms)
        return number

    def restore(self, symbol: Symbol, terms: Terms, *, number: int, placed_ns: int, account: str = "") -> None:
        """Give back a working order after a restart, in the order of numbers; `placed_ns` is market time.

        Whether it rests and whether its stop has been touched is read from the tape again.
        """
        self._add(Place(account, symbol), number, terms)
        self._books.recall(number, self._timeline.past_prints(symbol, placed_ns, self._settled_ns))

    def cancel(self, number: int) -> int | None:
        """Stop an order from working. Returns what was left of it; None where it was not working any more."""
        self.catch_up()
        return self._books.cancel(number)

    @property
    def full(self) -> bool:
        """No further order can work; the venue above says so in its own words."""
        return len(self._books) >= ORDERS_WORKING_MAX

    def take_number(self) -> int:
        """A number for an order that the venue itself lets wait, until it gives it to `place`."""
        self.catch_up()
        self._number += 1
        return self._number

    def reserve_numbers(self, up_to: int) -> None:
        """Numbers up to this one are taken by orders of the past."""
        self._number = max(self._number, up_to)

    def halt(self, symbol: Symbol) -> None:
        """Stop trading in a symbol: its prints go on to be told, and meet no order until `resume`."""
        self._halted.add(symbol)

    def resume(self, symbol: Symbol) -> None:
        """Trade in a symbol again from the next print on."""
        self._halted.discard(symbol)

    def _add(self, place: Place, number: int, terms: Terms) -> None:
        assert not self.full
        self._number = max(self._number, number)
        self._books.add(place, number, terms)

    # ----------------------------------------------------------- questions

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
        return self._timeline.next_ns is None

    def newest_print(self, symbol: Symbol) -> Print | None:
        """The newest print with everything known of it."""
        return self._last.get(symbol)

    def past_prints(self, symbol: Symbol, start_ns: int, end_ns: int) -> Sequence[Print]:
        """Prints in `[start_ns, end_ns)` that have happened, oldest first."""
        return self._timeline.past_prints(symbol, start_ns - 1, min(end_ns - 1, self.now_ns()))

    def finished_bars(self, symbol: Symbol, start_ns: int, end_ns: int) -> Sequence[Bar]:
        """Published bars that start in `[start_ns, end_ns)`, oldest first."""
        bars = self.tape.bars(symbol)
        first = bisect_left(bars, start_ns, key=lambda bar: bar.start_ns)
        last = bisect_left(bars, end_ns, key=lambda bar: bar.start_ns)
        known = bisect_right(bars, self.now_ns() - BAR_DELAY_NS, key=lambda bar: bar.end_ns)
        return bars[first : max(first, min(last, known))]

    def session_at(self, at_ns: int) -> Session | None:
        """The session that is open at an instant."""
        index = bisect_right(self._opens, at_ns) - 1
        if index < 0 or at_ns >= self.tape.sessions[index].close_ns:
            return None
        return self.tape.sessions[index]

    @property
    def is_open(self) -> bool:
        """A session is open now, and the data is not over."""
        return not self.ended and self.session_at(self.now_ns()) is not None

    @property
    def next_open_ns(self) -> int | None:
        """When the next session opens; None where the calendar ends."""
        index = bisect_right(self._opens, self.now_ns())
        return self._opens[index] if index < len(self._opens) else None

    @property
    def next_close_ns(self) -> int | None:
        """When the current session closes, or the next one if none is open; None where the calendar ends."""
        now_ns = self.now_ns()
        return next((session.close_ns for session in self.tape.sessions if session.close_ns > now_ns), None)

    # ----------------------------------------------------------- the market

    async def run(self) -> None:
        """Let the market happen until the data ends. Late wake-ups serve every due instant, in order."""
        while (next_ns := self._timeline.next_ns) is not None:
            wait_ns = self.market_clock.wait_ns(next_ns)
            await asyncio.sleep(max(0, wait_ns) / SECOND_NS)
            if self._timeline.next_ns == next_ns and next_ns <= self.market_clock.now_ns():
                self._serve()

    def catch_up(self) -> None:
        """Let everything happen that is due; then `settled_ns` is now. A no-op while an instant is being served."""
        if self._serving:
            return
        now_ns = self.market_clock.now_ns()
        while (next_ns := self._timeline.next_ns) is not None and next_ns <= now_ns:
            self._serve()
        self._settled_ns = max(self._settled_ns, now_ns)

    def _serve(self) -> None:
        happenings = self._timeline.take()
        self._settled_ns = happenings.at_ns
        self._serving = True
        self._tell(happenings)
        for settled in self.on_settled:
            settled(happenings.at_ns)
        self._serving = False

    def _tell(self, happenings: Happenings) -> None:
        at_ns = happenings.at_ns
        for session in happenings.closed:
            for closed in self.on_session_close:
                closed(session, at_ns)
        for session in happenings.opened:
            for opened in self.on_session_open:
                opened(session, at_ns)
        for trade in happenings.prints:
            self._match(trade)
        if happenings.bars:
            for published in self.on_bar:
                published(happenings.bars, at_ns)
        if self.ended:
            for end in self.on_end:
                end(at_ns)

    def _match(self, market: Print) -> None:
        self._last[market.symbol] = market
        for heard in self.on_print:
            heard(market)
        phase = market.phase | (HALTED if market.symbol in self._halted else 0)
        for trade in self._books.meet(market, phase):
            if trade.qty_units:
                for executed in self.on_execution:
                    executed(market.symbol, trade, market.at_ns)
            if trade.ended is not None:
                for ended in self.on_ended:
                    ended(market.symbol, trade, market.at_ns)
