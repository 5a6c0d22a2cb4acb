"""From the parameters of an order list to drafts of its orders, or the venue's complaint.

A leg's parameters carry a prefix (`aboveStopPrice`, `pendingBelowType`); they are read like those of a plain order, and
complaints name them as they were sent. The deprecated `order/oco` has names of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from seatrial.emulators.binance import engine_refusals, refusals
from seatrial.emulators.binance.intake import IGNORED, SIDES, Draft, read_draft, read_form, read_rules
from seatrial.emulators.binance.orders import TAKE_PROFITS
from seatrial.emulators.binance.parameters import CLIENT_ID, Parameters
from seatrial.emulators.binance.rules import Rules

LEG_PARAMETERS = {
    "type": "Type",
    "timeInForce": "TimeInForce",
    "price": "Price",
    "stopPrice": "StopPrice",
    "trailingDelta": "TrailingDelta",
    "icebergQty": "IcebergQty",
    "newClientOrderId": "ClientOrderId",
    "strategyId": "StrategyId",
    "strategyType": "StrategyType",
}
OLD_LIMIT = {
    "price": "price",
    "newClientOrderId": "limitClientOrderId",
    "icebergQty": "limitIcebergQty",
    "strategyId": "limitStrategyId",
    "strategyType": "limitStrategyType",
}
OLD_STOP = {
    "price": "stopLimitPrice",
    "timeInForce": "stopLimitTimeInForce",
    "stopPrice": "stopPrice",
    "trailingDelta": "trailingDelta",
    "newClientOrderId": "stopClientOrderId",
    "icebergQty": "stopIcebergQty",
    "strategyId": "stopStrategyId",
    "strategyType": "stopStrategyType",
}
PAIR_TYPES = frozenset({"LIMIT_MAKER", "STOP_LOSS", "STOP_LOSS_LIMIT"}) | TAKE_PROFITS
WORKING_TYPES = frozenset({"LIMIT", "LIMIT_MAKER"})

Listings = Mapping[str, Rules]
Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ListDraft:
    """A well-formed list: a working order or None, and one leg or a pair of which the upper one comes first."""

    contingency: str
    client_id: str | None
    form: str
    working: Draft | None
    legs: tuple[Draft, ...]

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """All orders of it, in the order of their ids."""
        return self.legs if self.working is None else (self.working, *self.legs)


def read_oco(parameters: Parameters, rules: Listings) -> ListDraft:
    """`orderList/oco`."""
    read_rules(parameters, rules)
    return _list(parameters, "OCO", None, _read_pair(parameters, rules, "above", "below", side="side", qty="quantity"))


def read_old_oco(parameters: Parameters, rules: Listings) -> ListDraft:
    """The deprecated `order/oco`: a limit and a stop, above or below by their side."""
    read_rules(parameters, rules)
    side = _read_side(parameters, "side")
    shared = {"symbol": "symbol", "side": "side", "quantity": "quantity"}
    limit = _read_leg(parameters, rules, shared | OLD_LIMIT, {"type": "LIMIT_MAKER"})
    stop_type = "STOP_LOSS_LIMIT" if parameters.values.get("stopLimitPrice") else "STOP_LOSS"
    stop = _read_leg(parameters, rules, shared | OLD_STOP, {"type": stop_type})
    return _list(parameters, "OCO", None, (limit, stop) if side == "SELL" else (stop, limit))


def read_oto(parameters: Parameters, rules: Listings) -> ListDraft:
    """`orderList/oto`."""
    working = _read_working(parameters, rules)
    pending = _read_leg(parameters, rules, _leg_names("pending", side="pendingSide", qty="pendingQuantity"))
    return _list(parameters, "OTO", working, (pending,))


def read_otoco(parameters: Parameters, rules: Listings) -> ListDraft:
    """`orderList/otoco`."""
    working = _read_working(parameters, rules)
    names = {"side": "pendingSide", "qty": "pendingQuantity"}
    return _list(parameters, "OTO", working, _read_pair(parameters, rules, "pendingAbove", "pendingBelow", **names))


def _list(parameters: Parameters, contingency: str, working: Draft | None, legs: tuple[Draft, ...]) -> ListDraft:
    client_id = parameters.optional("listClientOrderId", CLIENT_ID)
    form = read_form(parameters, "RESULT")
    parameters.finish(*IGNORED)
    return ListDraft(contingency, client_id, form, working, legs)


def _read_working(parameters: Parameters, rules: Listings) -> Draft:
    read_rules(parameters, rules)
    working = _read_leg(parameters, rules, _leg_names("working", side="workingSide", qty="workingQuantity"))
    if working.type not in WORKING_TYPES:
        raise refusals.bad_type()
    return working


def _read_pair(
    parameters: Parameters, rules: Listings, above: str, below: str, *, side: str, qty: str
) -> tuple[Draft, Draft]:
    _read_side(parameters, side)
    for prefix in (above, below):
        if parameters.required(f"{prefix}Type") not in PAIR_TYPES:
            raise engine_refusals.leg_type_unsupported()
    upper = _read_leg(parameters, rules, _leg_names(above, side=side, qty=qty))
    lower = _read_leg(parameters, rules, _leg_names(below, side=side, qty=qty))
    _check_places(upper, lower)
    return upper, lower


def _check_places(upper: Draft, lower: Draft) -> None:
    """Each type has its place: above or below, by the side."""
    if upper.type == lower.type == "LIMIT_MAKER":
        raise engine_refusals.both_limits()
    buying = upper.side == "BUY"
    misplaced = upper if buying else lower
    if misplaced.type == "LIMIT_MAKER":
        raise engine_refusals.buy_limit_not_below() if buying else engine_refusals.sell_limit_not_above()
    if misplaced.type in TAKE_PROFITS:
        raise engine_refusals.buy_profit_not_below() if buying else engine_refusals.sell_profit_not_above()
    if (lower if buying else upper).type.startswith("STOP_LOSS"):
        raise engine_refusals.buy_stop_not_above() if buying else engine_refusals.sell_stop_not_below()


def _leg_names(prefix: str, *, side: str, qty: str) -> dict[str, str]:
    shared = {"symbol": "symbol", "side": side, "quantity": qty, "selfTradePreventionMode": "selfTradePreventionMode"}
    return shared | {name: prefix + suffix for name, suffix in LEG_PARAMETERS.items()}


def _read_leg(parameters: Parameters, rules: Listings, names: Names, fixed: Names | None = None) -> Draft:
    values = {name: parameters.values[sent] for name, sent in names.items() if parameters.has(sent)}
    return read_draft(Parameters({**values, **(fixed or {})}, names), rules)


def _read_side(parameters: Parameters, name: str) -> str:
    side = parameters.required(name)
    if side not in SIDES:
        raise refusals.bad_side()
    return side
