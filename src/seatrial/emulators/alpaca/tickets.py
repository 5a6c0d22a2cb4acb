"""From a request's body to a `Ticket`: every wrong input gets an answer that names the field.

Numbers may come as JSON numbers or as strings; both are read as decimals, never as floats.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import QTY_UNITS_MAX, Instrument
from seatrial.emulators.alpaca.orders import SIDES, TYPES, Ticket
from seatrial.emulators.alpaca.refusals import Refusal, forbidden, malformed, unprocessable

CLIENT_ORDER_ID_MAX = 128
PRICE_UNITS_MAX = 2**53
DIGITS_MAX = 40
TIMES_IN_FORCE = ("day", "gtc")
NOT_HERE = ("notional", "take_profit", "stop_loss", "trail_price", "trail_percent", "legs")


def parse_body(body: bytes) -> dict[str, Any]:
    """A JSON object with its numbers as decimals."""
    try:
        parsed = json.loads(body, parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse_constant)
    except (ValueError, InvalidOperation, RecursionError):
        raise Refusal(400, 40010000, "request body format is invalid") from None
    if not isinstance(parsed, dict):
        raise Refusal(400, 40010000, "request body format is invalid")
    return parsed


def parse_ticket(fields: Mapping[str, Any], instruments: Mapping[Symbol, Instrument]) -> Ticket:
    """An order request that is complete and on its instrument's grids.

    Raises:
        Refusal: with Alpaca's status and code, and what is accepted.
    """
    for name in NOT_HERE:
        if fields.get(name) is not None:
            raise unprocessable(f"{name} is not supported by this emulated venue: accepted are simple orders by qty")
    if fields.get("order_class") not in (None, "", "simple"):
        raise unprocessable("order_class: accepted is simple")
    if fields.get("extended_hours"):
        raise unprocessable("extended_hours: accepted is false")
    symbol = Symbol(_text(fields, "symbol"))
    instrument = instruments.get(symbol)
    if instrument is None:
        raise malformed(f'asset "{symbol}" not found')
    order_type = _choice(fields, "type", tuple(TYPES))
    qty_units = parse_qty(fields.get("qty"), instrument)
    return Ticket(
        symbol=symbol,
        side=SIDES[_choice(fields, "side", tuple(SIDES))],
        type=order_type,
        time_in_force=_choice(fields, "time_in_force", TIMES_IN_FORCE),
        qty_units=qty_units,
        limit_units=_price(fields, "limit_price", instrument, wanted=order_type == "limit", type=order_type),
        stop_units=_price(fields, "stop_price", instrument, wanted=order_type == "stop", type=order_type),
        client_order_id=_client_order_id(fields),
    )


def parse_qty(value: object, instrument: Instrument) -> int:
    """A quantity in units, whole lots, above zero."""
    if value is None:
        raise malformed("qty or notional is required")
    qty = _decimal("qty", value)
    if qty <= 0:
        raise malformed("qty must be > 0")
    units = qty * instrument.qty_scale
    if units >= QTY_UNITS_MAX:
        raise malformed("qty is too large")
    if units != int(units) or int(units) % instrument.lot_units:
        raise forbidden(f'asset "{instrument.symbol}" is not fractionable')
    return int(units)


def _price(fields: Mapping[str, Any], name: str, instrument: Instrument, *, wanted: bool, type: str) -> int:
    value = fields.get(name)
    words = name.replace("_", " ")
    if not wanted:
        if value is not None:
            raise malformed(f"{type} orders require no {words}")
        return 0
    if value is None:
        raise malformed(f"{type} orders require {words}")
    price = _decimal(name, value)
    if price <= 0:
        raise malformed(f"{words} must be > 0")
    units = price * instrument.price_scale
    if units >= PRICE_UNITS_MAX:
        raise malformed(f"{words} is too large")
    tick_units = instrument.tick_units if price >= 1 else 1
    if units != int(units) or int(units) % tick_units:
        raise unprocessable(f"invalid {name} {value}. sub-penny increment does not fulfill minimum pricing criteria")
    return int(units)


def _client_order_id(fields: Mapping[str, Any]) -> str:
    value = fields.get("client_order_id")
    if value is None:
        return ""
    if not isinstance(value, str) or not 0 < len(value) <= CLIENT_ORDER_ID_MAX:
        raise malformed(f"client_order_id must be a text of 1 to {CLIENT_ORDER_ID_MAX} characters")
    return value


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is None or value == "":
        raise malformed(f"{name} is required")
    if not isinstance(value, str):
        raise malformed(f"{name} must be a text")
    return value


def _choice(fields: Mapping[str, Any], name: str, accepted: tuple[str, ...]) -> str:
    value = _text(fields, name)
    if value not in accepted:
        raise malformed(f"invalid {name} {value!r}: accepted are {', '.join(accepted)}")
    return value


def _decimal(name: str, value: object) -> Decimal:
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, str) and len(value) <= DIGITS_MAX:
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise malformed(f"{name} must be a number, was {value!r}") from None
    else:
        raise malformed(f"{name} must be a number")
    if not number.is_finite() or len(number.as_tuple().digits) > DIGITS_MAX or abs(number.adjusted()) > DIGITS_MAX:
        raise malformed(f"{name} must be a number of at most {DIGITS_MAX} digits")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
