"""An order as JSON members (`venues.md` 2.1): money and quantities as texts, times in RFC3339."""

from __future__ import annotations

from functools import lru_cache

from seatrial.domain.instrument import AssetClass, Instrument
from seatrial.domain.money import units_text
from seatrial.domain.time import SECOND_NS, rfc3339
from seatrial.emulators.alpaca.amounts import average_text, text
from seatrial.emulators.alpaca.identity import asset_uuid
from seatrial.emulators.alpaca.orders import Order

Shape = dict[str, object]


def order_shape(order: Order, instrument: Instrument) -> Shape:
    """An order as JSON members, without its legs."""
    filled = order.filled_units
    submitted = when(order.submitted_ns)
    return {
        "id": order.id,
        "client_order_id": order.client_order_id,
        "created_at": submitted,
        "updated_at": submitted if order.updated_ns == order.submitted_ns else when(order.updated_ns),
        "submitted_at": submitted,
        **_ends(order),
        "replaced_by": order.replaced_by or None,
        "replaces": order.replaces or None,
        "asset_id": asset_uuid(order.symbol),
        "symbol": order.symbol,
        "asset_class": "crypto" if instrument.asset_class is AssetClass.CRYPTO else "us_equity",
        "notional": text(order.notional) if order.notional else None,
        "qty": None if order.notional else _text(order.qty_units, instrument.qty_scale),
        "filled_qty": _text(filled, instrument.qty_scale),
        "filled_avg_price": average_text(order.filled_product, filled, instrument) if filled else None,
        "order_class": order.order_class,
        "order_type": order.type,
        "type": order.type,
        "side": order.side,
        "position_intent": order.intent,
        "time_in_force": order.time_in_force,
        "limit_price": _price(order.limit_units, instrument),
        "stop_price": _price(order.stop_units, instrument),
        "status": order.status,
        "extended_hours": order.extended_hours,
        "legs": None,
        "trail_percent": text(order.trail_percent) if order.trail_percent else None,
        "trail_price": _price(order.trail_units, instrument),
        "hwm": _price(order.hwm_units, instrument),
        "subtag": None,
        "source": None,
    }


def _ends(order: Order) -> Shape:
    return {
        "filled_at": when(order.filled_ns),
        "expired_at": when(order.expired_ns),
        "expires_at": when(order.expires_ns),
        "canceled_at": when(order.canceled_ns),
        "failed_at": when(order.failed_ns),
        "replaced_at": when(order.replaced_ns),
    }


def _price(units: int, instrument: Instrument) -> str | None:
    return _text(units, instrument.price_scale) if units else None


@lru_cache(maxsize=16_384)
def _text(units: int, scale: int) -> str:
    """Prices and quantities come again and again."""
    return units_text(units, scale)


@lru_cache(maxsize=4_096)
def when(at_ns: int) -> str | None:
    """A moment as `rfc3339` writes it, None for never. Orders of one second share most of it."""
    if not at_ns:
        return None
    seconds, nanos = divmod(at_ns, SECOND_NS)
    whole = _whole(seconds)
    return f"{whole[:-1]}.{nanos:09d}".rstrip("0") + "Z" if nanos else whole


@lru_cache(maxsize=4_096)
def _whole(seconds: int) -> str:
    return rfc3339(seconds * SECOND_NS)
