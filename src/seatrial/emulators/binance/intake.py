"""From the parameters of a new order to a draft the engine can look at, or the venue's complaint.

Complaints come in the venue's order: symbol, side, type, what the type needs, what it does not allow,
digits, and only afterwards (elsewhere) filters and balances.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from seatrial.emulators.binance import engine_refusals, refusals
from seatrial.emulators.binance.numbers import ZERO
from seatrial.emulators.binance.orders import ALGO_TYPES
from seatrial.emulators.binance.parameters import CLIENT_ID, SYMBOL, Parameters
from seatrial.emulators.binance.rules import ORDER_TYPES, STP_MODES, Rules

SIDES = frozenset({"BUY", "SELL"})
FORMS = frozenset({"ACK", "RESULT", "FULL"})
TIMES_IN_FORCE = frozenset({"GTC", "IOC", "FOK"})
WITH_TIME_IN_FORCE = frozenset({"LIMIT", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"})
STRATEGY_TYPE_MIN = 1_000_000
_PRICED_ALGO = ("timeInForce", "quantity", "price")
NEEDS = {
    "LIMIT": ("timeInForce", "quantity", "price"),
    "LIMIT_MAKER": ("quantity", "price"),
    "MARKET": (),
    "STOP_LOSS": ("quantity",),
    "STOP_LOSS_LIMIT": _PRICED_ALGO,
    "TAKE_PROFIT": ("quantity",),
    "TAKE_PROFIT_LIMIT": _PRICED_ALGO,
}
FORBIDS = {
    "LIMIT": ("stopPrice", "quoteOrderQty", "trailingDelta"),
    "LIMIT_MAKER": ("timeInForce", "stopPrice", "quoteOrderQty", "trailingDelta"),
    "MARKET": ("timeInForce", "price", "stopPrice", "trailingDelta", "icebergQty"),
    "STOP_LOSS": ("timeInForce", "price", "quoteOrderQty", "icebergQty"),
    "STOP_LOSS_LIMIT": ("quoteOrderQty",),
    "TAKE_PROFIT": ("timeInForce", "price", "quoteOrderQty", "icebergQty"),
    "TAKE_PROFIT_LIMIT": ("quoteOrderQty",),
}
IGNORED = ("newOrderRespType", "apiKey", "returnRateLimits")


class Draft(msgspec.Struct, frozen=True, gc=False):
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
    iceberg_qty: Decimal = ZERO
    trailing_delta: int = 0
    stp_mode: str = "NONE"

    @property
    def symbol(self) -> str:
        """The pair's name."""
        return self.rules.symbol

    @property
    def rising(self) -> bool:
        """A trigger is met when the price rises to it: a stop to buy, a take-profit to sell."""
        return (self.side == "BUY") != self.type.startswith("TAKE_PROFIT")


def read_rules(parameters: Parameters, rules: Mapping[str, Rules]) -> Rules:
    """The pair a request names; -1121 where the venue does not list it."""
    symbol = parameters.required("symbol", SYMBOL)
    if symbol not in rules:
        raise refusals.bad_symbol()
    return rules[symbol]


def read_draft(parameters: Parameters, rules: Mapping[str, Rules], *, also_known: tuple[str, ...] = ()) -> Draft:
    """A new order from its parameters. `also_known` are parameters that somebody else reads."""
    pair = read_rules(parameters, rules)
    side = parameters.required("side")
    if side not in SIDES:
        raise refusals.bad_side()
    kind = _read_type(parameters)
    amounts = _read_amounts(parameters, kind)
    time_in_force = _read_time_in_force(parameters, kind)
    if amounts["icebergQty"] and time_in_force != "GTC":
        raise refusals.bad_composition()
    draft = Draft(
        rules=pair,
        side=side,
        type=kind,
        time_in_force=time_in_force,
        quantity=amounts["quantity"],
        price=amounts["price"],
        stop_price=amounts["stopPrice"],
        quote_order_qty=amounts["quoteOrderQty"],
        client_order_id=parameters.optional("newClientOrderId", CLIENT_ID),
        form=read_form(parameters, "FULL" if kind in {"LIMIT", "MARKET"} else "ACK"),
        strategy_id=parameters.integer("strategyId"),
        strategy_type=_read_strategy_type(parameters),
        iceberg_qty=amounts["icebergQty"],
        trailing_delta=parameters.integer("trailingDelta") or 0,
        stp_mode=_read_stp_mode(parameters, pair),
    )
    parameters.finish(*IGNORED, *also_known)
    return draft


def read_form(parameters: Parameters, default: str) -> str:
    """`newOrderRespType`."""
    form = parameters.optional("newOrderRespType") or default
    if form not in FORMS:
        raise refusals.bad_data("newOrderRespType")
    return form


def _read_type(parameters: Parameters) -> str:
    kind = parameters.required("type")
    if kind not in ORDER_TYPES:
        raise refusals.bad_type()
    for name in NEEDS[kind]:
        parameters.required(name)
    if kind == "MARKET":
        _need_one(parameters, "quantity", "quoteOrderQty")
    if kind in ALGO_TYPES:
        _need_one(parameters, "stopPrice", "trailingDelta")
    for name in FORBIDS[kind]:
        if parameters.has(name):
            raise refusals.not_required(parameters.shown(name))
    return kind


def _need_one(parameters: Parameters, first: str, second: str) -> None:
    if not (parameters.values.get(first) or parameters.values.get(second)):
        raise refusals.missing_both(parameters.shown(first), parameters.shown(second))


def _read_time_in_force(parameters: Parameters, kind: str) -> str:
    value = parameters.optional("timeInForce") or "GTC"
    if kind in WITH_TIME_IN_FORCE and value not in TIMES_IN_FORCE:
        raise refusals.bad_time_in_force()
    return value


def _read_amounts(parameters: Parameters, kind: str) -> dict[str, Decimal]:
    amounts: dict[str, Decimal] = {}
    for name in ("quantity", "quoteOrderQty", "price", "stopPrice", "icebergQty"):
        amount = parameters.decimal(name)
        if amount is not None and amount == 0 and name != "icebergQty":
            raise refusals.number_refused(parameters.shown(name))
        amounts[name] = ZERO if amount is None else amount
    if kind == "MARKET" and amounts["quantity"] and amounts["quoteOrderQty"]:
        raise refusals.bad_combination()
    if amounts["icebergQty"] and amounts["icebergQty"] > amounts["quantity"]:
        raise engine_refusals.iceberg_exceeds()
    return amounts


def _read_strategy_type(parameters: Parameters) -> int | None:
    strategy_type = parameters.integer("strategyType")
    if strategy_type is not None and strategy_type < STRATEGY_TYPE_MIN:
        raise refusals.bad_strategy_type(STRATEGY_TYPE_MIN)
    return strategy_type


def _read_stp_mode(parameters: Parameters, rules: Rules) -> str:
    mode = parameters.optional("selfTradePreventionMode")
    if mode is None:
        return rules.stp_default
    if mode not in STP_MODES:
        raise refusals.bad_data("selfTradePreventionMode")
    if mode not in rules.stp_modes:
        raise engine_refusals.stp_not_allowed()
    return mode
