"""What works at an exchange: one book per account and symbol, and which order stands in which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from typing import NamedTuple

import msgspec

from seatrial.core.book import Execution, PlainBook
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.orders import OrderType, Side, TimeInForce
from seatrial.emulators.timeline import Print


class SelfTrade(IntEnum):
    """What happens where two orders of one account would trade with each other; the taker's word counts.

    They trade; the newcomer ends; what rests ends; both end; or the smaller ends and the larger is the less by it.
    """

    ALLOWED = 0
    EXPIRE_TAKER = 1
    EXPIRE_MAKER = 2
    EXPIRE_BOTH = 3
    DECREMENT = 4


class Terms(msgspec.Struct, frozen=True, gc=False):
    """What an order asks of the market. `qty_units` is what is still open of it; prices it has none of are 0."""

    side: Side
    type: OrderType
    qty_units: int
    limit_units: int = 0
    stop_units: int = 0
    time_in_force: TimeInForce = TimeInForce.GTC
    expires_ns: int = 0
    post_only: bool = False
    extended_hours: bool = False
    if_touched: bool = False  # the trigger is a touch from the other side: a take-profit
    self_trade: SelfTrade = SelfTrade.ALLOWED  # asked, as the budget is, only in a market with books
    budget: int = 0  # what a purchase can pay at most: price units times quantity units; 0 is no bound


class Place(NamedTuple):
    """Where an order works. Orders of different accounts share no volume."""

    account: str
    symbol: Symbol


class OrderBooks:
    """The books of all accounts."""

    def __init__(self, instruments: Mapping[Symbol, Instrument], participation_ppm: int) -> None:
        self._instruments = instruments
        self._participation_ppm = participation_ppm
        self._books: dict[Symbol, dict[str, PlainBook]] = {symbol: {} for symbol in instruments}
        self._places: dict[int, Place] = {}

    def __len__(self) -> int:
        return len(self._places)

    def add(self, place: Place, number: int, terms: Terms) -> None:
        """Let an order work from the next print on."""
        assert number > 0
        assert number not in self._places, "an order number is used once"
        books = self._books[place.symbol]
        book = books.get(place.account)
        if book is None:
            lot_units = self._instruments[place.symbol].lot_units
            book = books[place.account] = PlainBook(lot_units=lot_units, participation_ppm=self._participation_ppm)
        self._places[number] = place
        book.add(
            number,
            side=terms.side,
            type=terms.type,
            qty_units=terms.qty_units,
            limit_units=terms.limit_units,
            stop_units=terms.stop_units,
            time_in_force=terms.time_in_force,
            expires_ns=terms.expires_ns,
            post_only=terms.post_only,
            extended_hours=terms.extended_hours,
            if_touched=terms.if_touched,
        )

    def recall(self, number: int, seen: Iterable[Print]) -> None:
        """Let a working order know prints of the past, without trading again."""
        place = self._places[number]
        prints = ((trade.price_units, trade.jumped, trade.phase) for trade in seen)
        self._books[place.symbol][place.account].recall(number, prints)

    def cancel(self, number: int) -> int | None:
        """What was left of an order that works no longer; None where it did not work."""
        place = self._places.pop(number, None)
        return None if place is None else self._books[place.symbol][place.account].cancel(number)

    def meet(self, market: Print, phase: int) -> Iterator[Execution]:
        """Let a print meet every book of its symbol. The next book is matched once what one did was taken in."""
        for book in list(self._books[market.symbol].values()):
            if not len(book):
                continue
            done = book.on_print(
                price_units=market.price_units,
                volume_units=market.volume_units,
                jumped=market.jumped,
                at_ns=market.at_ns,
                phase=phase,
            )
            for one in done:
                if one.ended is not None or not one.left_units:
                    del self._places[one.number]
            yield from done
