"""Ask a venue for its whole truth about one account, at one moment as far as that can be had."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from seatrial.domain.ids import ClientOrderId, Symbol
from seatrial.venues.port import Venue, VenueFill, VenueOrder
from seatrial.venues.truth import TheirTruth

_LOOKS_MAX = 3


async def survey(
    venue: Venue,
    *,
    symbols: Sequence[Symbol],
    fills_from_ns: int,
    ask: Mapping[ClientOrderId, Symbol],
    overdue: Collection[ClientOrderId] = (),
) -> TheirTruth:
    """Balances between two looks at the trades: equal looks mean that nothing moved in between.

    `ask` names every order we believe is not done. Those the venue does not list as open are looked up
    one by one. `overdue` are those sent so long ago (the adapter's `late_arrival_ns`) that "never heard
    of it" is final.

    Raises:
        VenueUnavailable, VenueUnreadable, VenueRefused: there is no trustworthy answer now.
    """
    fills = await venue.fills_since(fills_from_ns, symbols)
    for _ in range(_LOOKS_MAX):
        balances = await venue.balances()
        orders = {order.client_order_id: order for order in await venue.open_orders()}
        absent = await _look_up(venue, orders, ask)
        before, fills = fills, await venue.fills_since(fills_from_ns, symbols)
        if _same(before, fills):
            break
    return TheirTruth(
        account_ref=balances.account_ref,
        orders=orders,
        absent=absent & frozenset(overdue),
        fills=fills,
        fills_from_ns=fills_from_ns,
        holdings=balances.holdings,
        cash=balances.cash,
        steady=_same(before, fills),
    )


async def _look_up(
    venue: Venue, orders: dict[ClientOrderId, VenueOrder], ask: Mapping[ClientOrderId, Symbol]
) -> frozenset[ClientOrderId]:
    """Add the orders asked about to `orders`; returns those the venue has never heard of."""
    absent: set[ClientOrderId] = set()
    for client_order_id in sorted(ask.keys() - orders.keys()):
        found = await venue.find(client_order_id, ask[client_order_id])
        if found is None:
            absent.add(client_order_id)
        else:
            orders[client_order_id] = found
    return frozenset(absent)


def _same(before: Sequence[VenueFill], after: Sequence[VenueFill]) -> bool:
    return [(fill.symbol, fill.execution_id) for fill in before] == [(f.symbol, f.execution_id) for f in after]
