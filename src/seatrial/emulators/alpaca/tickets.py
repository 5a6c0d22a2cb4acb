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
from seatrial.emulators.alpaca.amounts import ZERO
from seatrial.emulators.alpaca.lifetimes import AT_AUCTION, AT_ONCE, TIMES_IN_FORCE
from seatrial.emulators.alpaca.orders import SIDES, TYPES, Ticket
from seatrial.emulators.alpaca.refusals import Refusal, forbidden, malformed, unprocessable

CLIENT_ORDER_ID_MAX = 128
PRICE_UNITS_MAX = 2**53
DIGITS_MAX = 40
NOT_HERE = ("notional", "take_profit", "stop_loss", "legs")
WITH_LIMIT, WITH_STOP = ("limit", "stop_limit"), ("stop", "stop_limit")


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
    symbol = Symbol(_text(fields, "symbol"))
    instrument = instruments.get(symbol)
    if instrument is None:
        raise malformed(f'asset "{symbol}" not found')
    order_type = _choice(fields, "type", tuple(TYPES))
    qty_units = parse_qty(fields.get("qty"), instrument)
    time_in_force = _time_in_force(fields, order_type)
    trail_units, trail_percent = _trail(fields, order_type, instrument)
    return Ticket(
        symbol=symbol,
        side=SIDES[_choice(fields, "side", tuple(SIDES))],
        type=order_type,
        time_in_force=time_in_force,
        qty_units=qty_units,
        limit_units=_price(fields, "limit_price", instrument, wanted=order_type in WITH_LIMIT, type=order_type),
        stop_units=_price(fields, "stop_price", instrument, wanted=order_type in WITH_STOP, type=order_type),
        client_order_id=_client_order_id(fields),
        extended_hours=_extended_hours(fields, order_type, time_in_force),
        trail_units=trail_units,
        trail_percent=trail_percent,
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


def _time_in_force(fields: Mapping[str, Any], order_type: str) -> str:
    time_in_force = _choice(fields, "time_in_force", TIMES_IN_FORCE)
    if "stop" in order_type and time_in_force in AT_ONCE + AT_AUCTION:
        raise unprocessable(f"invalid time_in_force {time_in_force!r} for {order_type} orders: accepted are day, gtc")
    return time_in_force


def _extended_hours(fields: Mapping[str, Any], order_type: str, time_in_force: str) -> bool:
    value = fields.get("extended_hours")
    if value not in (None, True, False):
        raise malformed("extended_hours: accepted are true, false")
    if value and (order_type, time_in_force) != ("limit", "day"):
        raise unprocessable("extended hours order must be DAY limit orders")
    return bool(value)


def _trail(fields: Mapping[str, Any], order_type: str, instrument: Instrument) -> tuple[int, Decimal]:
    """`(price units, percent)` of which a trailing stop has one."""
    given = [name for name in ("trail_price", "trail_percent") if fields.get(name) is not None]
    if order_type != "trailing_stop":
        if given:
            raise malformed(f"{order_type} orders require no {given[0].replace('_', ' ')}")
        return 0, ZERO
    if len(given) != 1:
        raise malformed("trailing_stop orders require either trail price or trail percent")
    if given == ["trail_price"]:
        return _price(fields, "trail_price", instrument, wanted=True, type=order_type), ZERO
    percent = _decimal("trail_percent", fields["trail_percent"])
    if not 0 < percent < 100:
        raise malformed("trail percent must be > 0 and < 100")
    return 0, percent


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
