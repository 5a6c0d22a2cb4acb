"""The same venue for depth and quotes in plain Python, for one order or event at a time.

Written from `docs/concepts/fills_depth.md`, not from the compiled kernel: both run under one suite of blotters and a
differential test, so a rule that is read two ways shows. Ticks are the market's own here, levels live in dictionaries.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from seatrial.core.depth_orders import FillRules
from seatrial.core.plain_queue import MICRO, after_change
from seatrial.domain.orders import OrderStatus, OrderType, Side, TimeInForce


@dataclass(slots=True)
class Resting:
    """One order of ours on the book. `ahead` and `traded` in millionths of a lot; `ahead` None: not in sight."""

    number: int
    side: Side
    left: int
    tick: int
    ahead: int | None
    traded: int = 0


@dataclass(frozen=True, slots=True)
class DepthTrade:
    """An execution of ours."""

    number: int
    side: Side
    tick: int
    lots: int
    maker: bool
    left: int


@dataclass(slots=True)
class PlainDepthVenue:
    """A book by level and our orders in it."""

    rules: FillRules
    levels: dict[Side, dict[int, int]] = field(default_factory=lambda: {Side.BUY: {}, Side.SELL: {}})
    taken: dict[tuple[Side, int], int] = field(default_factory=dict)
    orders: list[Resting] = field(default_factory=list)

    # ------------------------------------------------------------------ the book

    def best(self, side: Side) -> int | None:
        """The best price of a side, or None."""
        ticks = self.levels[side]
        if not ticks:
            return None
        return max(ticks) if side is Side.BUY else min(ticks)

    def free(self, side: Side, tick: int) -> int:
        """What we can still take of a level."""
        return max(self.levels[side].get(tick, 0) - self.taken.get((side, tick), 0), 0)

    def _set(self, side: Side, tick: int, lots: int) -> None:
        self.taken.pop((side, tick), None)
        other = Side(-side)
        if not lots:
            self.levels[side].pop(tick, None)
            return
        self.levels[side][tick] = lots
        for crossed in [at for at in self.levels[other] if (at - tick) * side <= 0]:
            del self.levels[other][crossed]
            self.taken.pop((other, crossed), None)

    # ---------------------------------------------------------------- what happens

    def on_clear(self) -> None:
        """A new recording begins."""
        self.levels = {Side.BUY: {}, Side.SELL: {}}
        self.taken.clear()
        for order in self.orders:
            order.traded = 0

    def on_depth(self, side: Side, tick: int, lots: int) -> list[DepthTrade]:
        """What rests at a price is now this much."""
        before = self.levels[side].get(tick, 0)
        self._set(side, tick, lots)
        return self._told(side, tick, before, lots)

    def on_top(self, side: Side, tick: int, lots: int) -> list[DepthTrade]:
        """The best price of a side and its size; nothing else is known of it."""
        before = self.levels[side].get(tick, 0)
        best = self.best(side)
        if best is not None and best != tick:
            del self.levels[side][best]
            self.taken.pop((side, best), None)
        self._set(side, tick, lots)
        for order in self.orders:
            if order.side is side and ((order.tick - tick) * side > 0 or lots == 0):
                order.ahead = 0
            elif order.side is side and order.tick == tick and order.ahead is None:
                order.ahead = lots * MICRO
        return self._told(side, tick, before, lots)

    def _told(self, side: Side, tick: int, before: int, lots: int) -> list[DepthTrade]:
        for order in self.orders:
            if order.side is side and order.tick == tick and order.ahead is not None:
                order.ahead = after_change(self.rules, order.ahead, order.traded, before, lots)
                order.traded = 0
        trades: list[DepthTrade] = []
        whole = self.rules.whole != "never"
        for order in self._in_line(Side(-side)):
            available = self.free(side, tick)
            if not lots or not available or (order.tick - tick) * order.side < 0:
                continue
            part = order.left if whole else min(order.left, available)
            self._execute(trades, order, part)
            if self.rules.consume and not whole:
                self.taken[side, tick] = self.taken.get((side, tick), 0) + part
        return self._ended(trades)

    def on_trade(self, aggressor: Side, tick: int, lots: int) -> list[DepthTrade]:
        """A trade was printed."""
        trades: list[DepthTrade] = []
        left = lots
        for order in self._in_line(Side(-aggressor)):
            if (order.tick - tick) * order.side > 0 and left > 0:
                part = order.left if self.rules.whole != "never" else min(order.left, left)
                self._execute(trades, order, part)
                left -= 0 if self.rules.whole != "never" else part
        for order in self.orders:
            if order.side is aggressor or order.tick != tick or order.ahead is None or not order.left:
                continue
            reaches = (left * MICRO - order.ahead) // MICRO
            order.traded += lots * MICRO
            order.ahead = max(order.ahead - left * MICRO, 0)
            if reaches > 0:
                part = order.left if self.rules.whole == "always" else min(order.left, reaches)
                self._execute(trades, order, part)
                left -= 0 if self.rules.whole == "always" else part
        return self._ended(trades)

    def _in_line(self, side: Side) -> Iterator[Resting]:
        return iter(sorted((each for each in self.orders if each.side is side), key=lambda each: -each.tick * side))

    @staticmethod
    def _execute(trades: list[DepthTrade], order: Resting, lots: int) -> None:
        order.left -= lots
        trades.append(DepthTrade(order.number, order.side, order.tick, lots, True, order.left))

    def _ended(self, trades: list[DepthTrade]) -> list[DepthTrade]:
        self.orders = [order for order in self.orders if order.left]
        return trades

    # ------------------------------------------------------------------ our orders

    def arrive(
        self,
        number: int,
        side: Side,
        lots: int,
        *,
        tick: int | None = None,
        tif: TimeInForce = TimeInForce.GTC,
        post_only: bool = False,
    ) -> tuple[OrderStatus, list[DepthTrade], OrderStatus | None]:
        """An order reaches the venue; a market order where `tick` is None. The words are those of the kernel."""
        other = Side(-side)
        best = self.best(other)
        kind = OrderType.MARKET if tick is None else OrderType.LIMIT
        if post_only and tick is not None and best is not None and (tick - best) * side >= 0:
            return OrderStatus.REJECTED, [], None
        shift = 0 if best is None else self._impact(best, lots)
        levels = sorted(self.levels[other], key=lambda at: at * side)
        within = [at for at in levels if tick is None or (at + side * shift - tick) * side <= 0]
        if tif is TimeInForce.FOK and sum(self.free(other, at) for at in within) < lots:
            return OrderStatus.WORKING, [], OrderStatus.EXPIRED
        trades: list[DepthTrade] = []
        left = lots
        for at in within:
            part = min(left, self.free(other, at))
            if part:
                left -= part
                if self.rules.consume:
                    self.taken[other, at] = self.taken.get((other, at), 0) + part
                trades.append(DepthTrade(number, side, at + side * shift, part, False, left))
        if not left:
            return OrderStatus.WORKING, trades, None
        if kind is OrderType.MARKET or tif is TimeInForce.IOC or tick is None:
            return OrderStatus.WORKING, trades, OrderStatus.EXPIRED
        self.orders.append(Resting(number, side, left, tick, self._ahead_of(side, tick)))
        return OrderStatus.WORKING, trades, None

    def _ahead_of(self, side: Side, tick: int) -> int | None:
        if self.rules.queue == "front":
            return 0
        best = self.best(side)
        if self.rules.quotes and best is not None and (tick - best) * side < 0:
            return None
        return self.levels[side].get(tick, 0) * MICRO

    def _impact(self, tick: int, lots: int) -> int:
        root = math.isqrt((lots << 32) // self.rules.impact_lots)
        return -(-tick * self.rules.impact_ppm * root // (1_000_000 << 16))

    def cancel(self, number: int) -> int:
        """Take an order off the book; returns what was left of it, or 0 where it does not rest."""
        for order in self.orders:
            if order.number == number:
                self.orders.remove(order)
                return order.left
        return 0

    def replace(
        self, old: int, number: int, side: Side, lots: int, *, tick: int, post_only: bool = False
    ) -> tuple[OrderStatus, list[DepthTrade], OrderStatus | None]:
        """An order makes room for another; the same one, only smaller, keeps its place."""
        for order in self.orders:
            if order.number == old:
                if (order.side, order.tick) == (side, tick) and lots <= order.left:
                    order.number, order.left = number, lots
                    return OrderStatus.WORKING, [], None
                self.orders.remove(order)
                return self.arrive(number, side, lots, tick=tick, post_only=post_only)
        return OrderStatus.REJECTED, [], None
