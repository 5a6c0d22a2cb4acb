"""The book of one symbol: what the market at large and all accounts want to trade, in order of price, then of time.

Nothing is taken twice: what an account took of the market's quantity is gone until the market says that level again.
Matching is lazy: `take` yields one match at a time, and whoever hears it may cancel orders before the next.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator

from seatrial.emulators.floor.resting import Match, Resting
from seatrial.emulators.floor.shown import Level
from seatrial.emulators.order_books import SelfTrade

EMPTY_LEVELS_MAX = 256  # before they are swept away


class _Queue:
    """Who rests at one price, the first first. `total` is what everybody sees, `market` the market's part of it."""

    __slots__ = ("gone", "market", "orders", "total")

    def __init__(self) -> None:
        self.orders: deque[Resting] = deque()
        self.gone = 0  # taken out, and still standing in line, empty
        self.total = 0
        self.market = 0


class LiveBook:
    """One symbol. Sides are 1 (bids) and -1 (asks); `touched` collects what changed until it is fetched.

    Args:
        lot_units: the step of a quantity: an order with a budget buys whole lots.
    """

    def __init__(self, lot_units: int = 1) -> None:
        self._lot = lot_units
        self._sides: tuple[dict[int, _Queue], ...] = ({}, {}, {})  # by side: 1 and -1
        self._prices: tuple[list[int], ...] = ([], [], [])  # heaps of `-side * price`: the best first
        self._sweep_at = [0, EMPTY_LEVELS_MAX, EMPTY_LEVELS_MAX]
        self.touched: tuple[dict[int, None], ...] = ({}, {}, {})

    # ------------------------------------------------------------- what is seen

    def best(self, side: int) -> Level | None:
        """The best price of a side and the quantity there."""
        prices, queues = self._prices[side], self._sides[side]
        while prices:
            price = -side * prices[0]
            total = queues[price].total
            if total:
                return price, total
            heapq.heappop(prices)
            del queues[price]
        return None

    def levels(self, side: int, count: int) -> list[Level]:
        """The best levels of a side."""
        queues = self._sides[side]
        held = sorted((price for price, queue in queues.items() if queue.total), reverse=side > 0)
        return [(price, queues[price].total) for price in held[:count]]

    def total_at(self, side: int, price: int) -> int:
        """What rests at a price."""
        return 0 if (queue := self._sides[side].get(price)) is None else queue.total

    def reachable(self, side: int, limit: int, enough: int) -> int:
        """What somebody of `side` could take up to a limit (0: any price); counts no further than `enough`."""
        found = 0
        for price, queue in self._sides[-side].items():
            if not limit or (price - limit) * side <= 0:
                found += queue.total
                if found >= enough:
                    break
        return found

    def crosses(self, side: int, price: int) -> bool:
        """Whether an order at this price would trade now."""
        other = self.best(-side)
        return other is not None and (other[0] - price) * side <= 0

    # ------------------------------------------------------------- what happens

    def rest(self, order: Resting, side: int, price: int) -> None:
        """What is left of an order waits at a price, behind whoever waits there already."""
        queue = self._queue(side, price)
        queue.orders.append(order)
        queue.total += order.left
        self.touched[side][price] = None

    def withdraw(self, order: Resting, side: int, price: int) -> None:
        """Take a resting order out."""
        queue = self._sides[side][price]
        queue.total -= order.left
        order.left = 0
        queue.gone += 1
        if 2 * queue.gone > len(queue.orders):
            queue.orders = deque(each for each in queue.orders if each.left)
            queue.gone = 0
        self.touched[side][price] = None

    def shrink(self, order: Resting, side: int, price: int, left: int) -> None:
        """Less of a resting order; it keeps its place in the line."""
        self._sides[side][price].total -= order.left - left
        order.left = left
        self.touched[side][price] = None

    def set_market(self, side: int, price: int, qty: int) -> Iterator[Match]:
        """The market's quantity at a price becomes `qty`; where accounts rest beyond it, it trades with them."""
        if self.crosses(side, price):
            newcomer = Resting(0, "", None, qty)
            yield from self._run_over(newcomer, side, price)
            qty = newcomer.left
        queue = self._sides[side].get(price)
        if queue is None:
            if not qty:
                return
            queue = self._queue(side, price)
        more = qty - queue.market
        if not more:
            return
        self.touched[side][price] = None
        queue.total += more
        queue.market = qty
        if more < 0:
            _leave(queue.orders, -more)
        elif queue.orders and not queue.orders[-1].number:
            queue.orders[-1].left += more
        else:
            queue.orders.append(Resting(0, "", None, more))

    def clear_market(self) -> None:
        """Nothing of the market rests any more; what accounts have stays."""
        for side in (1, -1):
            for price, queue in self._sides[side].items():
                if queue.market:
                    self._forget_market(side, price, queue)

    def take(self, taker: Resting, side: int, limit: int) -> Iterator[Match]:
        """Trade what is left of `taker` up to a limit; 0 is any price. What then is left is the caller's."""
        mode = SelfTrade.ALLOWED if taker.terms is None else taker.terms.self_trade
        while taker.left and (best := self.best(-side)) is not None:
            price = best[0]
            if limit and (price - limit) * side > 0:
                return
            queue = self._sides[-side][price]
            maker = queue.orders[0]
            if not maker.left:
                queue.orders.popleft()
                continue
            self.touched[-side][price] = None
            if mode and maker.number and maker.account == taker.account:
                yield self._prevent(taker, maker, queue, price, mode)
                continue
            qty = min(taker.left, maker.left)
            if taker.budget:
                qty = min(qty, taker.budget // price // self._lot * self._lot)
                if not qty:
                    return
                taker.budget -= qty * price
            taker.left -= qty
            _trade(queue, maker, qty)
            yield Match(price, qty, taker, maker)

    # --------------------------------------------------------------------- parts

    def _run_over(self, newcomer: Resting, side: int, price: int) -> Iterator[Match]:
        """The market comes to a price: its own other side there is out of date, accounts there are traded with."""
        while (best := self.best(-side)) is not None and (best[0] - price) * side <= 0:
            queue = self._sides[-side][best[0]]
            if queue.market:
                self._forget_market(-side, best[0], queue)
                continue
            if not newcomer.left:
                return
            yield from self.take(newcomer, side, best[0])

    def _prevent(self, taker: Resting, maker: Resting, queue: _Queue, price: int, mode: SelfTrade) -> Match:
        taken = taker.left if mode in (SelfTrade.EXPIRE_TAKER, SelfTrade.EXPIRE_BOTH) else 0
        given = maker.left if mode in (SelfTrade.EXPIRE_MAKER, SelfTrade.EXPIRE_BOTH) else 0
        if mode is SelfTrade.DECREMENT:
            taken = given = min(taker.left, maker.left)
        taker.left -= taken
        maker.left -= given
        queue.total -= given
        return Match(price, taken, taker, maker, prevented=True, maker_qty_units=given)

    def _forget_market(self, side: int, price: int, queue: _Queue) -> None:
        queue.orders = deque(order for order in queue.orders if order.number)
        queue.total -= queue.market
        queue.market = 0
        self.touched[side][price] = None

    def _queue(self, side: int, price: int) -> _Queue:
        queues = self._sides[side]
        queue = queues.get(price)
        if queue is None:
            if len(queues) > self._sweep_at[side]:
                self._sweep(side)
            queue = queues[price] = _Queue()
            heapq.heappush(self._prices[side], -side * price)
        return queue

    def _sweep(self, side: int) -> None:
        """Far away levels that are empty come to the top of the heap late or never."""
        queues, prices = self._sides[side], self._prices[side]
        for price in [price for price, queue in queues.items() if not queue.total]:
            del queues[price]
        prices[:] = (-side * price for price in queues)
        heapq.heapify(prices)
        self._sweep_at[side] = 2 * len(queues) + EMPTY_LEVELS_MAX


def _trade(queue: _Queue, maker: Resting, qty: int) -> None:
    maker.left -= qty
    queue.total -= qty
    if not maker.number:
        queue.market -= qty
    if not maker.left:
        queue.orders.popleft()


def _leave(orders: deque[Resting], qty: int) -> None:
    """The market takes quantity back: who came last goes first, so nobody advances who has not waited for it."""
    for order in reversed(orders):
        if not order.number and qty:
            gone = min(qty, order.left)
            order.left -= gone
            qty -= gone
