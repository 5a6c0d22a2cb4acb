"""ccxt's unified structures as words of the domain. Pure; ccxt is told to keep numbers as text.

What is missing, not on its grid, or a word we do not know raises `VenueUnreadable` naming the field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from seatrial.domain.bars import Bar
from seatrial.domain.effects import Approved
from seatrial.domain.faults import VenueRefused, VenueUnreadable
from seatrial.domain.ids import ClientOrderId, ExecutionId, Symbol, VenueName, VenueOrderId
from seatrial.domain.instrument import Instrument, binance_spot
from seatrial.domain.money import CASH_SCALE, Currency, units_text
from seatrial.domain.orders import OrderStatus, OrderType, Side, TimeInForce
from seatrial.domain.time import MILLISECOND_NS, MINUTE_NS
from seatrial.venues.grid import units
from seatrial.venues.port import VenueBalances, VenueFill, VenueOrder

UNITS_SCALE = 10**8
TICK_SIZE, DECIMAL_PLACES = 4, 2  # ccxt's precision modes
PLACES_MAX = 8  # what our grid can hold

_SIDES = {"buy": Side.BUY, "sell": Side.SELL}
_TYPES = {"market": OrderType.MARKET, "limit": OrderType.LIMIT}
_STATUSES = {
    "open": OrderStatus.WORKING,
    "closed": OrderStatus.FILLED,
    "canceled": OrderStatus.CANCELED,
    "expired": OrderStatus.EXPIRED,
    "rejected": OrderStatus.REJECTED,
}


def pair_of(instrument: Instrument) -> str:
    """ccxt's name of a pair: `BTC/USDT`."""
    return f"{instrument.base}/{instrument.quote}"


def text_of(row: Mapping[str, Any], name: str, what: str) -> str:
    """A field that must be there, as text."""
    value = row.get(name)
    if value is None or value == "":
        raise VenueUnreadable(f"{what}.{name}: missing")
    return str(value)


def number_of(row: Mapping[str, Any], name: str, what: str) -> Decimal:
    """A number that must be there."""
    text = text_of(row, name, what)
    try:
        value = Decimal(text)
    except InvalidOperation as fault:
        raise VenueUnreadable(f"{what}.{name}: not a number: {text!r}") from fault
    if not value.is_finite():
        raise VenueUnreadable(f"{what}.{name}: not a number: {text!r}")
    return value


def instant_of(row: Mapping[str, Any], name: str, what: str) -> int:
    """Milliseconds as nanoseconds."""
    value = number_of(row, name, what)
    return int(value) * MILLISECOND_NS


def venue_order(row: Mapping[str, Any], instrument: Instrument) -> VenueOrder:
    """An order, ours or foreign."""
    filled_units = units(number_of(row, "filled", "order"), instrument.qty_scale, "order.filled")
    qty_units = units(number_of(row, "amount", "order"), instrument.qty_scale, "order.amount")
    at = "lastUpdateTimestamp" if row.get("lastUpdateTimestamp") is not None else "timestamp"
    return VenueOrder(
        client_order_id=ClientOrderId(text_of(row, "clientOrderId", "order")),
        venue_order_id=VenueOrderId(text_of(row, "id", "order")),
        symbol=instrument.symbol,
        side=_word(_SIDES, row, "side", "order"),
        type=_TYPES.get(str(row.get("type")), OrderType.STOP),  # any other only ever foreign: it waits for a trigger
        qty_units=qty_units,
        filled_units=filled_units,
        status=_status(row, qty_units, filled_units),
        updated_ns=instant_of(row, at, "order"),
    )


def _status(row: Mapping[str, Any], qty_units: int, filled_units: int) -> OrderStatus:
    """`closed` says only that it works no more: what is filled says whether it was filled."""
    status: OrderStatus = _word(_STATUSES, row, "status", "order")
    if status is OrderStatus.WORKING and filled_units:
        return OrderStatus.PARTIALLY_FILLED
    if status is OrderStatus.FILLED and filled_units < qty_units:
        return OrderStatus.CANCELED
    return status


def trade_fill(row: Mapping[str, Any], client_order_id: ClientOrderId, instrument: Instrument) -> VenueFill:
    """A trade of ours."""
    fee = row.get("fee")
    fee = fee if isinstance(fee, Mapping) and fee.get("currency") else {"currency": instrument.quote, "cost": "0"}
    currency = Currency(str(fee["currency"]))
    scale = instrument.qty_scale if currency == instrument.base else CASH_SCALE
    return VenueFill(
        execution_id=ExecutionId(text_of(row, "id", "trade")),
        client_order_id=client_order_id,
        venue_order_id=VenueOrderId(text_of(row, "order", "trade")),
        symbol=instrument.symbol,
        side=_word(_SIDES, row, "side", "trade"),
        qty_units=units(number_of(row, "amount", "trade"), instrument.qty_scale, "trade.amount"),
        price_units=units(number_of(row, "price", "trade"), instrument.price_scale, "trade.price"),
        fee_units=units(number_of(fee, "cost", "trade.fee"), scale, "trade.fee.cost"),
        fee_currency=currency,
        at_ns=instant_of(row, "timestamp", "trade"),
    )


def bar_of(row: Sequence[Any], instrument: Instrument) -> Bar:
    """A row of OHLCV: start, open, high, low, close, volume."""
    if len(row) < 6:
        raise VenueUnreadable(f"ohlcv: six numbers, was {len(row)}")
    told = dict(zip(("start", "open", "high", "low", "close", "volume"), row, strict=False))
    start_ns = instant_of(told, "start", "ohlcv")

    def price(name: str) -> int:
        return units(number_of(told, name, "ohlcv"), instrument.price_scale, f"ohlcv.{name}")

    return Bar(
        symbol=instrument.symbol,
        start_ns=start_ns,
        end_ns=start_ns + MINUTE_NS,
        open_units=price("open"),
        high_units=price("high"),
        low_units=price("low"),
        close_units=price("close"),
        volume_units=units(number_of(told, "volume", "ohlcv"), instrument.qty_scale, "ohlcv.volume"),
    )


def balances_of(
    row: Mapping[str, Any], instruments: Mapping[Symbol, Instrument], *, otherwise_ref: str, as_of_ns: int
) -> VenueBalances:
    """Free and locked together; a coin that is not told is not held.

    `otherwise_ref` names the account where the exchange tells no name of its own; then a reset goes unnoticed.
    """
    total, info = row.get("total"), row.get("info")
    if not isinstance(total, Mapping):
        raise VenueUnreadable("balance.total: missing")
    uid = info.get("uid") if isinstance(info, Mapping) else None
    quotes = {instrument.quote for instrument in instruments.values()}
    return VenueBalances(
        account_ref=str(uid) if uid else otherwise_ref,
        cash={coin: _coin(total, str(coin), CASH_SCALE) for coin in sorted(quotes)},
        holdings={
            symbol: _coin(total, str(instrument.base), instrument.qty_scale)
            for symbol, instrument in sorted(instruments.items())
        },
        as_of_ns=as_of_ns,
    )


def _coin(total: Mapping[str, Any], coin: str, scale: int) -> int:
    return units(number_of({coin: total.get(coin) or "0"}, coin, "balance"), scale, f"balance.{coin}")


def instrument_of(row: Mapping[str, Any], precision_mode: int, venue: VenueName, fee_ppm: int) -> Instrument:
    """A spot pair with the exchange's own grid; `VenueRefused` where it does not trade."""
    symbol = text_of(row, "base", "market") + text_of(row, "quote", "market")
    if row.get("active") is False or not row.get("spot", True):
        raise VenueRefused("not_trading", f"{symbol} does not trade on the spot market")
    precision, limits = _table(row, "precision"), _table(row, "limits")
    cost, amount = _table(limits, "cost"), _table(limits, "amount")
    rules = binance_spot(  # the same kind of thing: a pair whose commission comes from what is received
        text_of(row, "base", "market"),
        text_of(row, "quote", "market"),
        tick=_step(precision, "price", precision_mode),
        lot=_step(precision, "amount", precision_mode),
        notional_min="0" if cost.get("min") is None else _exact(number_of(cost, "min", "market.limits.cost")),
        fee_ppm=fee_ppm,
    )
    least_units = rules.lot_units
    if amount.get("min") is not None:
        least = number_of(amount, "min", "market.limits.amount")
        least_units = max(least_units, units(least, UNITS_SCALE, "market.limits.amount.min"))
    return replace(rules, venue=venue, symbol=Symbol(symbol), qty_min_units=least_units)


def _table(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part that may be missing."""
    value = row.get(name) or {}
    if not isinstance(value, Mapping):
        raise VenueUnreadable(f"market.{name}: accepted is a table, was {value!r}")
    return value


def _step(precision: Mapping[str, Any], name: str, mode: int) -> str:
    value = number_of(precision, name, "market.precision")
    if mode == DECIMAL_PLACES and 0 <= value <= PLACES_MAX:
        value = Decimal(1).scaleb(-int(value))
    elif mode != TICK_SIZE:
        raise VenueRefused("precision", "the exchange does not tell its grid as steps or decimal places")
    if value <= 0:
        raise VenueUnreadable(f"market.precision.{name}: accepted is a step above zero, was {value}")
    return _exact(value)


def _exact(value: Decimal) -> str:
    return units_text(units(value, UNITS_SCALE, "market"), UNITS_SCALE)


def order_call(order: Approved, instrument: Instrument) -> tuple[str, str, str, str, str | None, dict[str, Any]]:
    """The arguments of `create_order`."""
    params: dict[str, Any] = {"clientOrderId": str(order.client_order_id)}
    price = None
    if order.type is OrderType.LIMIT:
        price = instrument.price_text(order.limit_units)
        if order.post_only:
            params["postOnly"] = True
        else:
            params["timeInForce"] = "GTC" if order.time_in_force is TimeInForce.GTD else order.time_in_force.name
    side = "buy" if order.side is Side.BUY else "sell"
    return pair_of(instrument), order.type.name.lower(), side, instrument.qty_text(order.qty_units), price, params


def _word(words: Mapping[str, Any], row: Mapping[str, Any], name: str, what: str) -> Any:
    word = words.get(str(row.get(name)))
    if word is None:
        raise VenueUnreadable(f"{what}.{name}: accepted are {', '.join(words)}, was {row.get(name)!r}")
    return word
