"""What does not fit between the venue's word and the platform's. Pure: views in, breaks out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import SECOND_NS, rfc3339
from seatrial.venues.port import VenueBalances, VenueClock, VenueOrder


@dataclass(frozen=True, slots=True)
class PlatformView:
    """What the platform's doors say, of one account. `working` are orders it believes the venue has."""

    holdings: Mapping[Symbol, Decimal]
    working: frozenset[str]
    known: frozenset[str]
    prices_as_of_ns: Mapping[Symbol, int] | None = None  # None: market-data did not answer


@dataclass(frozen=True, slots=True)
class VenueView:
    """What the venue says, over our own connection."""

    balances: VenueBalances
    open_orders: Sequence[VenueOrder]
    clock: VenueClock


@dataclass(frozen=True, slots=True)
class Break:
    """One thing that does not fit. Breaks with the same key are the same break, seen again."""

    key: str
    detail: str


def compare(
    account: AccountId,
    instruments: Mapping[Symbol, Instrument],
    before: PlatformView,
    venue: VenueView,
    after: PlatformView,
    *,
    stale_after_ns: int,
) -> list[Break]:
    """Every break. The platform is read before and after the venue: what moved in between is not judged."""
    return [
        *_positions(account, instruments, before, venue, after),
        *_orders(account, before, venue, after),
        *_prices(account, instruments, venue, after, stale_after_ns),
    ]


def _positions(
    account: AccountId,
    instruments: Mapping[Symbol, Instrument],
    before: PlatformView,
    venue: VenueView,
    after: PlatformView,
) -> list[Break]:
    breaks = []
    for symbol, instrument in instruments.items():
        ours = after.holdings.get(symbol, Decimal(0))
        theirs = Decimal(instrument.qty_text(venue.balances.holdings.get(symbol, 0)))
        if ours == before.holdings.get(symbol, Decimal(0)) and ours != theirs:
            detail = f"{account} {symbol}: the venue holds {theirs}, the platform {ours}"
            breaks.append(Break(f"position {account} {symbol}", detail))
    return breaks


def _orders(account: AccountId, before: PlatformView, venue: VenueView, after: PlatformView) -> list[Break]:
    open_ids = {order.client_order_id for order in venue.open_orders}
    strangers = sorted(open_ids - before.known - after.known)
    ghosts = sorted((before.working & after.working) - open_ids)
    return [
        *(
            Break(f"stranger {one}", f"{account}: {one} works at the venue, unknown to the platform")
            for one in strangers
        ),
        *(Break(f"ghost {one}", f"{account}: {one} works for the platform, not at the venue") for one in ghosts),
    ]


def _prices(
    account: AccountId,
    instruments: Mapping[Symbol, Instrument],
    venue: VenueView,
    after: PlatformView,
    stale_after_ns: int,
) -> list[Break]:
    """All prices of an open market are old: one quiet symbol is not a break, a silent feed is."""
    if after.prices_as_of_ns is None or not venue.clock.is_open or not instruments:
        return []
    newest_ns = max((after.prices_as_of_ns.get(symbol, 0) for symbol in instruments), default=0)
    age_ns = venue.clock.now_ns - newest_ns
    if not newest_ns or age_ns <= stale_after_ns:
        return []
    detail = f"{account}: the newest price is of {rfc3339(newest_ns)}, {age_ns // SECOND_NS} s of market time ago"
    return [Break(f"stale {account}", detail)]


@dataclass(slots=True)
class Streaks:
    """How often in a row each break was seen. One glitch is not a reason to halt; a break that stays is."""

    needed: int
    counts: dict[str, int] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)  # breaks a halt was taken for; once per episode

    def count(self, breaks: Sequence[Break]) -> list[Break]:
        """One round's breaks; the ones that now call for a halt."""
        self.counts = {each.key: self.counts.get(each.key, 0) + 1 for each in breaks}
        self.told &= set(self.counts)
        return [each for each in breaks if self.counts[each.key] >= self.needed and each.key not in self.told]

    def halted_for(self, breaks: Sequence[Break]) -> None:
        """The platform took the halt."""
        self.told |= {each.key for each in breaks}
