"""What changed at the venue: stored first, told afterwards (`emulators.store`).

Everything between two commits is one transaction. A request that changed something is answered once the commit that
holds it is done; in an event loop that commit comes with the end of the loop's turn, so that orders which arrive
together share it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

import msgspec

from seatrial.domain.ids import Symbol
from seatrial.emulators.alpaca.fills import Fill, fill_shape
from seatrial.emulators.alpaca.identity import Identity
from seatrial.emulators.alpaca.order_shapes import Shape, order_shape, when
from seatrial.emulators.alpaca.orders import Order
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.history import History
from seatrial.emulators.store import VenueRecords


class Listener(Protocol):
    """Who hears trade updates."""

    def wants(self, account: str) -> bool:
        """Whether anybody listens to this account now."""
        ...

    def tell(self, account: str, event: str, message: bytes) -> None:
        """Hand on one update."""
        ...


class Recorder:
    """Who writes every update down, heard or not."""

    def __init__(self, history: History) -> None:
        self._history = history

    def wants(self, _: str) -> bool:
        """Every account."""
        return True

    def tell(self, account: str, event: str, message: bytes) -> None:
        """Into the history."""
        self._history.event(account, event, message)


class News:
    """Changes of orders, from their making to the ears of the clients."""

    def __init__(self, exchange: Exchange, records: VenueRecords, identity: Identity, history: History) -> None:
        self.listeners: list[Listener] = []
        self.on_durable: list[Callable[[], None]] = []
        self._exchange = exchange
        self._records = records
        self._identity = identity
        self._history = history
        self._changed: dict[int, Order] = {}
        self._shown: dict[int, Shape] = {}
        self._untold: list[tuple[str, str, bytes]] = []
        self._waiting: list[Callable[[], None]] = []
        self._dirty = False
        self._is_due = False
        self._encoder = msgspec.json.Encoder()

    def change(self, order: Order, event: str, op: str, at_ns: int, fill: Fill | None = None) -> None:
        """An order changed, and there is an event of that name for it."""
        order.updated_ns = at_ns
        self.put(order)
        what = f"{order.symbol} {order.side} {order.status}"
        if fill is not None:
            what += f" {fill.qty_units} @ {fill.price_units} {fill.id}"
        self._history.record(op, account=order.account, client_order_id=order.client_order_id, what=what)
        if any(listener.wants(order.account) for listener in self.listeners):
            self._untold.append((order.account, event, self._message(order, event, at_ns, fill)))

    def put(self, order: Order) -> None:
        """An order changed in a way nobody is told of."""
        self._changed[order.number] = order
        self._shown.pop(order.number, None)
        self._dirty = True

    def shape(self, order: Order) -> Shape:
        """An order as JSON members; made once for all who are told of the same change."""
        shown = self._shown.get(order.number)
        if shown is None:
            shown = order_shape(order, self._exchange.instruments[Symbol(order.symbol)])
            if order.number in self._changed:
                self._shown[order.number] = shown
        return shown

    def touch(self) -> None:
        """Something else was written into the records, and is to be committed."""
        self._dirty = True

    def add_fill(self, fill: Fill) -> None:
        """Store an execution."""
        self._dirty = True
        self._records.add_execution(
            fill.number, fill.account, fill.order_number, fill.at_ns, self._encoder.encode(fill)
        )

    def settle(self, at_ns: int) -> None:
        """Commit what happened, then tell it, then answer those who asked for it."""
        for order in self._changed.values():
            body = self._encoder.encode(order)
            self._records.put_order(order.number, order.account, order.client_order_id, body)
        self._changed.clear()
        self._shown.clear()
        self._records.put_market(at_ns)
        self._records.commit()
        self._dirty = False
        for heard in self.on_durable:
            heard()
        untold, self._untold = self._untold, []
        for account, event, message in untold:
            for listener in self.listeners:
                listener.tell(account, event, message)
        waiting, self._waiting = self._waiting, []
        for durable in waiting:
            durable()

    def when_durable(self, durable: Callable[[], None]) -> None:
        """Call back once everything up to now is committed; at once where nothing waits for a commit."""
        if not self._dirty:
            durable()
            return
        self._waiting.append(durable)
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._settle_turn)

    async def durable(self) -> None:
        """Return once everything up to now is committed."""
        if self._dirty:
            done = asyncio.get_running_loop().create_future()
            self.when_durable(lambda: None if done.done() else done.set_result(None))
            await done

    def _settle_turn(self) -> None:
        self._is_due = False
        self.settle(self._exchange.settled_ns)

    def _message(self, order: Order, event: str, at_ns: int, fill: Fill | None) -> bytes:
        instrument = self._exchange.instruments[Symbol(order.symbol)]
        told: dict[str, object] = {"event": event, "timestamp": when(at_ns)}
        told["order"] = self.shape(order)
        if fill is None:
            change = f"{order.number} {event} {at_ns} {order.filled_units}"
            told["execution_id"] = self._identity.uuid("change", change)
        else:
            told |= fill_shape(fill, instrument)
        return self._encoder.encode({"stream": "trade_updates", "data": told})
