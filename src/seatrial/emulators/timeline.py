"""The order in which a market happens: prints, bars, session opens and closes, one instant at a time.

    start + span * {1, 20, 40, 59} / 60   the four prints of a bar `[start, end)`
    close                                  a session closes, then the next one opens if it does so at once
    end + BAR_DELAY_NS                     the bar is known and published

Everything of one instant comes together, prints sorted by symbol, so that one wake-up serves it all.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from seatrial.core import matching
from seatrial.domain.bars import Bar, Session
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import MILLISECOND_NS
from seatrial.emulators.floor.bursts import Burst
from seatrial.emulators.tape import Tape

BAR_DELAY_NS = 100 * MILLISECOND_NS

_CLOSE, _OPEN, _PRINT, _PUBLISH = range(4)
_NOT_A_BAR = Symbol("")


class Print(NamedTuple):
    """A trade of the market at large. `number` counts the prints of a symbol over the whole tape, from 1.

    `jumped` marks the first print of a bar: the market did not pass the prices in between. The volume
    can be zero where a bar traded less than four lots. `phase` has the bits of `core.matching`: the session's
    first and last print, and those outside of any session. `buyer_maker`: it was a sale into the bid; of a replayed
    bar, a print below the one before it.
    """

    symbol: Symbol
    price_units: int
    volume_units: int
    at_ns: int
    jumped: bool
    number: int
    phase: int = 0
    buyer_maker: bool = False


@dataclass(slots=True)
class Happenings:
    """Everything of one instant, to be served in the order of the fields."""

    at_ns: int
    closed: list[Session] = field(default_factory=list)
    opened: list[Session] = field(default_factory=list)
    prints: list[Print] = field(default_factory=list)
    trades: list[Print] = field(default_factory=list)  # recorded ones, where the market is told those
    bursts: list[tuple[Symbol, Burst]] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)


class Timeline:
    """Walks a tape. `after_ns`: whatever happened up to it is past and will not be told again."""

    def __init__(self, tape: Tape, instruments: dict[Symbol, Instrument], after_ns: int) -> None:
        self._tape = tape
        self._lots = {symbol: instrument.lot_units for symbol, instrument in instruments.items()}
        self._never_closing = {symbol for symbol, one in instruments.items() if one.calendar == "24x7"}
        self._opens = [session.open_ns for session in tape.sessions]
        self._heap: list[tuple[int, int, Symbol, int, int]] = []
        data_end_ns = max((bars[-1].end_ns for symbol in instruments if (bars := tape.bars(symbol))), default=0)
        for index, session in enumerate(tape.sessions):
            if session.open_ns >= data_end_ns:
                break  # at the end of the data the market closes for good; it never loops
            self._push((session.open_ns, _OPEN, _NOT_A_BAR, index, 0), after_ns)
            self._push((session.close_ns, _CLOSE, _NOT_A_BAR, index, 0), after_ns)
        for symbol in instruments:
            self._start(symbol, after_ns)

    @property
    def next_ns(self) -> int | None:
        """When something happens next; None at the end of the data."""
        return self._heap[0][0] if self._heap else None

    def take(self) -> Happenings:
        """The next instant. Only while `next_ns` is not None."""
        happenings = Happenings(self._heap[0][0])
        while self._heap and self._heap[0][0] == happenings.at_ns:
            _, rank, symbol, index, part = heapq.heappop(self._heap)
            if rank == _PRINT:
                happenings.prints.append(self._print(symbol, index, part))
                self._follow(symbol, index, part)
            elif rank == _PUBLISH:
                happenings.bars.append(self._tape.bars(symbol)[index])
            else:
                (happenings.opened if rank == _OPEN else happenings.closed).append(self._tape.sessions[index])
        return happenings

    def past_prints(self, symbol: Symbol, after_ns: int, until_ns: int) -> list[Print]:
        """The prints of a symbol in `(after_ns, until_ns]`, oldest first: how a restarted venue remembers."""
        bars = self._tape.bars(symbol)
        found: list[Print] = []
        for index in range(max(0, bisect_right(bars, after_ns, key=_start_of) - 1), len(bars)):
            if bars[index].start_ns > until_ns:
                break
            found += [self._print(symbol, index, part) for part in range(matching.PRINTS_PER_BAR)]
        return [trade for trade in found if after_ns < trade.at_ns <= until_ns]

    def last_print(self, symbol: Symbol, until_ns: int) -> Print | None:
        """The newest print at or before an instant."""
        bars = self._tape.bars(symbol)
        index = bisect_right(bars, until_ns, key=_start_of) - 1
        for candidate in (index, index - 1):
            if candidate >= 0:
                found = self.past_prints(symbol, bars[candidate].start_ns, until_ns)
                if found:
                    return found[-1]
        return None

    def _start(self, symbol: Symbol, after_ns: int) -> None:
        bars = self._tape.bars(symbol)
        for index in range(bisect_right(bars, after_ns - BAR_DELAY_NS, key=_end_of), len(bars)):
            bar = bars[index]
            for part in range(matching.PRINTS_PER_BAR):
                at_ns = matching.print_at_ns(bar.start_ns, bar.end_ns, part)
                if at_ns > after_ns:
                    heapq.heappush(self._heap, (at_ns, _PRINT, symbol, index, part))
                    return
            heapq.heappush(self._heap, (bar.end_ns + BAR_DELAY_NS, _PUBLISH, symbol, index, 0))

    def _follow(self, symbol: Symbol, index: int, part: int) -> None:
        bars = self._tape.bars(symbol)
        bar = bars[index]
        if part + 1 < matching.PRINTS_PER_BAR:
            at_ns = matching.print_at_ns(bar.start_ns, bar.end_ns, part + 1)
            heapq.heappush(self._heap, (at_ns, _PRINT, symbol, index, part + 1))
            return
        heapq.heappush(self._heap, (bar.end_ns + BAR_DELAY_NS, _PUBLISH, symbol, index, 0))
        if index + 1 < len(bars):
            following = bars[index + 1]
            at_ns = matching.print_at_ns(following.start_ns, following.end_ns, 0)
            heapq.heappush(self._heap, (at_ns, _PRINT, symbol, index + 1, 0))

    def _print(self, symbol: Symbol, index: int, part: int) -> Print:
        bar = self._tape.bars(symbol)[index]
        price_units = matching.print_price(bar.open_units, bar.high_units, bar.low_units, bar.close_units, part)
        return Print(
            symbol=symbol,
            price_units=price_units,
            volume_units=matching.print_volume(bar.volume_units, self._lots[symbol], part),
            at_ns=matching.print_at_ns(bar.start_ns, bar.end_ns, part),
            jumped=part == 0,
            number=index * matching.PRINTS_PER_BAR + part + 1,
            phase=self._phase(symbol, index, part),
            buyer_maker=price_units < self._price_before(symbol, index, part),
        )

    def _price_before(self, symbol: Symbol, index: int, part: int) -> int:
        bars = self._tape.bars(symbol)
        if part == 0:
            return bars[index - 1].close_units if index else 0
        bar = bars[index]
        earlier: int = matching.print_price(bar.open_units, bar.high_units, bar.low_units, bar.close_units, part - 1)
        return earlier

    def _phase(self, symbol: Symbol, index: int, part: int) -> int:
        """What is special about a print. A market that never closes has neither auctions nor nights."""
        if symbol in self._never_closing:
            return 0
        bars = self._tape.bars(symbol)
        session = self._session_of(bars[index])
        if session is None:
            return matching.EXTENDED
        if part == 0 and (index == 0 or self._session_of(bars[index - 1]) is not session):
            return matching.OPENING
        closes = part == matching.PRINTS_PER_BAR - 1 and bars[index].end_ns == session.close_ns
        return matching.CLOSING if closes else 0

    def _session_of(self, bar: Bar) -> Session | None:
        at = bisect_right(self._opens, bar.start_ns) - 1
        if at < 0 or bar.end_ns > self._tape.sessions[at].close_ns:
            return None
        return self._tape.sessions[at]

    def _push(self, event: tuple[int, int, Symbol, int, int], after_ns: int) -> None:
        if event[0] > after_ns:
            heapq.heappush(self._heap, event)


def _start_of(bar: Bar) -> int:
    return bar.start_ns


def _end_of(bar: Bar) -> int:
    return bar.end_ns


def market_start_ns(stored_ns: int | None, sessions: Sequence[Session]) -> int:
    """Where market time goes on: what the store says, or the first session's open."""
    return sessions[0].open_ns if stored_ns is None else stored_ns


def warm_kernel() -> None:
    """Compile (or load) how a bar becomes prints now. Without it the first print waits for that in real time."""
    matching.print_at_ns(0, 60, 0)
    matching.print_price(1, 1, 1, 1, 0)
    matching.print_volume(4, 1, 0)
