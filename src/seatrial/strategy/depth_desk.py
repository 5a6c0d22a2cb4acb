"""What a Python strategy over depth or quotes sees and says: the market by price, its orders, its position.

Prices are ticks, quantities lots, sides 1 and -1. It reads the very arrays the compiled form reads, so both forms
decide on the same numbers. What is said passes the machine's risk as soon as the strategy returns.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from seatrial.core import depth as d
from seatrial.core import depth_run as k
from seatrial.core import in_flight as m
from seatrial.core import records as r
from seatrial.core.depth_arrival import FLAG_POST_ONLY
from seatrial.core.depth_run import OUT_MAX, Desk
from seatrial.domain.faults import RequestFault
from seatrial.domain.orders import OrderStatus, OrderType, TimeInForce

_GTC, _IOC = int(TimeInForce.GTC), int(TimeInForce.IOC)
_LIMIT, _MARKET = int(OrderType.LIMIT), int(OrderType.MARKET)
_PENDING = int(OrderStatus.PENDING)


class DepthOrder(NamedTuple):
    """An order of ours that has not ended, as far as we heard. `tick` is 0 for a market order."""

    number: int
    side: int
    tick: int
    left_lots: int
    under_way: bool  # a word of the venue on it is awaited


class DepthFill(NamedTuple):
    """A trade of ours. `at_ns` is when it happened; we hear of it later."""

    number: int
    at_ns: int
    side: int
    tick: int
    lots: int
    maker: bool
    left_lots: int


class DepthEvent(NamedTuple):
    """What the market did: `kind` is `core.depth` DEPTH, TRADE, CLEAR or TOP. A trade's side is its aggressor's."""

    kind: int
    at_ns: int
    side: int
    tick: int
    lots: int


class DepthDesk:
    """The strategy's door to a run over depth or quotes."""

    def __init__(self, arrays: Desk) -> None:
        desk: Any = arrays  # a memoryview reads several times as fast as an array, and no stub knows it can
        self._book, self._lots = memoryview(desk.book.cells), memoryview(desk.book.lots)
        self._orders, self._positions = memoryview(desk.orders), memoryview(desk.positions)
        self._scalars, self._cells = memoryview(desk.scalars), memoryview(desk.cells)
        self._outbox, self._event, self._word = memoryview(desk.outbox), memoryview(desk.event), memoryview(desk.word)
        self._window: int = desk.book.lots.shape[1]
        self._low_tick = self._book[d.B_LOW_TICK]
        self._inst = self._cells[k.K_INST]
        self._tick_units, self._lot_units = self._cells[k.K_TICK_UNITS], self._cells[k.K_LOT_UNITS]

    @property
    def now_ns(self) -> int:
        """The time of this decision."""
        return self._cells[k.K_NOW]

    @property
    def best_bid(self) -> int | None:
        """The best bid in ticks, or None."""
        best = self._book[d.B_BEST_BID]
        return best + self._low_tick if best >= 0 else None

    @property
    def best_ask(self) -> int | None:
        """The best ask in ticks, or None."""
        best = self._book[d.B_BEST_ASK]
        return best + self._low_tick if best < self._window else None

    def lots_at(self, side: int, tick: int) -> int:
        """What rests at a price: bids where `side` is 1, asks where it is -1."""
        inside = tick - self._low_tick
        if not 0 <= inside < self._window:
            return 0
        return self._lots[d.BID if side > 0 else d.ASK, inside]

    @property
    def position_lots(self) -> int:
        """What is held, in whole lots, as far as fills were heard of."""
        qty: int = self._positions[self._inst, r.P_QTY]
        return qty // self._lot_units if qty >= 0 else -(-qty // self._lot_units)

    @property
    def orders(self) -> list[DepthOrder]:
        """Every order that has not ended, in order of approval."""
        rows, tick_units, lot_units = self._orders, self._tick_units, self._lot_units
        return [
            DepthOrder(
                rows[row, r.O_NUMBER],
                rows[row, r.O_SIDE],
                rows[row, r.O_LIMIT] // tick_units,
                (rows[row, r.O_QTY] - rows[row, r.O_FILLED]) // lot_units,
                rows[row, r.O_STATUS] <= _PENDING or rows[row, r.O_CANCELING] == 1,
            )
            for row in range(self._scalars[r.S_ORDERS])
        ]

    @property
    def fill(self) -> DepthFill:
        """The fill heard last."""
        word = self._word
        return DepthFill(
            word[m.W_NUMBER],
            word[m.W_HAPPENED],
            word[m.W_SIDE],
            word[m.W_TICK],
            word[m.W_LOTS],
            word[m.W_MAKER] == 1,
            word[m.W_LEFT],
        )

    @property
    def event(self) -> DepthEvent:
        """The event heard last, for a strategy that hears every one."""
        return DepthEvent(*self._event)

    def limit(self, side: int, tick: int, lots: int, *, tif: int = _GTC, post_only: bool = False) -> None:
        """Ask for a limit order; `tif` is GTC, IOC or FOK."""
        self._say(m.NEW, side, _LIMIT, tif, FLAG_POST_ONLY if post_only else 0, tick, lots, 0)

    def market(self, side: int, lots: int) -> None:
        """Ask for a market order: what does not trade on arrival expires."""
        self._say(m.NEW, side, _MARKET, _IOC, 0, 0, lots, 0)

    def cancel(self, number: int) -> None:
        """Ask that an order be cancelled."""
        self._say(m.CANCEL, 0, 0, 0, 0, 0, 0, number)

    def replace(
        self, number: int, side: int, tick: int, lots: int, *, tif: int = _GTC, post_only: bool = False
    ) -> None:
        """Ask that an order make room for another. Where it rests no more, the other is refused."""
        self._say(m.REPLACE, side, _LIMIT, tif, FLAG_POST_ONLY if post_only else 0, tick, lots, number)

    def _say(self, *words: int) -> None:
        row = self._cells[k.K_OUT]
        if row == OUT_MAX:
            raise RequestFault("requests in one decision", f"at most {OUT_MAX}", OUT_MAX + 1)
        for column, word in enumerate(words):
            self._outbox[row, column] = word
        self._cells[k.K_OUT] = row + 1
