"""From the parameters of a new order to a draft the engine can look at, or the venue's complaint.

Complaints come in the venue's order: symbol, side, type, what the type needs, what it does not allow,
digits, and only afterwards (elsewhere) filters and balances.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from seatrial.emulators.binance import refusals
from seatrial.emulators.binance.numbers import ZERO
from seatrial.emulators.binance.orders import ALGO_TYPES, Order
from seatrial.emulators.binance.parameters import CLIENT_ID, SYMBOL, Parameters
from seatrial.emulators.binance.rules import ORDER_TYPES, STP_MODES, Rules

SIDES = frozenset({"BUY", "SELL"})
FORMS = frozenset({"ACK", "RESULT", "FULL"})
TIMES_IN_FORCE = frozenset({"GTC", "IOC", "FOK"})
WITH_TIME_IN_FORCE = frozenset({"LIMIT", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"})
STRATEGY_TYPE_MIN = 1_000_000
NEEDS = {
    "LIMIT": ("timeInForce", "quantity", "price"),
    "LIMIT_MAKER": ("quantity", "price"),
    "MARKET": (),
    "STOP_LOSS": ("quantity", "stopPrice"),
    "STOP_LOSS_LIMIT": ("timeInForce", "quantity", "price", "stopPrice"),
    "TAKE_PROFIT": ("quantity", "stopPrice"),
    "TAKE_PROFIT_LIMIT": ("timeInForce", "quantity", "price", "stopPrice"),
}
FORBIDS = {
    "LIMIT": ("stopPrice", "quoteOrderQty"),
    "LIMIT_MAKER": ("timeInForce", "stopPrice", "quoteOrderQty"),
    "MARKET": ("timeInForce", "price", "stopPrice"),
    "STOP_LOSS": ("timeInForce", "price", "quoteOrderQty"),
    "STOP_LOSS_LIMIT": ("quoteOrderQty",),
    "TAKE_PROFIT": ("timeInForce", "price", "quoteOrderQty"),
    "TAKE_PROFIT_LIMIT": ("quoteOrderQty",),
}
IGNORED = ("newOrderRespType", "apiKey", "returnRateLimits")


@dataclass(frozen=True, slots=True)
class Draft:
    """A new order that is well formed. Absent amounts are zero."""

    rules: Rules
    side: str
    type: str
    time_in_force: str
    quantity: Decimal
    price: Decimal
    stop_price: Decimal
    quote_order_qty: Decimal
    client_order_id: str | None
    form: str
    strategy_id: int | None
    strategy_type: int | None


def read_rules(parameters: Parameters, rules: Mapping[str, Rules]) -> Rules:
    """The pair a request names; -1121 where the venue does not list it."""
    symbol = parameters.required("symbol", SYMBOL)
    if symbol not in rules:
        raise refusals.bad_symbol()
    return rules[symbol]


def read_draft(parameters: Parameters, rules: Mapping[str, Rules]) -> Draft:
    """A new order from its parameters."""
    pair = read_rules(parameters, rules)
    side = parameters.required("side")
    if side not in SIDES:
        raise refusals.bad_side()
    kind = _read_type(parameters)
    amounts = _read_amounts(parameters, kind)
    client_order_id = parameters.optional("newClientOrderId", CLIENT_ID)
    form = parameters.optional("newOrderRespType") or ("FULL" if kind in {"LIMIT", "MARKET"} else "ACK")
    if form not in FORMS:
        raise refusals.bad_data("newOrderRespType")
    if (parameters.optional("selfTradePreventionMode") or "NONE") not in STP_MODES:
        raise refusals.bad_data("selfTradePreventionMode")
    strategy_type = parameters.integer("strategyType")
    if strategy_type is not None and strategy_type < STRATEGY_TYPE_MIN:
        raise refusals.Refusal(-1134, f"'strategyType' was less than {STRATEGY_TYPE_MIN}.")
    draft = Draft(
        rules=pair,
        side=side,
        type=kind,
        time_in_force=_read_time_in_force(parameters, kind),
        quantity=amounts["quantity"],
        price=amounts["price"],
        stop_price=amounts["stopPrice"],
        quote_order_qty=amounts["quoteOrderQty"],
        client_order_id=client_order_id,
        form=form,
        strategy_id=parameters.integer("strategyId"),
        strategy_type=strategy_type,
    )
    parameters.finish(*IGNORED)
    return draft


def _read_type(parameters: Parameters) -> str:
    kind = parameters.required("type")
    if kind not in ORDER_TYPES:
        raise refusals.bad_type()
    if parameters.has("icebergQty"):
        raise refusals.type_unsupported("Iceberg")
    if parameters.has("trailingDelta"):
        raise refusals.type_unsupported("Trailing stop")
    for name in NEEDS[kind]:
        parameters.required(name)
    if kind == "MARKET" and not (parameters.values.get("quantity") or parameters.values.get("quoteOrderQty")):
        raise refusals.missing_both("quantity", "quoteOrderQty")
    for name in FORBIDS[kind]:
        if parameters.has(name):
            raise refusals.not_required(name)
    return kind


def _read_time_in_force(parameters: Parameters, kind: str) -> str:
    value = parameters.optional("timeInForce") or "GTC"
    if kind in WITH_TIME_IN_FORCE and value not in TIMES_IN_FORCE:
        raise refusals.bad_time_in_force()
    return value


def _read_amounts(parameters: Parameters, kind: str) -> dict[str, Decimal]:
    amounts: dict[str, Decimal] = {}
    for name in ("quantity", "quoteOrderQty", "price", "stopPrice"):
        amount = parameters.decimal(name)
        if amount is not None and amount == 0:
            raise refusals.number_refused(name)
        amounts[name] = ZERO if amount is None else amount
    if kind == "MARKET" and amounts["quantity"] and amounts["quoteOrderQty"]:
        raise refusals.bad_combination()
    return amounts


def new_order(
    draft: Draft,
    account: str,
    order_id: int,
    client_order_id: str,
    quantity: Decimal,
    *,
    reserved: tuple[str, Decimal],
    now_ns: int,
) -> Order:
    """The order that a draft becomes; `reserved` is `(asset, amount)`."""
    return Order(
        account=account,
        symbol=draft.rules.symbol,
        order_id=order_id,
        client_order_id=client_order_id,
        side=draft.side,
        type=draft.type,
        time_in_force=draft.time_in_force,
        quantity=quantity,
        price=draft.price,
        stop_price=draft.stop_price,
        quote_order_qty=draft.quote_order_qty,
        created_ns=now_ns,
        updated_ns=now_ns,
        working_ns=None if draft.type in ALGO_TYPES else now_ns,
        reserved=reserved[1],
        reserved_asset=reserved[0],
        budget_only=bool(draft.quote_order_qty) and draft.side == "BUY",
        strategy_id=draft.strategy_id,
        strategy_type=draft.strategy_type,
    )
