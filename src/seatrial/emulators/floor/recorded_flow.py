"""A market at large as it was recorded: depth, quotes or trades, event by event.

* **Depth**: each update says what now rests at a price, each trade is somebody who takes.
* **Quotes**: the best price of a side is all that is known of it; the one before it is gone.
* **Trades alone**: around each trade a made-up ladder is put, with the trade's price as the best one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import MINUTE_NS
from seatrial.emulators.floor.bursts import CLEAR, REST, TAKE, Burst, Flow, Move
from seatrial.emulators.floor.ladder import Ladder

MIDDLING = 128  # how thin the best levels around a recorded trade are, out of 255


# Kinds of a recorded event, numbered as `core.depth` numbers them.
DEPTH, TRADE, CLEARED, TOP = 1, 2, 3, 4


class MarketEvent(NamedTuple):
    """A recorded event: kind, time, side (of a trade the aggressor's), price in ticks, quantity in lots."""

    kind: int
    at_ns: int
    side: int
    tick: int
    lots: int


class RecordedFlow:
    """The events of one symbol, oldest first.

    Args:
        with_book: the events say what rests; otherwise they are trades alone.
    """

    def __init__(self, instrument: Instrument, events: Sequence[MarketEvent], *, with_book: bool) -> None:
        self._instrument = instrument
        self._events = events
        self._with_book = with_book
        minutes = max(1, (events[-1].at_ns - events[0].at_ns) // MINUTE_NS)
        self._usual_lots = sum(event.lots for event in events if event.kind == TRADE) // minutes

    @property
    def end_ns(self) -> int:
        """The time of the last event."""
        return self._events[-1].at_ns

    def bursts(self, symbol: Symbol, after_ns: int) -> Iterator[Burst]:
        """Events of one instant together; what rested before `after_ns` is said at the first instant after it."""
        assert symbol == self._instrument.symbol
        begin = bisect_right(self._events, after_ns, key=lambda event: event.at_ns)
        moves = self._before(begin) if self._with_book else [Move(CLEAR, 1, 0, 0)]
        tops = {1: 0, -1: 0}
        ladder = Ladder(self._instrument)
        for index in range(begin, len(self._events)):
            event = self._events[index]
            moves += self._moves(event, tops) if self._with_book else self._around(event, ladder)
            if index + 1 == len(self._events) or self._events[index + 1].at_ns != event.at_ns:
                yield Burst(event.at_ns, tuple(moves))
                moves = []

    def _before(self, begin: int) -> list[Move]:
        """What rested when the events before `begin` had happened."""
        held: dict[tuple[int, int], Move] = {}
        tops = {1: 0, -1: 0}
        for event in self._events[:begin]:
            if event.kind == CLEARED:
                held.clear()
            elif event.kind != TRADE:
                held |= {move[1:3]: move for move in self._moves(event, tops)}
        return [move for move in held.values() if move.qty_units]

    def _moves(self, event: MarketEvent, tops: dict[int, int]) -> list[Move]:
        kind, _, side, tick, lots = event
        price, qty = tick * self._instrument.tick_units, lots * self._instrument.lot_units
        if kind == TRADE:
            return [Move(TAKE, side, price, qty)]
        if kind == DEPTH:
            return [Move(REST, side, price, qty)]
        if kind == TOP:
            past, tops[side] = tops[side], price
            gone = [Move(REST, side, past, 0)] if past and past != price else []
            return [*gone, Move(REST, side, price, qty)]
        assert kind == CLEARED
        return [Move(CLEAR, 1, 0, 0)]

    def _around(self, event: MarketEvent, ladder: Ladder) -> list[Move]:
        ladder.turn(self._usual_lots, event.at_ns // MINUTE_NS)
        moves = ladder.around(event.tick, event.side, ladder.usual_spread(event.tick), thin=MIDDLING)
        ladder.taken(event.side, event.tick, event.lots)
        price = event.tick * self._instrument.tick_units
        return [*moves, Move(TAKE, event.side, price, event.lots * self._instrument.lot_units)]


class JoinedFlow:
    """Several flows as one, each for its own symbols."""

    def __init__(self, flows: Mapping[Symbol, Flow]) -> None:
        self._flows = flows

    @property
    def end_ns(self) -> int:
        """The end of the last of them."""
        return max((flow.end_ns for flow in self._flows.values()), default=0)

    def bursts(self, symbol: Symbol, after_ns: int) -> Iterator[Burst]:
        """Everything after an instant."""
        return self._flows[symbol].bursts(symbol, after_ns)
