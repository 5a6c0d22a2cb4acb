"""Hears an account's stream: fills at once, statuses only when no fill is missing behind them."""

from __future__ import annotations

from collections.abc import Callable

from seatrial.domain.faults import InvariantBroken
from seatrial.services.execution.engine import ExecutionEngine
from seatrial.services.health import Status, Verdict
from seatrial.venues.booking import fill_fact, report_fact
from seatrial.venues.port import FillEvent, OrderEvent, StreamDown, StreamGap, StreamUp, Venue, VenueOrder


class Listener:
    """One account's events, in the order in which they come.

    Args:
        look_soon: asks for reconciliation, because something is missing or was missed.
    """

    def __init__(self, engine: ExecutionEngine, venue: Venue, look_soon: Callable[[], None]) -> None:
        self.down: str | None = "not connected yet"  # why the stream is silent; None while it is live
        self._engine = engine
        self._venue = venue
        self._look_soon = look_soon

    async def run(self) -> None:
        """Listen for ever; the adapter reconnects by itself and says so."""
        async for event in self._venue.account_events():
            match event:
                case FillEvent(fill):
                    await self._engine.submit([fill_fact(self._venue.account, fill)])
                case OrderEvent(order):
                    await self._hear(order)
                case StreamUp():
                    self.down = None
                    self._look_soon()  # whatever the stream missed is fetched
                case StreamGap():
                    self._look_soon()
                case StreamDown(reason=reason):
                    self.down = reason
        raise InvariantBroken("streams go on for ever", f"{self._venue.name} ended its account events")

    async def check(self) -> Verdict:
        """Whether the stream is live; without it reconciliation alone brings the news."""
        if self.down is not None:
            return Verdict(Status.UNHEALTHY, self.down)
        return Verdict(Status.HEALTHY, "live")

    async def _hear(self, order: VenueOrder) -> None:
        """A status is news only when it moves the order forward. A final one waits for its last fills:
        to book it earlier would free what those fills still cost, and a rebalance would buy it again."""
        ours = self._engine.machine.order(order.client_order_id)
        if ours is None or (order.status.terminal and order.filled_units > ours.filled_units):
            self._look_soon()
        elif order.status > ours.status:
            await self._engine.submit([report_fact(order)])
