"""What the venue itself does at a moment of market time that no bar and no session marks.

An alarm rings before the first print at or after its moment is matched, before the next request is answered, and, in
an event loop, when its moment has come.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable

from seatrial.domain.time import SECOND_NS
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.timeline import Print

Ring = Callable[[int], None]


class Alarms:
    """A queue of callables, each called once with its moment.

    Args:
        exchange: whose market time counts.
        settle: called after alarms rang outside of an instant of the market: what they did has to be committed.
    """

    def __init__(self, exchange: Exchange, settle: Ring) -> None:
        self._exchange = exchange
        self._settle = settle
        self._waiting: list[tuple[int, int, Ring]] = []
        self._set = 0
        exchange.on_print.append(self._heard)

    def set(self, at_ns: int, ring: Ring) -> None:
        """Let `ring` be called at `at_ns`; alarms of one moment ring in the order they were set."""
        self._set += 1
        heapq.heappush(self._waiting, (at_ns, self._set, ring))
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # outside a loop the market, or the next request, comes by
        wait_ns = self._exchange.market_clock.wait_ns(at_ns)
        loop.call_later(max(0, wait_ns) / SECOND_NS, self.ring_due)

    def ring_due(self) -> None:
        """Ring what is due, after everything the market did before."""
        if not self._waiting:
            return
        self._exchange.catch_up()
        if self._ring_until(self._exchange.settled_ns):
            self._settle(self._exchange.settled_ns)

    def _heard(self, market: Print) -> None:
        if self._waiting:
            self._ring_until(market.at_ns)

    def _ring_until(self, now_ns: int) -> bool:
        rang = False
        while self._waiting and self._waiting[0][0] <= now_ns:
            at_ns, _, ring = heapq.heappop(self._waiting)
            ring(at_ns)
            rang = True
        return rang
