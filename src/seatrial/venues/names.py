"""Which of our ids is which of theirs: a bounded memory, so that most lookups need no question."""

from __future__ import annotations

from collections import OrderedDict

from seatrial.domain.ids import ClientOrderId, Symbol, VenueOrderId
from seatrial.venues.port import VenueOrder

_REMEMBERED_MAX = 20_000


class OrderNames:
    """The youngest pairs of (client order id, venue order id). Venue ids are unique per symbol only."""

    def __init__(self) -> None:
        self._venue_ids: OrderedDict[ClientOrderId, VenueOrderId] = OrderedDict()
        self._client_ids: OrderedDict[tuple[Symbol, VenueOrderId], ClientOrderId] = OrderedDict()

    def learn(self, order: VenueOrder) -> VenueOrder:
        """Remember the pair; gives the order back."""
        self._venue_ids[order.client_order_id] = order.venue_order_id
        self._client_ids[order.symbol, order.venue_order_id] = order.client_order_id
        for memory in (self._venue_ids, self._client_ids):
            if len(memory) > _REMEMBERED_MAX:
                memory.popitem(last=False)
        return order

    def venue_of(self, client_order_id: ClientOrderId) -> VenueOrderId | None:
        """Their id of one of our orders."""
        return self._venue_ids.get(client_order_id)

    def client_of(self, symbol: Symbol, venue_order_id: VenueOrderId) -> ClientOrderId | None:
        """The client id of one of their orders."""
        return self._client_ids.get((symbol, venue_order_id))
