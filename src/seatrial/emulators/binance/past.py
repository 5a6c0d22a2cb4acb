"""What the store remembers of one account: old orders and order lists, every trade and prevented match.

Read as it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator

import msgspec

from seatrial.emulators.binance.notes import Note
from seatrial.emulators.binance.order_lists import OrderList
from seatrial.emulators.binance.orders import Order, PreventedMatch, Trade
from seatrial.emulators.venue_records import VenueRecords

_ORDERS = msgspec.json.Decoder(Order)
_TRADES = msgspec.json.Decoder(Trade)
_NOTES = msgspec.json.Decoder(Note)


class Past:
    """One account's rows. An order that is read here is a copy, as it ended.

    Args:
        write_down: puts what is not in the records yet into them; it need not be durable.
    """

    def __init__(self, records: VenueRecords, account: str, write_down: Callable[[], None]) -> None:
        self._records = records
        self._account = account
        self._write_down = write_down

    def order(self, order_id: int) -> Order | None:
        """One order."""
        body = self._records.order(order_id)
        order = None if body is None else _ORDERS.decode(body)
        return order if order is not None and order.account == self._account else None

    def latest(self, symbol: str, client_order_id: str, at_hand: Container[int]) -> int | None:
        """The newest order of a pair that has this client id, but for those at hand: their owner knows their names.

        Only they can have changed since they were written, so nothing need be written for this question.
        """
        found = map(_ORDERS.decode, self._records.orders_named(self._account, client_order_id))
        ids = (order.order_id for order in found if order.symbol == symbol)
        return next((order_id for order_id in ids if order_id not in at_hand), None)

    def orders(self, since: int, *, newest_first: bool) -> Iterator[Order]:
        """Orders of all pairs, from an id on."""
        self._write_down()
        return map(_ORDERS.decode, self._records.orders_from(self._account, since, newest_first=newest_first))

    def trades(self, *, newest_first: bool) -> Iterator[Trade]:
        """Trades of all pairs."""
        self._write_down()
        return map(_TRADES.decode, self._records.executions_from(self._account, newest_first=newest_first))

    def trades_of(self, order_id: int) -> Iterator[Trade]:
        """Trades of one order, oldest first."""
        self._write_down()
        return map(_TRADES.decode, self._records.executions_of(self._account, order_id))

    def lists(self, *, newest_first: bool) -> Iterator[OrderList]:
        """Order lists of all pairs."""
        return (note.order_list for note in self._notes(newest_first=newest_first) if note.order_list is not None)

    def prevented(self) -> Iterator[PreventedMatch]:
        """Prevented matches of all pairs, oldest first."""
        return (note.prevented for note in self._notes(newest_first=False) if note.prevented is not None)

    def _notes(self, *, newest_first: bool) -> Iterator[Note]:
        self._write_down()
        return map(_NOTES.decode, self._records.activities_from(self._account, newest_first=newest_first))
