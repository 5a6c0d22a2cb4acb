"""Sends what was approved, one lane per symbol, and turns the venue's answer into a fact.

A `Sent` fact is durable before the request leaves. So after a crash: approved without `Sent` surely
never left; `Sent` without a report may live at the venue and is looked up, never sent again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

from seatrial.domain.effects import Approved, CancelOrder
from seatrial.domain.facts import Report, Sent
from seatrial.domain.ids import AccountId, ClientOrderId, Symbol
from seatrial.domain.orders import OrderStatus
from seatrial.services.execution.engine import ExecutionEngine
from seatrial.venues.port import Confirmed, Denied, Outcome, Rejected, Unknown, Venue

URGENT_SECONDS_MAX = 5.0

Lane = tuple[AccountId, Symbol]
Spawn = Callable[[Coroutine[Any, Any, None]], object]


@dataclass(frozen=True, slots=True)
class _Item:
    """What waits in a lane: `halts` counts the halts before it, `said` is what its log lines carry."""

    effect: Approved | CancelOrder
    halts: int
    said: Mapping[str, object]


class MarketNow(Protocol):
    """Market time of an account, in nanoseconds."""

    def now_ns(self, account: AccountId) -> int:
        """Nanoseconds since 1970 UTC on the venue's market clock, as well as we know it."""
        ...


class Sender:
    """The only caller of `Venue.submit`.

    Args:
        spawn: starts a task that ends with the service.
        look: asks the reconciler of an account to look soon, because an answer was lost.
    """

    def __init__(
        self,
        engine: ExecutionEngine,
        venues: Mapping[AccountId, Venue],
        market: MarketNow,
        *,
        spawn: Spawn,
        look: Callable[[AccountId], None],
    ) -> None:
        self._engine = engine
        self._venues = venues
        self._market = market
        self._spawn = spawn
        self._look = look
        self._lanes: dict[Lane, deque[_Item]] = {}
        self._in_flight: set[ClientOrderId] = set()
        self._cancels: dict[ClientOrderId, CancelOrder] = {}  # wanted, and the order is not known to be over
        self._urgent: dict[ClientOrderId, asyncio.Task[None]] = {}
        self._open = asyncio.Event()

    def open(self) -> None:
        """Recovery is done: what was approved may leave."""
        self._open.set()

    def remember_cancels(self, cancels: Iterable[CancelOrder]) -> None:
        """Cancels that the journal wants and that the process before this one may not have sent."""
        self._cancels.update({cancel.client_order_id: cancel for cancel in cancels})

    @property
    def idle(self) -> bool:
        """Nothing is being sent and no cancel is wanted."""
        return not self._lanes and not self._urgent and not self._cancels

    def in_flight(self, client_order_id: ClientOrderId) -> bool:
        """The order waits to be sent, or its answer is awaited: its status is not to be questioned now."""
        return client_order_id in self._in_flight

    def release(self, effect: Approved | CancelOrder) -> None:
        """Send an order, or ask for its cancel, after everything released before for the same symbol."""
        if isinstance(effect, Approved):
            self._in_flight.add(effect.client_order_id)
        elif effect.client_order_id in self._urgent:
            return  # it is being asked for right now
        else:
            self._cancels[effect.client_order_id] = effect
        lane = (effect.account, effect.symbol)
        item = _Item(effect, self._engine.halts, get_contextvars())
        if lane in self._lanes:
            self._lanes[lane].append(item)
            return
        self._lanes[lane] = deque([item])
        self._spawn(self._drain(lane))

    def cancel_now(self, cancel: CancelOrder) -> None:
        """Ask at once, past the lanes and the journal: what reduces risk waits for nothing."""
        if cancel.client_order_id in self._urgent:
            return
        self._cancels[cancel.client_order_id] = cancel
        task = asyncio.get_running_loop().create_task(self._cancel(cancel))
        self._urgent[cancel.client_order_id] = task
        task.add_done_callback(lambda _: self._urgent.pop(cancel.client_order_id, None))

    async def finish_urgent(self) -> None:
        """The process ends: give the cancels that are under way a moment, because they reduce risk."""
        if self._urgent:
            await asyncio.wait(list(self._urgent.values()), timeout=URGENT_SECONDS_MAX)

    def repeat_cancels(self, account: AccountId) -> None:
        """Ask again for every cancel of an account that has not come about."""
        for client_order_id, cancel in list(self._cancels.items()):
            busy = (cancel.account, cancel.symbol) in self._lanes
            if cancel.account != account or busy:
                continue
            if self._over(client_order_id):
                del self._cancels[client_order_id]
            else:
                self.release(cancel)

    async def _drain(self, lane: Lane) -> None:
        queue = self._lanes[lane]
        while queue:
            item = queue.popleft()
            clear_contextvars()  # this task is the lane's own: it takes the words of one item after the other
            named = {"client_order_id": item.effect.client_order_id, "symbol": item.effect.symbol}
            bind_contextvars(**{**item.said, **named})
            if isinstance(item.effect, Approved):
                await self._send(item.effect, item.halts)
            elif not self._over(item.effect.client_order_id):
                await self._cancel(item.effect)
        del self._lanes[lane]

    async def _send(self, order: Approved, halts: int) -> None:
        await self._open.wait()
        client_order_id = order.client_order_id
        if self._may_send(halts):
            await self._engine.submit([Sent(self._market.now_ns(order.account), client_order_id)])
        if self._may_send(halts):  # asked again: the commit took time, and a halt may have come
            report = self._report(order, await self._venues[order.account].submit(order))
        else:
            report = Report(
                at_ns=self._market.now_ns(order.account),
                client_order_id=client_order_id,
                status=OrderStatus.CANCELED,
                reason=f"never sent: halted by {self._engine.latched}",
            )
        durable = self._engine.post([report])
        self._in_flight.discard(client_order_id)  # whoever questions its status now stands behind the report
        await durable

    def _may_send(self, halts: int) -> bool:
        return self._engine.latched is None and self._engine.halts == halts

    def _report(self, order: Approved, outcome: Outcome) -> Report:
        """The answer as a fact. A terminal word is not taken from here: its fills must be booked first."""
        at_ns, client_order_id = self._market.now_ns(order.account), order.client_order_id
        match outcome:
            case Confirmed(venue_order_id, status):
                if status.terminal:
                    self._look(order.account)
                return Report(at_ns, client_order_id, OrderStatus.WORKING, venue_order_id)
            case Rejected(code, reason):
                return Report(at_ns, client_order_id, OrderStatus.REJECTED, reason=f"{code}: {reason}")
            case Denied(reason):
                return Report(at_ns, client_order_id, OrderStatus.REJECTED, reason=f"denied: {reason}")
            case Unknown(reason):
                self._look(order.account)
                return Report(at_ns, client_order_id, OrderStatus.UNKNOWN, reason=reason)

    async def _cancel(self, cancel: CancelOrder) -> None:
        outcome = await self._venues[cancel.account].cancel(cancel.client_order_id, cancel.symbol)
        if not isinstance(outcome, Confirmed):
            self._look(cancel.account)  # filled first, lost, or never there: the venue knows

    def _over(self, client_order_id: ClientOrderId) -> bool:
        order = self._engine.machine.order(client_order_id)
        return order is None or order.status.terminal
