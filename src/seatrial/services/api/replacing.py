"""`PATCH /orders/{order_id}`: the old order is taken back, and only when the venue has said so, a new one goes out.

Never both at once: where the cancel's answer is not in, nothing new is sent, and a fill that wins the race ends
the replacement. The new order passes risk and journal like any other.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from seatrial.core.views import OrderView
from seatrial.domain.effects import Approved, Parked, Refused
from seatrial.domain.facts import CancelRequest, OrderRequest
from seatrial.domain.faults import RequestFault
from seatrial.domain.instrument import Instrument
from seatrial.domain.orders import OrderStatus, OrderType
from seatrial.services.api.http import answer, refusal
from seatrial.services.api.numbers import SaidNumberOrNone
from seatrial.services.api.order_asking import WITH_LIMIT, WITH_STOP
from seatrial.services.api.order_doors import no_order, order_is_over, refused_answer
from seatrial.services.api.orders import BY_HAND, client_order_id, listing, order_fields, positive, units
from seatrial.services.api.reading import read_body
from seatrial.services.api.words import not_ready
from seatrial.services.execution.service import ExecutionService

CANCEL_SECONDS_MAX = 5.0
POLL_SECONDS = 0.02


class ReplaceBody(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be different. `quantity` is the whole order's, what has filled included."""

    quantity: SaidNumberOrNone = msgspec.field(default_factory=msgspec.Raw)
    price: SaidNumberOrNone = msgspec.field(default_factory=msgspec.Raw)
    stop_price: SaidNumberOrNone = msgspec.field(default_factory=msgspec.Raw)
    client_order_id: str | None = None


class ReplaceDoor:
    """The door."""

    def __init__(self, service: ExecutionService) -> None:
        self._service = service

    async def change(self, request: Request) -> Response:
        """Cancel, wait for the venue's word, place what is left anew. 202 with `replaces`."""
        body = await read_body(request, ReplaceBody)
        if (closed := not_ready(self._service)) is not None:
            return closed
        old = self._service.machine.order(request.path_params["order_id"])
        if old is None:
            return no_order(request)
        if old.status.terminal:
            return order_is_over(old)
        wanted = self._wanted(old, body)
        ended = await self._taken_back(old)
        if ended is None:
            message = f"the cancel is asked for, but the venue's word is not in after {CANCEL_SECONDS_MAX:.0f} s: "
            return refusal(503, "replace_unfinished", message + "nothing new was sent", order_id=old.client_order_id)
        left_units = wanted.qty_units - ended.filled_units
        if ended.status is OrderStatus.FILLED or left_units <= 0:
            return order_is_over(ended)
        return await self._place(replace(wanted, qty_units=left_units), ended)

    def _wanted(self, old: OrderView, body: ReplaceBody) -> OrderRequest:
        """The new order, as large as the whole; everything wrong with it is said before anything is cancelled."""
        if old.parent is not None or self._brings_others(old):
            raise RequestFault("order_id", "an order that belongs to no other: cancel these and place them anew", None)
        _, instrument = listing(self._service, old.symbol, old.account)
        qty_units = units("quantity", body.quantity, instrument.qty_scale) or old.qty_units
        _on_grid("quantity", qty_units, instrument.lot_units, instrument.qty_text(instrument.lot_units))
        if qty_units <= old.filled_units:
            accepted = f"more than {instrument.qty_text(old.filled_units)}, which has filled already"
            raise RequestFault("quantity", accepted, instrument.qty_text(qty_units))
        return OrderRequest(
            at_ns=self._service.market.now_ns(old.account),
            account=old.account,
            strategy=old.strategy or BY_HAND,
            symbol=old.symbol,
            side=old.side,
            type=old.type,
            time_in_force=old.time_in_force,
            qty_units=qty_units,
            limit_units=_price("price", body.price, old.limit_units, old, WITH_LIMIT, instrument),
            stop_units=_price("stop_price", body.stop_price, old.stop_units, old, WITH_STOP, instrument),
            client_order_id=client_order_id(body.client_order_id),
            post_only=old.post_only,
            reduce_only=old.reduce_only,
            extended_hours=old.extended_hours,
            expires_at_ns=old.expires_at_ns,
            trail_units=old.trail_units,
            trail_ppm=old.trail_ppm,
        )

    def _brings_others(self, old: OrderView) -> bool:
        return any(other.parent == old.client_order_id for other in self._service.machine.orders())

    async def _taken_back(self, old: OrderView) -> OrderView | None:
        """Ask for the cancel and wait; None where the venue has not said how it ended."""
        service = self._service
        await service.submit([CancelRequest(service.market.now_ns(old.account), old.client_order_id, "replaced")])
        deadline = asyncio.get_running_loop().time() + CANCEL_SECONDS_MAX
        while True:
            found = service.machine.order(old.client_order_id)
            assert found is not None, "an order that was open is remembered"
            if found.status.terminal:
                return found
            if asyncio.get_running_loop().time() > deadline:
                return None
            await asyncio.sleep(POLL_SECONDS)

    async def _place(self, wanted: OrderRequest, ended: OrderView) -> Response:
        service = self._service
        asked = replace(wanted, at_ns=service.market.now_ns(wanted.account))
        for effect in await service.submit([asked]):
            if isinstance(effect, Refused):
                return refused_answer(effect, replaces=ended.client_order_id)
            if isinstance(effect, Approved | Parked):
                order = service.machine.order(effect.client_order_id)
                assert order is not None
                _, instrument = listing(service, order.symbol, order.account)
                told = {**order_fields(order, instrument), "risk": {"approved": True}}
                return answer({**told, "replaces": ended.client_order_id}, 202)
        raise AssertionError("risk neither approved nor refused an order")


def _price(
    field: str, raw: msgspec.Raw, before: int, old: OrderView, needed_by: frozenset[OrderType], instrument: Instrument
) -> int:
    if units(field, raw, instrument.price_scale) is None:
        return before
    if old.type not in needed_by:
        names = " or ".join(sorted(each.name.lower() for each in needed_by))
        raise RequestFault(field, f"nothing: only a {names} order has it", bytes(raw).decode())
    price_units = positive(field, raw, instrument.price_scale)
    _on_grid(field, price_units, instrument.tick_units, instrument.price_text(instrument.tick_units))
    return price_units


def _on_grid(field: str, asked_units: int, step_units: int, step: str) -> None:
    """Risk would refuse it too, but only after the old order is gone."""
    if asked_units % step_units:
        raise RequestFault(field, f"a multiple of {step}", f"{asked_units} units, which is none")
