"""A market of prints: bars replayed, orders of all accounts filled at prints as a backtest fills them.

Orders of different accounts do not meet each other here: each account can have its part of a print's volume. That
is what makes a rehearsal equal to a backtest, to the unit. Nothing about a book is known, so none is shown.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from seatrial.core.matching import HALTED
from seatrial.domain.bars import Bar
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.emulators.floor.shown import Depth, Quote
from seatrial.emulators.order_books import OrderBooks, Place, Terms
from seatrial.emulators.tape import Tape
from seatrial.emulators.timeline import BAR_DELAY_NS, Happenings, Print, Timeline
from seatrial.emulators.trade_reel import TradeReel
from seatrial.emulators.trading import Done, Told


class PrintMarket:
    """Replays a tape. `after_ns`: what is up to it is past.

    Args:
        participation_ppm: the part of a print's volume that can be one account's.
        reel: recorded trades that are told as they happened; orders go on to meet the prints.
    """

    has_books = False
    has_arrivals = False  # an order meets the next print, never the market at its arrival

    def __init__(
        self,
        instruments: dict[Symbol, Instrument],
        tape: Tape,
        after_ns: int,
        *,
        participation_ppm: int,
        reel: TradeReel | None = None,
    ) -> None:
        self._tape = tape
        self._timeline = Timeline(tape, instruments, after_ns)
        self._reel = reel
        self._books = OrderBooks(instruments, participation_ppm)
        self._halted: set[Symbol] = set()
        self._newest: dict[Symbol, Print] = {}
        for symbol in instruments:
            found = self._timeline.last_print(symbol, after_ns)
            if found is not None:
                self._newest[symbol] = found

    @property
    def next_ns(self) -> int | None:
        """When something happens next; None at the end of the data."""
        timeline_ns = self._timeline.next_ns
        if self._reel is None or self._reel.next_ns is None or timeline_ns is None:
            return timeline_ns
        return min(timeline_ns, self._reel.next_ns)

    def take(self) -> Happenings:
        """The next instant."""
        if self._reel is None or self._reel.next_ns is None:
            return self._timeline.take()
        at_ns = self.next_ns
        assert at_ns is not None
        happenings = self._timeline.take() if self._timeline.next_ns == at_ns else Happenings(at_ns)
        happenings.trades += self._reel.take(at_ns)
        return happenings

    def play(self, happenings: Happenings) -> Iterator[Told]:
        """Recorded trades, then each print, and after it what it did to orders."""
        yield from happenings.trades
        for market in happenings.prints:
            self._newest[market.symbol] = market
            yield market
            phase = market.phase | (HALTED if market.symbol in self._halted else 0)
            for execution in self._books.meet(market, phase):
                yield Done(market.symbol, execution, market.at_ns)

    def __len__(self) -> int:
        return len(self._books)

    def add(self, place: Place, number: int, terms: Terms) -> None:
        """Let an order work from the next print on."""
        self._books.add(place, number, terms)

    def restore(self, place: Place, number: int, terms: Terms, *, placed_ns: int, settled_ns: int) -> None:
        """Whether it rests and whether its stop has been touched is read from the tape again."""
        self._books.add(place, number, terms)
        self._books.recall(number, self._timeline.past_prints(place.symbol, placed_ns, settled_ns))

    def cancel(self, number: int) -> int | None:
        """What was left of it; None where it did not work."""
        return self._books.cancel(number)

    def shrink(self, number: int, left_units: int) -> None:
        """Nobody stands behind anybody here: what an order fills beyond its new size, its venue does not take."""

    def set_halted(self, symbol: Symbol, *, halted: bool) -> None:
        """A halted symbol's prints go on to be told, and meet no order."""
        (self._halted.add if halted else self._halted.discard)(symbol)

    def newest_print(self, symbol: Symbol) -> Print | None:
        """The newest print with everything known of it."""
        return self._newest.get(symbol)

    def past_prints(self, symbol: Symbol, start_ns: int, end_ns: int) -> Sequence[Print]:
        """Prints in `[start_ns, end_ns]`, oldest first."""
        return self._timeline.past_prints(symbol, start_ns - 1, end_ns)

    def finished_bars(self, symbol: Symbol, start_ns: int, end_ns: int, *, now_ns: int) -> Sequence[Bar]:
        """Published bars that start in `[start_ns, end_ns)`, oldest first."""
        bars = self._tape.bars(symbol)
        first = bisect_left(bars, start_ns, key=lambda bar: bar.start_ns)
        last = bisect_left(bars, end_ns, key=lambda bar: bar.start_ns)
        known = bisect_right(bars, now_ns - BAR_DELAY_NS, key=lambda bar: bar.end_ns)
        return bars[first : max(first, min(last, known))]

    def quote(self, symbol: Symbol) -> Quote | None:
        """None: a bar says nothing about a book."""
        return None

    def depth(self, symbol: Symbol, levels_max: int) -> Depth | None:
        """None: a bar says nothing about a book."""
        return None
