"""The venue kernel one order at a time, in plain Python: what the emulators ask.

It follows the conditions F-01 to F-17 of `matching` with other means. Crossing into compiled code costs more
than an order's own work, and a resting order has nothing to do before its price comes: so resting orders
wait in two lists sorted by the price they wait for, and a print looks only at those it reaches.
`tests/core` holds both books to the same blotters and to the same random streams.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from heapq import heappop, heappush

from seatrial.core.plain_orders import CLS, FOK, GTD, LEFT_OVER, NEW, OPG, RESTING, Execution, PlainOrder
from seatrial.core.prints import CLOSING, EXTENDED, HALTED, OPENING, PPM
from seatrial.domain.orders import OrderStatus, OrderType, Side, TimeInForce

Waiting = tuple[int, int, PlainOrder]  # minus the price waited for, arrival: the nearest stands last
STALE_MAX = 64


class PlainBook:
    """Working orders of one instrument in order of arrival."""

    def __init__(self, *, lot_units: int, participation_ppm: int = PPM) -> None:
        assert 0 < participation_ppm <= PPM
        self.lot_units = lot_units
        self.participation_ppm = participation_ppm
        self._orders: dict[int, PlainOrder] = {}
        self._awake: dict[int, PlainOrder] = {}  # every print concerns them
        self._waiting: dict[int, list[Waiting]] = {1: [], -1: []}  # for a price to rise to, or to fall to
        self._expiring: list[Waiting] = []  # a heap
        self._arrivals = 0

    def __len__(self) -> int:
        return len(self._orders)

    def add(
        self,
        number: int,
        *,
        side: Side,
        type: OrderType,
        qty_units: int,
        limit_units: int = 0,
        stop_units: int = 0,
        time_in_force: TimeInForce = TimeInForce.GTC,
        expires_ns: int = 0,
        post_only: bool = False,
        extended_hours: bool = False,
        if_touched: bool = False,
    ) -> None:
        """Let an order work. `number` is the caller's own, positive and unique among working orders."""
        assert qty_units > 0
        self._arrivals += 1
        order = PlainOrder(
            number,
            self._arrivals,
            side,
            type,
            qty_units,
            limit_units,
            stop_units,
            time_in_force,
            expires_ns,
            post_only,
            extended_hours,
            if_touched,
        )
        self._orders[number] = order
        self._awake[number] = order
        if order.tif == GTD:
            heappush(self._expiring, (expires_ns, order.arrival, order))

    def cancel(self, number: int) -> int | None:
        """Stop an order from working. Returns what was left of it, or None where it was not working."""
        order = self._orders.pop(number, None)
        if order is None:
            return None
        self._awake.pop(number, None)
        left, order.left = order.left, 0
        return left

    def recall(self, number: int, seen: Iterable[tuple[int, bool, int]]) -> None:
        """Let a working order know prints of the past, `(price_units, jumped, phase)`, without trading again."""
        order = self._orders[number]
        for price, jumped, phase in seen:
            if _meets(order, phase):
                order.fresh = LEFT_OVER if order.price_at(price, jumped) else RESTING
        self._awake.pop(number, None)
        self._put_back(order)

    def on_print(
        self,
        *,
        price_units: int,
        volume_units: int,
        jumped: bool,
        at_ns: int = 0,
        phase: int = 0,
        slope_units: int = 0,
    ) -> list[Execution]:
        """Let one print of the market meet the book; returns trades and ends in order of arrival."""
        if not self._orders:
            return []
        concerned = self._concerned(price_units, at_ns, phase)
        if not concerned:
            return []
        whole, rest = volume_units // PPM, volume_units % PPM
        share = whole * self.participation_ppm + rest * self.participation_ppm // PPM
        available = share // self.lot_units * self.lot_units
        taken = 0
        out: list[Execution] = []
        for order in concerned:
            done = None
            if order.tif == GTD and at_ns >= order.expires_ns:
                done = self._end(order)
            elif _meets(order, phase):
                done = self._meet(order, price_units, jumped, available - taken)
            if done is not None:
                taken += done.qty_units
                if slope_units and done.qty_units and not done.maker:
                    worse = order.impacted(done.price_units, taken, volume_units, slope_units)
                    done = done._replace(price_units=worse)
                out.append(done)
            self._put_back(order)
        return out

    def working(self) -> list[tuple[int, int, int, bool]]:
        """`(number, left_units, fresh, triggered)` of every working order, in order of arrival."""
        return [(one.number, one.left, one.fresh, one.triggered) for one in self._orders.values()]

    # ------------------------------------------------------------------ parts

    def _concerned(self, price: int, at_ns: int, phase: int) -> list[PlainOrder]:
        """The orders this print can do something to, in order of arrival."""
        found: list[PlainOrder] = []
        if not phase & HALTED:
            found.extend(self._awake.values())
            for direction, waiting in self._waiting.items():
                reached = -direction * price
                while waiting and waiting[-1][0] >= reached:
                    order = waiting.pop()[2]
                    if order.left:
                        found.append(order)
        while self._expiring and self._expiring[0][0] <= at_ns:
            order = heappop(self._expiring)[2]
            if order.left and order not in found:
                found.append(order)
        if len(found) > 1:
            found.sort(key=_arrival)
        return found

    def _meet(self, order: PlainOrder, price: int, jumped: bool, available: int) -> Execution | None:
        fresh = order.fresh
        maker = fresh == RESTING and order.is_limit
        at_price = order.price_at(price, jumped)
        order.fresh = LEFT_OVER if at_price else RESTING
        ended = None
        if at_price and order.post_only:
            if fresh == NEW:
                ended = OrderStatus.CANCELED
            at_price, maker = order.limit, True
        qty = 0
        if at_price and ended is None and (order.tif != FOK or order.left <= available):
            qty = min(order.left, available)
        left = order.left - qty
        if left and ended is None and order.ends_now:
            ended = OrderStatus.EXPIRED
        if not qty and ended is None:
            return None
        if ended is not None or not left:
            self._forget(order)
        else:
            order.left = left
        return Execution(order.number, qty, at_price if qty else 0, maker and qty > 0, left, ended)

    def _end(self, order: PlainOrder) -> Execution:
        left = order.left
        self._forget(order)
        return Execution(order.number, 0, 0, False, left, OrderStatus.EXPIRED)

    def _forget(self, order: PlainOrder) -> None:
        order.left = 0
        del self._orders[order.number]
        self._awake.pop(order.number, None)

    def _put_back(self, order: PlainOrder) -> None:
        """Let a working order wait for its price, or for the next print."""
        if not order.left:
            return
        watch = order.watch
        if watch is None:
            self._awake[order.number] = order
            return
        self._awake.pop(order.number, None)
        direction, key = watch
        waiting = self._waiting[direction]
        if len(waiting) > 2 * len(self._orders) + STALE_MAX:
            waiting[:] = [one for one in waiting if one[2].left]
        insort(waiting, (key, order.arrival, order))


def _arrival(order: PlainOrder) -> int:
    return order.arrival


def _meets(order: PlainOrder, phase: int) -> bool:
    """Whether the order takes part in a print of this phase at all."""
    if not phase:
        return order.tif < OPG
    if phase & HALTED or (phase & EXTENDED and not order.extended_hours):
        return False
    if order.tif == OPG:
        return bool(phase & OPENING)
    return order.tif != CLS or bool(phase & CLOSING)
