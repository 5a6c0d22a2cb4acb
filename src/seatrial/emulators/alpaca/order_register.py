"""Every order the venue ever took, found by number, by id and by the client's own id; and who belongs to whom.

Open orders, their families and those that ended last are at hand. Of all the others only the names are: what else there
is to know of them is where the store has it.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

import msgspec

from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.emulators.alpaca.open_orders import OpenOrders
from seatrial.emulators.alpaca.orders import Order
from seatrial.emulators.alpaca.refusals import not_found
from seatrial.emulators.venue_records import VenueRecords

ENDED_AT_HAND_MAX = 1_000  # orders of all accounts
_NONE: Sequence[int] = array("q")


class OrderRegister:
    """The orders of all accounts. `open` are those that have not come to their end.

    An order that is read from the store is a copy, as it ended. None of its family is open: whoever could still change
    it is at hand with it.
    """

    def __init__(self, instruments: Mapping[Symbol, Instrument], records: VenueRecords) -> None:
        self.open = OpenOrders(instruments)
        self._records = records
        self._decoder = msgspec.json.Decoder(Order)
        self._at_hand: dict[int, Order] = {}
        self._by_account: dict[str, array[int]] = {}
        self._by_client_id: dict[str, dict[str, int]] = {}
        self._by_id: dict[str, int] = {}

    def remember(self, order: Order, *, instead_of: Order | None = None) -> None:
        """Enter an order; `instead_of` is the open one it is meant to replace."""
        self._at_hand[order.number] = order
        self._by_account.setdefault(order.account, array("q")).append(order.number)
        self._by_id[order.id] = order.number
        self._by_client_id.setdefault(order.account, {})[order.client_order_id] = order.number
        if order.open:
            self.open.add(order, instead_of=instead_of)
        else:
            self.open.ended.append(order.number)

    def trim(self) -> None:
        """Everything is durable: let go of what ended longest ago. A family goes when the last of it does."""
        ended = self.open.ended
        for _ in range(len(ended) - ENDED_AT_HAND_MAX):
            order = self._at_hand.get(ended.popleft())
            if order is None or order.open:
                continue  # gone with its family, or it stood aside for a moment only
            kin = [] if order.status == "replaced" else self.kin(order)
            if not any(one.open for one in kin):
                for one in (order, *kin):
                    self._at_hand.pop(one.number, None)

    def order(self, number: int) -> Order:
        """An order by its number; there is one."""
        order = self._at_hand.get(number)
        if order is None:
            body = self._records.order(number)
            assert body is not None, f"order {number} is neither at hand nor stored"
            order = self._decoder.decode(body)
        return order

    def numbers_of(self, account: str) -> Sequence[int]:
        """The numbers of an account's orders, in the order in which they came."""
        return self._by_account.get(account, _NONE)

    def is_taken(self, account: str, client_order_id: str) -> bool:
        """Whether the account used this id before, ever."""
        return client_order_id in self._by_client_id.get(account, ())

    def by_id(self, account: str, order_id: str) -> Order:
        """An order by the venue's id.

        Raises:
            Refusal: 404.
        """
        return self._own(account, self._by_id.get(order_id), order_id)

    def by_client_order_id(self, account: str, client_order_id: str) -> Order:
        """An order by the client's id.

        Raises:
            Refusal: 404.
        """
        return self._own(account, self._by_client_id.get(account, {}).get(client_order_id), client_order_id)

    def known(self, order_id: str) -> Order | None:
        """An order by the venue's id, of whatever account."""
        number = self._by_id.get(order_id)
        return None if number is None else self.order(number)

    def legs(self, order: Order) -> list[Order]:
        """The legs of an order, in their order."""
        return [self.order(number) for number in order.legs]

    def kin(self, order: Order) -> list[Order]:
        """The other orders of its family, parent first; none for a simple order."""
        if not order.parent and not order.legs:
            return []
        parent = self.order(order.parent) if order.parent else order
        return [one for one in (parent, *self.legs(parent)) if one.number != order.number]

    def inherit(self, former: Order, heir: Order) -> list[Order]:
        """Let `heir` stand where `former` stood in its family; returns those who name it now."""
        if heir.parent:
            parent = self.order(heir.parent)
            parent.legs = tuple(heir.number if number == former.number else number for number in parent.legs)
            return [parent]
        legs, former.legs = self.legs(heir), ()
        for leg in legs:
            leg.parent = heir.number
        return legs

    def _own(self, account: str, number: int | None, name: str) -> Order:
        order = None if number is None else self.order(number)
        if order is None or order.account != account:
            raise not_found(f"order not found for {name}")
        return order
