"""An order's body, read into the fact that asks for it. What cannot be is said here, naming the field."""

from __future__ import annotations

import msgspec

from seatrial.domain.facts import OrderRequest
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import StrategyId, Symbol
from seatrial.domain.instrument import AssetClass, Instrument
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.orders import OrderClass, OrderType, Side, TimeInForce
from seatrial.domain.time import parse_rfc3339
from seatrial.services.api.order_body import OrderBody, StopLossBody, TakeProfitBody
from seatrial.services.api.orders import PERCENT_PPM, client_order_id, listing, positive, units
from seatrial.services.execution.service import ExecutionService

WITH_LIMIT = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})
WITH_STOP = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})
LEGS = {OrderClass.SIMPLE: 0, OrderClass.BRACKET: 2, OrderClass.OCO: 2, OrderClass.OTO: 1}


def order_request(
    service: ExecutionService,
    body: OrderBody,
    *,
    account: str | None,
    strategy: StrategyId,
    at_ns: int | None = None,
    prefix: str = "",
) -> OrderRequest:
    """An order's body as a fact. `at_ns` is the batch's decision time; None is by hand, now."""
    owner, instrument = listing(service, body.symbol, body.account or account, prefix)
    kind, grouped = OrderType[body.type.upper()], OrderClass[body.order_class.upper()]
    qty_units, notional_units = _amount(body, instrument, prefix)
    trail_units, trail_ppm = _trail(body, instrument, kind, prefix)
    profit_units, loss_units, loss_limit_units = _legs(body, instrument, grouped, prefix)
    time_in_force, expires_at_ns = _lifetime(body, instrument, prefix)
    return OrderRequest(
        at_ns=service.market.now_ns(owner) if at_ns is None else at_ns,
        account=owner,
        strategy=strategy,
        symbol=Symbol(body.symbol),
        side=Side[body.side.upper()],
        type=kind,
        time_in_force=time_in_force,
        qty_units=qty_units,
        limit_units=_price(f"{prefix}price", body.price, instrument, kind, WITH_LIMIT),
        stop_units=_price(f"{prefix}stop_price", body.stop_price, instrument, kind, WITH_STOP),
        client_order_id=client_order_id(body.client_order_id, prefix),
        batch_ns=at_ns or 0,
        post_only=body.post_only,
        reduce_only=body.reduce_only,
        extended_hours=body.extended_hours,
        expires_at_ns=expires_at_ns,
        trail_units=trail_units,
        trail_ppm=trail_ppm,
        notional_units=notional_units,
        order_class=grouped,
        take_profit_units=profit_units,
        stop_loss_units=loss_units,
        stop_loss_limit_units=loss_limit_units,
    )


def _said(raw: msgspec.Raw) -> str | None:
    text = bytes(raw).decode().strip()
    return None if text in {"", "null"} else text


def _price(
    field: str, raw: msgspec.Raw, instrument: Instrument, kind: OrderType, needed_by: frozenset[OrderType]
) -> int:
    if kind in needed_by:
        return positive(field, raw, instrument.price_scale)
    if units(field, raw, instrument.price_scale) is not None:
        names = " or ".join(sorted(each.name.lower() for each in needed_by))
        raise RequestFault(field, f"nothing: only a {names} order has it", _said(raw))
    return 0


def _amount(body: OrderBody, instrument: Instrument, prefix: str) -> tuple[int, int]:
    """`(quantity, cash)`, of which one is above zero."""
    if _said(body.notional) is None:
        return positive(f"{prefix}quantity", body.quantity, instrument.qty_scale), 0
    if _said(body.quantity) is not None:
        raise RequestFault(f"{prefix}notional", "nothing beside quantity: either of the two", _said(body.notional))
    if body.order_class == "oco":
        raise RequestFault(f"{prefix}notional", "nothing with oco: what is held is a quantity", _said(body.notional))
    return 0, positive(f"{prefix}notional", body.notional, CASH_SCALE)


def _trail(body: OrderBody, instrument: Instrument, kind: OrderType, prefix: str) -> tuple[int, int]:
    """`(amount, millionths)`, of which a trailing stop has one."""
    amount, percent = _said(body.trail_price), _said(body.trail_percent)
    if kind is not OrderType.TRAILING_STOP:
        if amount is not None or percent is not None:
            field = "trail_price" if amount is not None else "trail_percent"
            raise RequestFault(f"{prefix}{field}", "nothing: only a trailing_stop order has it", amount or percent)
        return 0, 0
    if (amount is None) == (percent is None):
        both = None if amount is None else "both"
        raise RequestFault(f"{prefix}trail_price", "either trail_price or trail_percent", both)
    if amount is not None:
        return positive(f"{prefix}trail_price", body.trail_price, instrument.price_scale), 0
    ppm = positive(f"{prefix}trail_percent", body.trail_percent, PERCENT_PPM)
    if ppm >= 100 * PERCENT_PPM:
        raise RequestFault(f"{prefix}trail_percent", "a number above 0 and below 100", percent)
    return 0, ppm


def _legs(body: OrderBody, instrument: Instrument, grouped: OrderClass, prefix: str) -> tuple[int, int, int]:
    """The three prices of the legs; 0 where there is none."""
    if body.post_only and body.type != "limit":
        raise RequestFault(f"{prefix}post_only", "true with a limit order only", body.type)
    given = (body.take_profit is not None) + (body.stop_loss is not None)
    if given != LEGS[grouped]:
        wanted = {0: "neither take_profit nor stop_loss", 1: "one of take_profit, stop_loss", 2: "both legs"}
        said = f"{given} of take_profit, stop_loss"
        raise RequestFault(f"{prefix}order_class", f"{body.order_class} with {wanted[LEGS[grouped]]}", said)
    if body.type == "trailing_stop" and given:
        raise RequestFault(f"{prefix}order_class", "simple with a trailing_stop", body.order_class)
    scale = instrument.price_scale
    profit, loss = body.take_profit or TakeProfitBody(), body.stop_loss or StopLossBody()
    profit_units = loss_units = loss_limit_units = 0
    if body.take_profit is not None:
        profit_units = positive(f"{prefix}take_profit.limit_price", profit.limit_price, scale)
    if body.stop_loss is not None:
        loss_units = positive(f"{prefix}stop_loss.stop_price", loss.stop_price, scale)
        if _said(loss.limit_price) is not None:
            loss_limit_units = positive(f"{prefix}stop_loss.limit_price", loss.limit_price, scale)
    return profit_units, loss_units, loss_limit_units


def _lifetime(body: OrderBody, instrument: Instrument, prefix: str) -> tuple[TimeInForce, int]:
    """The time in force, and where it is gtd its end."""
    if body.time_in_force is None and body.expires_at is not None:
        raise RequestFault(f"{prefix}expires_at", "nothing: it belongs to time_in_force gtd", body.expires_at)
    is_equity = instrument.asset_class is AssetClass.US_EQUITY
    given = TimeInForce[(body.time_in_force or ("day" if is_equity else "gtc")).upper()]
    if given is not TimeInForce.GTD:
        if body.expires_at is not None:
            raise RequestFault(f"{prefix}expires_at", "nothing: it belongs to time_in_force gtd", body.expires_at)
        return given, 0
    accepted = "nanoseconds since 1970 or an RFC 3339 time"
    if body.expires_at is None:
        raise RequestFault(f"{prefix}expires_at", accepted, None)
    try:
        at_ns = parse_rfc3339(body.expires_at) if isinstance(body.expires_at, str) else body.expires_at
    except (ValueError, OverflowError):
        raise RequestFault(f"{prefix}expires_at", accepted, body.expires_at) from None
    if not 0 < at_ns < 2**62:
        raise RequestFault(f"{prefix}expires_at", accepted, body.expires_at)
    return given, at_ns
