"""What a strategy may say of an order, in its own words, and the request in whole units that this is.

A slip (two ways to say how much, a trail with a limit) is answered with a `RequestFault` naming the argument.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from seatrial.domain.facts import OrderRequest
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import AccountId, ClientOrderId, StrategyId
from seatrial.domain.instrument import Instrument
from seatrial.domain.orders import OrderClass, OrderType, Side, TimeInForce
from seatrial.strategy.grid import Amount, cash_units, order_quantity_units, percent_ppm, price_units
from seatrial.strategy.time_in_force import expiry_ns, time_in_force_of

_AUCTIONS = (TimeInForce.OPG, TimeInForce.CLS)


class OrderWords(TypedDict, total=False):
    """What can be said of an order beside its symbol and quantity; all of it may be left out.

    Attributes:
        notional: cash to spend or to raise, instead of a quantity; rounded down to a lot.
        limit_price, stop_price: a limit, a stop, or both: a stop-limit.
        trail_amount, trail_percent: a trailing stop, so far behind the best price; 1.5 is one and a half per cent.
        time_in_force: `day`, `gtc`, `ioc`, `fok`, `gtd` with `good_till`, and for equities `opg` and `cls`.
        good_till: nanoseconds since 1970, an aware datetime, or RFC 3339 text.
        post_only: never take liquidity; of limit orders.
        reduce_only: never open a position; cut to what is held.
        extended_hours: also before and after the session; of limit orders on equities.
        take_profit, stop_loss, stop_loss_limit: exits for what this order fills, of which one cancels the other.
        confidence, reason: shown with the signal; leave out what would only be made up.
    """

    notional: Amount | None
    limit_price: Amount | None
    stop_price: Amount | None
    trail_amount: Amount | None
    trail_percent: Amount | None
    time_in_force: str | None
    good_till: int | str | datetime | None
    post_only: bool
    reduce_only: bool
    extended_hours: bool
    take_profit: Amount | None
    stop_loss: Amount | None
    stop_loss_limit: Amount | None
    confidence: float | None
    reason: str | None


class OcoWords(TypedDict, total=False):
    """What can be said of an OCO; the first two have to be."""

    take_profit: Amount | None
    stop_loss: Amount | None
    stop_loss_limit: Amount | None
    confidence: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and in which batch."""

    account: AccountId
    strategy: StrategyId
    batch_ns: int
    client_order_id: ClientOrderId


def request_of(
    asker: Asker, side: Side, quantity: Amount | None, words: OrderWords, instrument: Instrument
) -> OrderRequest:
    """The request these words are.

    Raises:
        RequestFault: a word that is not known, does not go with another, or is no such number.
    """
    _check_known(words)
    prices = {field: _price(field, words, instrument) for field in _PRICES}
    trail, part = _trail(words, instrument)
    kind = _type_of(prices, bool(trail or part))
    shape = _class_of(prices)
    expires_at_ns = expiry_ns(words.get("good_till"), asker.batch_ns)
    lives = _lifetime(words, instrument, kind, expires_at_ns)
    qty_units, notional_units = _size(quantity, words, instrument)
    flags = {name: _flag(name, words) for name in ("post_only", "reduce_only", "extended_hours")}
    _check_flags(flags, kind, shape, instrument)
    return OrderRequest(
        at_ns=asker.batch_ns,
        account=asker.account,
        strategy=asker.strategy,
        symbol=instrument.symbol,
        side=side,
        type=kind,
        time_in_force=lives,
        qty_units=qty_units,
        limit_units=prices["limit_price"],
        stop_units=prices["stop_price"],
        client_order_id=asker.client_order_id,
        batch_ns=asker.batch_ns,
        expires_at_ns=expires_at_ns,
        trail_units=trail,
        trail_ppm=part,
        notional_units=notional_units,
        order_class=shape,
        take_profit_units=prices["take_profit"],
        stop_loss_units=prices["stop_loss"],
        stop_loss_limit_units=prices["stop_loss_limit"],
        **flags,
    )


def oco_request(
    asker: Asker, held_units: int, quantity: Amount | None, said: OcoWords, instrument: Instrument
) -> OrderRequest:
    """A take-profit and a stop-loss for what is held, or for so much of it.

    Raises:
        RequestFault: nothing is held, or a leg is missing.
    """
    for name in said:
        if name not in OcoWords.__annotations__:
            raise RequestFault(name, f"one of {', '.join(OcoWords.__annotations__)}", name)
    profit, loss, loss_limit = said.get("take_profit"), said.get("stop_loss"), said.get("stop_loss_limit")
    words = OrderWords(take_profit=profit, stop_loss=loss, stop_loss_limit=loss_limit)
    if held_units == 0:
        raise RequestFault("oco", f"a position of {instrument.symbol}: there is nothing to take to zero", quantity)
    for field in ("take_profit", "stop_loss"):
        if words.get(field) is None:
            raise RequestFault(field, "a price: an OCO has a take_profit and a stop_loss", None)
    prices = {field: _price(field, words, instrument) for field in _PRICES}
    return OrderRequest(
        at_ns=asker.batch_ns,
        account=asker.account,
        strategy=asker.strategy,
        symbol=instrument.symbol,
        side=Side.SELL if held_units > 0 else Side.BUY,
        type=OrderType.MARKET,  # its legs have types of their own
        time_in_force=TimeInForce.GTC,
        qty_units=abs(held_units) if quantity is None else order_quantity_units("quantity", quantity, instrument),
        client_order_id=asker.client_order_id,
        batch_ns=asker.batch_ns,
        reduce_only=True,
        order_class=OrderClass.OCO,
        take_profit_units=prices["take_profit"],
        stop_loss_units=prices["stop_loss"],
        stop_loss_limit_units=prices["stop_loss_limit"],
    )


_PRICES = ("limit_price", "stop_price", "take_profit", "stop_loss", "stop_loss_limit")
_WORDS = tuple(OrderWords.__annotations__)


def _check_known(words: OrderWords) -> None:
    for name in words:
        if name not in _WORDS:
            raise RequestFault(name, f"one of {', '.join(_WORDS)}", words[name])  # type: ignore[literal-required]


def _price(field: str, words: OrderWords, instrument: Instrument) -> int:
    said: Amount | None = words.get(field)  # type: ignore[assignment]
    return 0 if said is None else price_units(field, said, instrument)


def _size(quantity: Amount | None, words: OrderWords, instrument: Instrument) -> tuple[int, int]:
    notional = words.get("notional")
    if (quantity is None) == (notional is None):
        raise RequestFault("quantity", "exactly one of quantity and notional=", {"quantity": quantity, **words})
    if notional is not None:
        return 0, cash_units("notional", notional)
    assert quantity is not None
    return order_quantity_units("quantity", quantity, instrument), 0


def _trail(words: OrderWords, instrument: Instrument) -> tuple[int, int]:
    amount, percent = words.get("trail_amount"), words.get("trail_percent")
    if amount is None and percent is None:
        return 0, 0
    if amount is not None and percent is not None:
        raise RequestFault("trail_percent", "either trail_amount= or trail_percent=, not both", percent)
    for other in _PRICES:
        if words.get(other) is not None:
            raise RequestFault(other, "no other price with a trailing stop", words.get(other))
    if amount is not None:
        return price_units("trail_amount", amount, instrument), 0
    assert percent is not None
    return 0, percent_ppm("trail_percent", percent)


def _type_of(prices: dict[str, int], trails: bool) -> OrderType:
    if trails:
        return OrderType.TRAILING_STOP
    if prices["limit_price"]:
        return OrderType.STOP_LIMIT if prices["stop_price"] else OrderType.LIMIT
    return OrderType.STOP if prices["stop_price"] else OrderType.MARKET


def _class_of(prices: dict[str, int]) -> OrderClass:
    if prices["stop_loss_limit"] and not prices["stop_loss"]:
        raise RequestFault("stop_loss_limit", "a stop_loss= to go with it", None)
    legs = bool(prices["take_profit"]) + bool(prices["stop_loss"])
    return (OrderClass.SIMPLE, OrderClass.OTO, OrderClass.BRACKET)[legs]


def _lifetime(words: OrderWords, instrument: Instrument, kind: OrderType, expires_at_ns: int) -> TimeInForce:
    said = words.get("time_in_force")
    if said is None and (expires_at_ns or kind is OrderType.TRAILING_STOP):
        return TimeInForce.GTD if expires_at_ns else TimeInForce.GTC
    lives = time_in_force_of(said, instrument)
    if (lives is TimeInForce.GTD) != bool(expires_at_ns):
        raise RequestFault(
            "good_till", "an instant, with time_in_force='gtd' and with no other", words.get("good_till")
        )
    if kind is OrderType.TRAILING_STOP and lives not in (TimeInForce.GTC, TimeInForce.GTD):
        raise RequestFault("time_in_force", "gtc or gtd for a trailing stop", said)
    if lives in _AUCTIONS and kind not in (OrderType.MARKET, OrderType.LIMIT):
        raise RequestFault("time_in_force", "opg and cls for market and limit orders", said)
    return lives


def _flag(name: str, words: OrderWords) -> bool:
    said: object = words.get(name, False)
    if not isinstance(said, bool):
        raise RequestFault(name, "True or False", said)
    return said


def _check_flags(flags: dict[str, bool], kind: OrderType, shape: OrderClass, instrument: Instrument) -> None:
    if flags["post_only"] and kind is not OrderType.LIMIT:
        raise RequestFault("post_only", "a limit_price= to go with it, and no stop", True)
    if flags["reduce_only"] and shape is not OrderClass.SIMPLE:
        raise RequestFault("reduce_only", "an order without take_profit= and stop_loss=", True)
    if flags["extended_hours"] and (kind is not OrderType.LIMIT or instrument.calendar == "24x7"):
        raise RequestFault("extended_hours", "a limit order on an equity", True)
