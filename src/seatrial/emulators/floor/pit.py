"""Where one symbol is traded: its book, who waits beside it, and the tape of what was traded.

    MARKET       takes at any price; what finds nobody goes on looking, unless its time in force ends it
    LIMIT        takes up to its price, the rest waits in the book; post-only ends where it would take
    STOP         waits for a trade at its stop price, then is a market order; STOP_LIMIT a limit order
    IOC, FOK     end with what they could not take at once; FOK takes all or nothing
    OPG, CLS     take what they can when the session opens, and with its last prints
    GTD          ends at its instant

Between sessions, and in a halt, new orders wait outside, in the order in which they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from seatrial.core.book import Execution
from seatrial.core.matching import CLOSING, OPENING
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.orders import OrderStatus, OrderType, TimeInForce
from seatrial.emulators.floor.book_view import BookView
from seatrial.emulators.floor.bursts import REST, TAKE, Burst, Move
from seatrial.emulators.floor.last_prints import LastPrints
from seatrial.emulators.floor.live_book import LiveBook
from seatrial.emulators.floor.minute_bars import MinuteBars
from seatrial.emulators.floor.resting import Match, Resting
from seatrial.emulators.floor.shown import Prevented
from seatrial.emulators.floor.waiting import Stops
from seatrial.emulators.order_books import Terms
from seatrial.emulators.timeline import Print
from seatrial.emulators.trading import Done, Told

# Tuples: an enumeration's member is found by identity, while hashing it costs a call.
_AT_ONCE = (TimeInForce.IOC, TimeInForce.FOK, TimeInForce.OPG, TimeInForce.CLS)
_PATIENT = (TimeInForce.GTC, TimeInForce.DAY)
_STOPPED = (OrderType.STOP, OrderType.STOP_LIMIT)


class Pit:
    """One symbol. `number` of the next print follows `prints_before`, those of the time before this market."""

    def __init__(self, instrument: Instrument, *, prints_before: int = 0, last_units: int = 0) -> None:
        self.symbol: Symbol = instrument.symbol
        self.book = LiveBook(instrument.lot_units)
        self.view = BookView(self.symbol, self.book, update_id=prints_before)
        self.prints = LastPrints()
        never_closes = instrument.calendar == "24x7"
        self.bars = MinuteBars(self.symbol, never_closes=never_closes, last_units=last_units)
        self.is_open = never_closes
        self.halted = False
        self._number = prints_before
        self._missed: list[Move] = []
        self._stops = Stops()
        self._hungry: dict[int, Resting] = {}  # market orders that still look for somebody
        self._held: dict[int, Resting] = {}  # until the market is there for them
        self._dated: dict[int, Resting] = {}  # good till their instant
        self._resting: dict[int, Resting] = {}

    # -------------------------------------------------------------- orders

    def arrive(self, order: Resting, at_ns: int) -> Iterable[Told]:
        """A new order comes to the market. Most are patient and meet nobody: they go straight to the book."""
        terms = _terms(order)
        if (
            terms.type is OrderType.LIMIT
            and terms.time_in_force in _PATIENT
            and self.is_open
            and not self.halted
            and not self._hungry
            and not self.book.crosses(order.side, order.limit)
        ):
            self._resting[order.number] = order
            self.book.rest(order, order.side, order.limit)
            return ()
        return chain(self._arrive(order, terms, at_ns), self._go_on(at_ns))

    def _arrive(self, order: Resting, terms: Terms, at_ns: int) -> Iterator[Told]:
        if terms.time_in_force is TimeInForce.GTD:
            self._dated[order.number] = order
        auction = terms.time_in_force in (TimeInForce.OPG, TimeInForce.CLS)
        if auction or self.halted or not self.is_open:
            self._held[order.number] = order
        elif terms.type in _STOPPED:
            self._stops.add(order)
        else:
            yield from self._enter(order, at_ns)

    def cancel(self, order: Resting) -> None:
        """Wherever it is, it is there no longer."""
        if self._resting.pop(order.number, None) is not None:
            self.book.withdraw(order, order.side, order.limit)
        order.left = 0
        for place in (self._hungry, self._held, self._dated):
            place.pop(order.number, None)

    def shrink(self, order: Resting, left: int) -> None:
        """Less of it is wanted, wherever it is; those behind it do not pass."""
        assert 0 < left <= order.left
        if order.number in self._resting:
            self.book.shrink(order, order.side, order.limit, left)
        order.left = left

    def close(self) -> None:
        """The session is over: the market goes home, what accounts let rest stays."""
        self.is_open = False
        self.book.clear_market()

    # -------------------------------------------------------------- the market

    def live(self, burst: Burst) -> Iterator[Told]:
        """An instant of the market at large, then of those it sets off. In a halt nothing moves."""
        if self.halted:
            self._missed += [move for move in burst.moves if move.kind != TAKE]
            return
        at_ns, phase = burst.at_ns, burst.phase
        missed, self._missed = self._missed, []
        for move in chain(missed, burst.moves):
            if move.kind == REST:
                for match in self.book.set_market(move.side, move.price_units, move.qty_units):
                    yield from self._matched(match, move.side, at_ns, phase)
            elif move.kind == TAKE:
                yield from self._market_takes(move.side, move.price_units, move.qty_units, at_ns, phase)
            else:
                self.book.clear_market()
        if self._dated:
            yield from self._expire(at_ns)
        if self._held and self.is_open:
            yield from self._release(at_ns, phase)
        yield from self._go_on(at_ns)

    def _market_takes(self, side: int, price: int, qty: int, at_ns: int, phase: int) -> Iterator[Told]:
        taker = Resting(0, "", None, qty)
        for match in self.book.take(taker, side, price):
            yield from self._matched(match, side, at_ns, phase)
        if taker.left:
            yield self._print(price, taker.left, side, at_ns, phase)

    def _release(self, at_ns: int, phase: int) -> Iterator[Told]:
        """The market is there now: whoever waited for it comes, in order."""
        for order in list(self._held.values()):
            terms = _terms(order)
            tif = terms.time_in_force
            if (tif is TimeInForce.OPG and not phase & OPENING) or (tif is TimeInForce.CLS and not phase & CLOSING):
                continue
            if self._held.pop(order.number, None) is None:
                continue
            if terms.type in _STOPPED:
                self._stops.add(order)
            else:
                yield from self._enter(order, at_ns)

    def _go_on(self, at_ns: int) -> Iterator[Told]:
        """Those who were set off, until nothing more happens, and those who still look for somebody."""
        if self.halted or not self.is_open:
            return
        for order in list(self._hungry.values()):
            yield from self._enter(order, at_ns)
        while (newest := self.prints.newest) is not None and (touched := self._stops.touched(newest.price_units)):
            for order in touched:
                if order.left:
                    yield from self._enter(order, at_ns)

    def _expire(self, at_ns: int) -> Iterator[Told]:
        for order in [each for each in self._dated.values() if at_ns >= _terms(each).expires_ns]:
            if order.left:
                yield self._end(order, OrderStatus.EXPIRED, at_ns)

    # ------------------------------------------------------------------ matching

    def _enter(self, order: Resting, at_ns: int) -> Iterator[Told]:
        """Take what can be taken, and let the rest wait or end."""
        terms = _terms(order)
        side, limit, book = order.side, order.limit, self.book
        if terms.post_only and book.crosses(side, limit):
            yield self._end(order, OrderStatus.CANCELED, at_ns)
            return
        fok = terms.time_in_force is TimeInForce.FOK
        if not (fok and book.reachable(side, limit, order.left) < order.left):
            for match in book.take(order, side, limit):
                yield from self._matched(match, side, at_ns, 0)
        if not order.left:
            self._forget(order)
        elif terms.time_in_force in _AT_ONCE or order.budget < terms.budget:
            yield self._end(order, OrderStatus.EXPIRED, at_ns)
        elif limit:
            self._resting[order.number] = order
            book.rest(order, side, limit)
        else:
            self._hungry[order.number] = order

    def _matched(self, match: Match, side: int, at_ns: int, phase: int) -> Iterator[Told]:
        price, qty, taker, maker = match[:4]
        if match.prevented:
            numbers = taker.number, maker.number
            yield Prevented(self.symbol, *numbers, price, qty, match.maker_qty_units, at_ns)
            for order in (taker, maker):
                if not order.left:
                    yield self._done(order, 0, 0, at_ns, maker=False, ended=OrderStatus.EXPIRED)
            return
        trade = self._print(price, qty, side, at_ns, phase)
        yield trade
        if taker.number:
            yield self._done(taker, qty, price, at_ns, maker=False)
        if maker.number:
            yield self._done(maker, qty, price, at_ns, maker=True)

    def _done(
        self, order: Resting, qty: int, price: int, at_ns: int, *, maker: bool, ended: OrderStatus | None = None
    ) -> Done:
        if not order.left:
            self._forget(order)
        return Done(self.symbol, Execution(order.number, qty, price, maker, order.left, ended), at_ns)

    def _end(self, order: Resting, status: OrderStatus, at_ns: int) -> Done:
        left = order.left
        self.cancel(order)
        return Done(self.symbol, Execution(order.number, 0, 0, False, left, status), at_ns)

    def _forget(self, order: Resting) -> None:
        for place in (self._resting, self._hungry, self._dated):
            place.pop(order.number, None)

    def _print(self, price: int, qty: int, side: int, at_ns: int, phase: int) -> Print:
        self._number += 1
        trade = Print(self.symbol, price, qty, at_ns, False, self._number, phase, side < 0)
        self.prints.add(trade)
        self.bars.add(trade)
        return trade


def _terms(order: Resting) -> Terms:
    assert order.terms is not None, "the market's own orders do not come here"
    return order.terms
