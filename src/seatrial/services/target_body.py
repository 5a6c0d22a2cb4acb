"""A decision as the body of `POST :5002/api/v1/targets`: decimal texts, words for enums, nothing in units."""

from __future__ import annotations

from collections.abc import Mapping

from seatrial.domain.facts import CancelRequest, OrderRequest, Target
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.money import CASH_SCALE, units_text
from seatrial.domain.time import rfc3339
from seatrial.services.topics import Decision

PPM = 1_000_000


def target_body(decision: Decision, instruments: Mapping[Symbol, Instrument]) -> dict[str, object]:
    """The JSON body. The door makes the rebalances itself: one per symbol that got a target."""
    facts = decision.facts
    return {
        "strategy": decision.strategy,
        "account": decision.account,
        "decided_at": rfc3339(decision.decided_at_ns),
        "targets": [_target(fact, instruments[fact.symbol]) for fact in facts if isinstance(fact, Target)],
        "orders": [_order(fact, instruments[fact.symbol]) for fact in facts if isinstance(fact, OrderRequest)],
        "cancels": [fact.client_order_id for fact in facts if isinstance(fact, CancelRequest)],
    }


def _target(target: Target, instrument: Instrument) -> dict[str, object]:
    fields: dict[str, object] = {"symbol": target.symbol, "inputs_digest": target.inputs_digest}
    if target.weight_ppm is not None:
        return {**fields, "weight": units_text(target.weight_ppm, PPM)}
    assert target.quantity_units is not None, "a target has a quantity or a weight"
    return {**fields, "quantity": instrument.qty_text(target.quantity_units)}


def _order(order: OrderRequest, instrument: Instrument) -> dict[str, object]:
    fields: dict[str, object] = {
        "symbol": order.symbol,
        "side": order.side.name.lower(),
        "type": order.type.name.lower(),
        "time_in_force": order.time_in_force.name.lower(),
        "order_class": order.order_class.name.lower(),
    }
    fields |= _prices(instrument, price=order.limit_units, stop_price=order.stop_units, trail_price=order.trail_units)
    loss = {"stop_price": order.stop_loss_units, "limit_price": order.stop_loss_limit_units}
    legs = {
        "take_profit": _prices(instrument, limit_price=order.take_profit_units),
        "stop_loss": _prices(instrument, **loss),
    }
    fields |= {name: leg for name, leg in legs.items() if leg}
    flags = {"post_only": order.post_only, "reduce_only": order.reduce_only, "extended_hours": order.extended_hours}
    fields |= {name: True for name, said in flags.items() if said}
    if order.notional_units:
        fields["notional"] = units_text(order.notional_units, CASH_SCALE)
    else:
        fields["quantity"] = instrument.qty_text(order.qty_units)
    if order.trail_ppm:
        fields["trail_percent"] = units_text(order.trail_ppm, PPM // 100)
    if order.expires_at_ns:
        fields["expires_at"] = rfc3339(order.expires_at_ns)
    if order.client_order_id is not None:
        fields["client_order_id"] = order.client_order_id
    return fields


def _prices(instrument: Instrument, **units: int) -> dict[str, str]:
    return {name: instrument.price_text(price) for name, price in units.items() if price}
