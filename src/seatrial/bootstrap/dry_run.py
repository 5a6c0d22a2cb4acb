"""Mode `dry_run`: everything is decided and recorded, and nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seatrial.venues.port import Denied, Outcome

if TYPE_CHECKING:
    from seatrial.domain.effects import Approved
    from seatrial.domain.ids import ClientOrderId, Symbol
    from seatrial.venues.port import Venue


class DryVenue:
    """A venue that can be asked everything and told nothing: both commands are denied before a byte is sent."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue

    def __getattr__(self, name: str) -> Any:
        return getattr(self._venue, name)

    async def submit(self, order: Approved) -> Outcome:
        """Denied, always."""
        return Denied("mode is dry_run: nothing is sent")

    async def cancel(self, client_order_id: ClientOrderId, symbol: Symbol) -> Outcome:
        """Denied, always."""
        return Denied("mode is dry_run: nothing is sent")
