"""An order that no venue knows of: docs/concepts/orders.md."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tests.reference.plain.exact import MILLION, down, up
from tests.reference.plain.instrument import Bar, Thing
from tests.reference.plain.order import Order

ZERO = Decimal(0)


@dataclass(eq=False)
class Parked:
    """A trailing stop that was asked for, or one exit: `role` is trailing, profit or loss.

    `live` is what counts now; `parent` the entry, or of an OCO's second exit the first one.
    """

    thing: Thing
    side: int
    role: str
    qty: Decimal
    live: Decimal
    since_ns: int
    extreme: Decimal
    limit: Decimal = ZERO
    stop: Decimal = ZERO
    trail: Decimal = ZERO
    trail_part: Decimal = ZERO
    reduce_only: bool = False
    expires_ns: int = 0
    parent: Order | Parked | None = None
    filled: Decimal = ZERO
    triggered: bool = False
    ending: str = ""
    tried_at: int = 0

    @property
    def symbol(self) -> str:
        """Of its instrument."""
        return self.thing.symbol

    @property
    def group(self) -> Order | Parked:
        """What the exits of one entry, or of one OCO, share."""
        return self.parent or self

    @property
    def may_open(self) -> bool:
        """Then its worst case counts as if it worked."""
        return self.role == "trailing" and not self.reduce_only

    @property
    def level(self) -> Decimal:
        """The price at which it triggers; what a trail leaves over is rounded towards a later trigger."""
        if self.role != "trailing":
            return self.stop
        step = self.thing.price_step
        if self.side < 0:
            return down(self.extreme * (MILLION - self.trail_part) / MILLION, step) - self.trail
        return up(self.extreme * (MILLION + self.trail_part) / MILLION, step) + self.trail

    def _reached(self, high: Decimal, low: Decimal) -> bool:
        return low <= self.level if self.side < 0 else high >= self.level

    def hear(self, bar: Bar) -> None:
        """A bar has ended: time runs out, stops trigger, trails follow."""
        if self.triggered:
            return
        if self.expires_ns and bar.end_ns >= self.expires_ns:
            self.ending = "expired"
            return
        if self.role == "profit" or self.live == 0:
            return
        saw_all = self.since_ns <= bar.start_ns + (bar.end_ns - bar.start_ns) // 60
        high, low = (bar.high, bar.low) if saw_all else (bar.close, bar.close)
        self.triggered = self._reached(high, low)
        if self.role == "trailing" and not self.triggered:
            self.extreme = max(self.extreme, high) if self.side < 0 else min(self.extreme, low)
            self.triggered = self._reached(bar.close, bar.close)

    def cover(self, qty: Decimal, price: Decimal, now_ns: int) -> None:
        """Its entry filled: it covers that much more."""
        if self.live == 0 and self.filled == 0:
            self.since_ns, self.extreme = now_ns, price
        self.live = min(self.live + qty, self.qty)
