"""From a request's body to a `Ticket`: every wrong input gets an answer that names the field."""

from __future__ import annotations

from decimal import Decimal

from seatrial.domain.instrument import QTY_UNITS_MAX, Instrument
from seatrial.emulators.alpaca.amounts import ZERO
from seatrial.emulators.alpaca.assets import Listings, is_coin
from seatrial.emulators.alpaca.exits import CLASSES, NO_EXITS, Exits, parse_exits
from seatrial.emulators.alpaca.fields import Fields, choice_in, decimal_of, price_of, text_in
from seatrial.emulators.alpaca.lifetimes import AT_AUCTION, AT_ONCE, TIMES_IN_FORCE
from seatrial.emulators.alpaca.orders import SIDES, TYPES, Ticket
from seatrial.emulators.alpaca.refusals import forbidden, malformed, unprocessable

CLIENT_ORDER_ID_MAX = 128
NOTIONAL_MAX = Decimal(10) ** 12
WITH_LIMIT, WITH_STOP = ("limit", "stop_limit"), ("stop", "stop_limit")
COIN_TYPES, COIN_TIMES = ("market", "limit", "stop_limit"), ("gtc", "ioc")
FRACTIONAL_TYPES = ("market", "limit", "stop", "stop_limit")
INTENTS = ("buy_to_open", "buy_to_close", "sell_to_open", "sell_to_close")
ORDER_TYPES, ORDER_SIDES = tuple(TYPES), tuple(SIDES)


def parse_ticket(fields: Fields, listings: Listings) -> Ticket:
    """An order request that is complete and on its instrument's grids.

    Raises:
        Refusal: with Alpaca's status and code, and what is accepted.
    """
    instrument = _instrument(fields, listings)
    order_class = fields.get("order_class") or ""
    if order_class not in CLASSES:
        raise malformed(f"invalid order_class {order_class!r}: accepted are {', '.join(CLASSES[1:])}")
    kind = "limit" if order_class == "oco" and "type" not in fields else choice_in(fields, "type", ORDER_TYPES)
    qty_units, notional = _amount(fields, instrument, fractionable=listings.of(instrument).fractionable)
    time_in_force = choice_in(fields, "time_in_force", TIMES_IN_FORCE)
    trail_units, trail_percent = _trail(fields, kind, instrument)
    exits = parse_exits(fields, order_class, instrument)
    ticket = Ticket(
        symbol=instrument.symbol,
        side=SIDES[choice_in(fields, "side", ORDER_SIDES)],
        type=kind,
        time_in_force=time_in_force,
        qty_units=qty_units,
        limit_units=_limit_units(fields, instrument, kind, order_class, exits),
        stop_units=_price(fields, "stop_price", instrument, wanted=kind in WITH_STOP, type=kind),
        client_order_id=parse_client_order_id(fields.get("client_order_id")),
        extended_hours=_flag(fields, "extended_hours"),
        trail_units=trail_units,
        trail_percent=trail_percent,
        notional=notional,
        order_class=order_class,
        exits=exits,
        intent=choice_in(fields, "position_intent", INTENTS) if fields.get("position_intent") else "",
        fractional=bool(notional) or qty_units % instrument.qty_scale != 0,
    )
    check_rules(ticket, instrument)
    return ticket


def check_rules(ticket: Ticket, instrument: Instrument) -> None:
    """How class, type, time in force and kind of asset go together.

    Raises:
        Refusal: 422, they do not.
    """
    if is_coin(instrument):
        _check_coin(ticket, instrument)
    elif ticket.fractional:
        _check_fractional(ticket)
    if "stop" in ticket.type and ticket.time_in_force in AT_ONCE + AT_AUCTION:
        raise unprocessable(
            f"invalid time_in_force {ticket.time_in_force!r} for {ticket.type} orders: accepted are day, gtc"
        )
    if ticket.extended_hours and (ticket.type, ticket.time_in_force) != ("limit", "day"):
        raise unprocessable("extended hours order must be DAY limit orders")
    if ticket.exits == NO_EXITS:
        return
    if ticket.type not in ("market", "limit"):
        raise malformed(f"{ticket.order_class} orders must be market or limit orders")
    if ticket.order_class == "oco" and ticket.type != "limit":
        raise malformed("oco orders must be limit orders")
    if ticket.time_in_force not in ("day", "gtc"):
        raise unprocessable(f"{ticket.order_class} orders must be DAY or GTC orders")
    if ticket.extended_hours:
        raise unprocessable(f"{ticket.order_class} orders cannot be extended hours orders")


def parse_qty(value: object, instrument: Instrument, *, fractionable: bool) -> int:
    """A quantity in units, above zero; parts of a share only of assets that have them."""
    qty = decimal_of("qty", value)
    if qty <= 0:
        raise malformed("qty must be > 0")
    units = qty * instrument.qty_scale
    if units >= QTY_UNITS_MAX:
        raise malformed("qty is too large")
    whole = int(units)
    if not fractionable and whole % instrument.lot_units:
        raise forbidden(f'asset "{instrument.symbol}" is not fractionable')
    if units != whole or (is_coin(instrument) and whole % instrument.lot_units):
        raise unprocessable("qty increment must be a multiple of 0.000000001")
    return whole


def parse_client_order_id(value: object) -> str:
    """A client's own name for an order; empty where it gives none."""
    if value is None:
        return ""
    if not isinstance(value, str) or not 0 < len(value) <= CLIENT_ORDER_ID_MAX:
        raise malformed(f"client_order_id must be a text of 1 to {CLIENT_ORDER_ID_MAX} characters")
    return value


def _instrument(fields: Fields, listings: Listings) -> Instrument:
    symbol = text_in(fields, "symbol")
    instrument = listings.find(symbol)
    if instrument is None:
        raise malformed(f'asset "{symbol}" not found')
    if not listings.of(instrument).tradable:
        raise unprocessable(f'asset "{symbol}" is not tradable')
    return instrument


def _amount(fields: Fields, instrument: Instrument, *, fractionable: bool) -> tuple[int, Decimal]:
    """`(quantity units, notional)`, one of which is given and the other zero."""
    qty, notional = fields.get("qty"), fields.get("notional")
    if qty is None and notional is None:
        raise malformed("qty or notional is required")
    if qty is not None and notional is not None:
        raise malformed("only one of qty or notional is accepted")
    if notional is None:
        return parse_qty(qty, instrument, fractionable=fractionable), ZERO
    if not fractionable:
        raise forbidden(f'asset "{instrument.symbol}" is not fractionable')
    amount = decimal_of("notional", notional)
    if amount < 1:
        raise unprocessable("notional amount must be >= 1.00")
    if amount > NOTIONAL_MAX:
        raise malformed("notional is too large")
    if amount != round(amount, 2):
        raise unprocessable("notional value must be limited to 2 decimal places")
    return 0, amount


def _limit_units(fields: Fields, instrument: Instrument, kind: str, order_class: str, exits: Exits) -> int:
    """The limit; an OCO's is its take-profit's, whatever limit price comes with it."""
    if order_class == "oco":
        return exits.take_profit_units
    return _price(fields, "limit_price", instrument, wanted=kind in WITH_LIMIT, type=kind)


def _flag(fields: Fields, name: str) -> bool:
    value = fields.get(name)
    if not isinstance(value, bool | None):
        raise malformed(f"{name}: accepted are true, false")
    return bool(value)


def _check_coin(ticket: Ticket, instrument: Instrument) -> None:
    if ticket.type not in COIN_TYPES:
        raise unprocessable(f"invalid order type for crypto order: accepted are {', '.join(COIN_TYPES)}")
    if ticket.time_in_force not in COIN_TIMES:
        raise unprocessable(f"invalid crypto time_in_force: accepted are {', '.join(COIN_TIMES)}")
    if ticket.order_class not in ("", "simple"):
        raise unprocessable("crypto orders must be simple orders")
    if not ticket.notional and ticket.qty_units < instrument.qty_min_units:
        raise unprocessable(f"minimal qty of order {instrument.qty_text(instrument.qty_min_units)}")


def _check_fractional(ticket: Ticket) -> None:
    if ticket.time_in_force != "day":
        raise unprocessable("fractional orders must be DAY orders")
    if ticket.order_class not in ("", "simple"):
        raise unprocessable("fractional orders must be simple orders")
    if ticket.type not in FRACTIONAL_TYPES:
        raise unprocessable(f"fractional orders must be {', '.join(FRACTIONAL_TYPES)} orders")


def _trail(fields: Fields, order_type: str, instrument: Instrument) -> tuple[int, Decimal]:
    """`(price units, percent)` of which a trailing stop has one."""
    given = [name for name in ("trail_price", "trail_percent") if fields.get(name) is not None]
    if order_type != "trailing_stop":
        if given:
            raise malformed(f"{order_type} orders require no {given[0].replace('_', ' ')}")
        return 0, ZERO
    if len(given) != 1:
        raise malformed("trailing_stop orders require either trail price or trail percent")
    if given == ["trail_price"]:
        return price_of("trail_price", fields["trail_price"], instrument), ZERO
    return 0, parse_percent("trail_percent", fields["trail_percent"])


def parse_percent(name: str, value: object) -> Decimal:
    """How far a stop trails, above 0 and below 100."""
    percent = decimal_of(name, value)
    if not 0 < percent < 100:
        raise malformed("trail percent must be > 0 and < 100")
    return percent


def _price(fields: Fields, name: str, instrument: Instrument, *, wanted: bool, type: str) -> int:
    value = fields.get(name)
    if value is None:
        if wanted:
            raise malformed(f"{type} orders require {name.replace('_', ' ')}")
        return 0
    if not wanted:
        raise malformed(f"{type} orders require no {name.replace('_', ' ')}")
    return price_of(name, value, instrument)
