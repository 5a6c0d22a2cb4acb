"""The trading floor of a venue: a pit per symbol, in which accounts meet each other and the market at large.

    when the market says     bursts of the flow: quotes move, somebody takes
    when an order comes      it meets the book at once
    minute end + 100 ms      the minute's bars are known and published

What was before the floor opened is read from a tape of bars, as prints of a replayed bar.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count

from seatrial.domain.bars import Bar
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import MINUTE_NS
from seatrial.emulators.floor.bursts import Burst, Flow
from seatrial.emulators.floor.pit import Pit
from seatrial.emulators.floor.resting import Resting
from seatrial.emulators.floor.shown import Depth, Quote
from seatrial.emulators.order_books import Place, Terms
from seatrial.emulators.print_market import PrintMarket
from seatrial.emulators.tape import Tape
from seatrial.emulators.timeline import BAR_DELAY_NS, Happenings, Print
from seatrial.emulators.trading import Done, Told

_CLOSE, _OPEN, _BURST, _PUBLISH = range(4)


class Floor:
    """All pits of a venue, from `after_ns` on.

    Args:
        tape: the calendar, and the bars of the time before; those after `after_ns` are not looked at.
        flow: the market at large.
    """

    has_books = True

    def __init__(self, instruments: Mapping[Symbol, Instrument], tape: Tape, flow: Flow, after_ns: int) -> None:
        self._before = PrintMarket(dict(instruments), tape, after_ns, participation_ppm=1)
        self._start_ns = after_ns
        self._sessions = tape.sessions
        self._pits = {symbol: self._pit(instrument) for symbol, instrument in instruments.items()}
        self._sessionless = {symbol for symbol, one in instruments.items() if one.calendar == "24x7"}
        self._orders: dict[int, tuple[Pit, Resting]] = {}
        self._arrivals: list[tuple[Pit, Resting]] = []
        self._flows: dict[Symbol, Iterator[Burst]] = {}
        self._heap: list[tuple[int, int, int, Symbol, Burst | None]] = []
        self._ties = count()
        self._end_ns = flow.end_ns
        for symbol in instruments:
            self._flows[symbol] = flow.bursts(symbol, after_ns)
            self._follow(symbol)
        self._start_calendar(after_ns)

    def _pit(self, instrument: Instrument) -> Pit:
        newest = self._before.newest_print(instrument.symbol)
        if newest is None:
            return Pit(instrument)
        return Pit(instrument, prints_before=newest.number, last_units=newest.price_units)

    def _start_calendar(self, after_ns: int) -> None:
        for index, session in enumerate(self._sessions):
            if session.open_ns >= self._end_ns:
                break  # at the end of the data the market closes for good; it never loops
            for rank, at_ns in ((_OPEN, session.open_ns), (_CLOSE, session.close_ns)):
                if at_ns > after_ns:
                    heapq.heappush(self._heap, (at_ns, rank, index, Symbol(""), None))
            if session.open_ns <= after_ns < session.close_ns:
                for pit in self._pits.values():
                    pit.is_open = True
        first_ns = (after_ns // MINUTE_NS + 1) * MINUTE_NS
        if first_ns <= self._end_ns + MINUTE_NS:
            heapq.heappush(self._heap, (first_ns + BAR_DELAY_NS, _PUBLISH, 0, Symbol(""), None))

    # ------------------------------------------------------------------ time

    @property
    def next_ns(self) -> int | None:
        """When something happens next; None at the end of the data."""
        return self._heap[0][0] if self._heap else None

    @property
    def has_arrivals(self) -> bool:
        """Orders have come that met nothing yet."""
        return bool(self._arrivals) and bool(self._heap)

    def take(self) -> Happenings:
        """The next instant."""
        happenings = Happenings(self._heap[0][0])
        while self._heap and self._heap[0][0] == happenings.at_ns:
            at_ns, rank, index, symbol, burst = heapq.heappop(self._heap)
            if burst is not None:
                happenings.bursts.append((symbol, burst))
                self._follow(symbol)
            elif rank == _PUBLISH:
                self._publish(happenings, at_ns - BAR_DELAY_NS)
            else:
                (happenings.opened if rank == _OPEN else happenings.closed).append(self._sessions[index])
        return happenings

    def _follow(self, symbol: Symbol) -> None:
        burst = next(self._flows[symbol], None)
        if burst is not None:
            heapq.heappush(self._heap, (burst.at_ns, _BURST, next(self._ties), symbol, burst))

    def _publish(self, happenings: Happenings, end_ns: int) -> None:
        found = (pit.bars.finish(end_ns) for pit in self._pits.values())
        happenings.bars += sorted((bar for bar in found if bar is not None), key=lambda bar: bar.symbol)
        if end_ns < self._end_ns:
            heapq.heappush(self._heap, (end_ns + MINUTE_NS + BAR_DELAY_NS, _PUBLISH, 0, Symbol(""), None))

    def play(self, happenings: Happenings) -> Iterator[Told]:
        """Sessions first, then new orders, then the market; last what it changed in the books."""
        at_ns = happenings.at_ns
        for _ in happenings.closed:
            self._set_open(is_open=False)
        for _ in happenings.opened:
            self._set_open(is_open=True)
        stirred: dict[Pit, None] = {}
        arrivals, self._arrivals = self._arrivals, []
        for pit, order in arrivals:
            if order.left:
                stirred[pit] = None
                yield from self._settle(pit.arrive(order, at_ns))
        for symbol, burst in happenings.bursts:
            pit = self._pits[symbol]
            stirred[pit] = None
            yield from self._settle(pit.live(burst))
        for pit in stirred if not happenings.closed else self._pits.values():
            yield from pit.view.changes(at_ns)

    def _settle(self, told: Iterable[Told]) -> Iterator[Told]:
        """Forget an order that has ended before anybody hears of it."""
        for one in told:
            if type(one) is Done and (one.execution.ended is not None or not one.execution.left_units):
                self._orders.pop(one.execution.number, None)
            yield one

    def _set_open(self, *, is_open: bool) -> None:
        for symbol, pit in self._pits.items():
            if symbol in self._sessionless:
                continue
            if is_open:
                pit.is_open = True
            else:
                pit.close()

    # ------------------------------------------------------------------ orders

    def __len__(self) -> int:
        return len(self._orders)

    def add(self, place: Place, number: int, terms: Terms) -> None:
        """A new order, which meets its book with the next instant."""
        assert number > 0
        assert number not in self._orders, "an order number is used once"
        pit = self._pits[place.symbol]
        self._orders[number] = found = (pit, Resting(number, place.account, terms, terms.qty_units))
        self._arrivals.append(found)

    def restore(self, place: Place, number: int, terms: Terms, *, placed_ns: int, settled_ns: int) -> None:
        """After a restart an order joins the end of its queue: who else stood in it is not known any more."""
        self.add(place, number, terms)

    def cancel(self, number: int) -> int | None:
        """What was left of it; None where it did not work."""
        found = self._orders.pop(number, None)
        if found is None:
            return None
        pit, order = found
        left = order.left
        pit.cancel(order)
        return left

    def shrink(self, number: int, left_units: int) -> None:
        """An order gets smaller and stays where it stands."""
        pit, order = self._orders[number]
        pit.shrink(order, left_units)

    def set_halted(self, symbol: Symbol, *, halted: bool) -> None:
        """Nobody trades in a halted symbol; new orders wait."""
        self._pits[symbol].halted = halted

    # --------------------------------------------------------------- questions

    def newest_print(self, symbol: Symbol) -> Print | None:
        """The newest trade, or the newest print of the time before."""
        return self._pits[symbol].prints.newest or self._before.newest_print(symbol)

    def past_prints(self, symbol: Symbol, start_ns: int, end_ns: int) -> Sequence[Print]:
        """Prints in `[start_ns, end_ns]`, oldest first, as far back as they are remembered."""
        before: Sequence[Print] = ()
        if start_ns <= self._start_ns:
            before = self._before.past_prints(symbol, start_ns, min(end_ns, self._start_ns))
        return [*before, *self._pits[symbol].prints.between(start_ns, end_ns)]

    def finished_bars(self, symbol: Symbol, start_ns: int, end_ns: int, *, now_ns: int) -> Sequence[Bar]:
        """Published bars that start in `[start_ns, end_ns)`: of the tape first, then those made of trades."""
        before = self._before.finished_bars(symbol, start_ns, min(end_ns, self._start_ns), now_ns=self._start_ns)
        return [*before, *self._pits[symbol].bars.between(start_ns, end_ns, now_ns - BAR_DELAY_NS)]

    def quote(self, symbol: Symbol) -> Quote | None:
        """The best prices now."""
        return self._pits[symbol].view.quote()

    def depth(self, symbol: Symbol, levels_max: int) -> Depth | None:
        """The levels now."""
        return self._pits[symbol].view.depth(levels_max)
