"""Cancel-replace: take one order back and place another, in one request with two outcomes.

The filters and the order count come first, and whoever fails them loses nothing. Then the cancel; then, where it
succeeded or a failure is allowed, the new order. A new order that fails after a cancel is reported as REJECTED.
"""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.emulators.binance import engine_refusals
from seatrial.emulators.binance.account import Account
from seatrial.emulators.binance.intake import Draft
from seatrial.emulators.binance.order_shapes import cancelled, placed
from seatrial.emulators.binance.orders import Json, TimeUnit
from seatrial.emulators.binance.refusals import Refusal
from seatrial.emulators.binance.spot import Aim, Spot

MODES = frozenset({"STOP_ON_FAILURE", "ALLOW_FAILURE"})
RATE_MODES = frozenset({"DO_NOTHING", "CANCEL_ONLY"})
REJECT_REASONS = {
    "Account has insufficient balance for requested action.": "INSUFFICIENT_BALANCES",
    "Order would trigger immediately.": "STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY",
    "Order would immediately match and take.": "WOULD_MATCH_IMMEDIATELY",
}


@dataclass(frozen=True, slots=True)
class Replacement:
    """What was asked. `cancels_when_limited`: over the order limit, cancel all the same."""

    aim: Aim
    draft: Draft
    stops_on_failure: bool
    cancels_when_limited: bool = False


def replace(spot: Spot, account: Account, asked: Replacement, unit: TimeUnit) -> Json:
    """Both halves succeeded; raises `Refusal` -2021 or -2022 with both outcomes where one did not."""
    spot.exchange.catch_up()
    limited = _over_limit(account)
    if limited is not None and not asked.cancels_when_limited:
        raise limited
    spot.check_rules(account, asked.draft)
    account.meter.add()
    try:
        took_back, cancel_told = _cancel(spot, account, asked.aim, unit)
        if not took_back and asked.stops_on_failure:
            raise engine_refusals.not_replaced(_told("FAILURE", "NOT_ATTEMPTED", cancel_told, None))
        if limited is not None:
            raise engine_refusals.partly_replaced(
                _told(_outcome(took_back), "NOT_ATTEMPTED", cancel_told, limited.body())
            )
        entered, order_told = _enter(spot, account, asked.draft, unit, report=took_back)
    finally:
        spot.clearing.commit(spot.exchange.settled_ns)
    told = _told(_outcome(took_back), _outcome(entered), cancel_told, order_told)
    if took_back and entered:
        return told
    raise (engine_refusals.partly_replaced if took_back or entered else engine_refusals.not_replaced)(told)


def _over_limit(account: Account) -> Refusal | None:
    try:
        account.meter.check()
    except Refusal as refusal:
        return refusal
    return None


def _cancel(spot: Spot, account: Account, aim: Aim, unit: TimeUnit) -> tuple[bool, Json]:
    try:
        done = spot.take_back(account, aim)
    except Refusal as refusal:
        return False, refusal.body()
    return True, cancelled(done[0].order, done[0].cancel_id, unit)


def _enter(spot: Spot, account: Account, draft: Draft, unit: TimeUnit, *, report: bool) -> tuple[bool, Json]:
    try:
        order = spot.enter(account, draft)
    except Refusal as refusal:
        if report:
            _report_rejected(spot, account, draft, refusal)
        return False, refusal.body()
    return True, placed(order, draft.form, unit, trades=account.trades_of_order(order))


def _report_rejected(spot: Spot, account: Account, draft: Draft, refusal: Refusal) -> None:
    order = spot.new_order(account, draft, draft.quantity)
    order.status = "REJECTED"
    spot.clearing.bulletin.report_rejected(account, order, REJECT_REASONS.get(refusal.msg, "UNKNOWN_ERROR"))


def _outcome(succeeded: bool) -> str:
    return "SUCCESS" if succeeded else "FAILURE"


def _told(cancel_result: str, order_result: str, cancel_told: Json, order_told: Json | None) -> Json:
    return {
        "cancelResult": cancel_result,
        "newOrderResult": order_result,
        "cancelResponse": cancel_told,
        "newOrderResponse": order_told,
    }
