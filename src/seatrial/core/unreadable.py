"""What a machine cannot read at all is answered before anything moves: refusals and silences that need no state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.core import records as r
from seatrial.core.risk import QTY_UNITS_MAX
from seatrial.domain.effects import Alert, Effect, Refused
from seatrial.domain.facts import (
    BarClosed,
    CancelRequest,
    Fact,
    Fill,
    LimitsChanged,
    OrderRequest,
    Rebalance,
    Sent,
    Target,
)
from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.money_facts import BorrowFee, CashDividend, Split
from seatrial.domain.orders import Side
from seatrial.domain.refusals import RefusalCode

if TYPE_CHECKING:
    from seatrial.core.machine import Machine

WEIGHT_PPM_MAX = 100 * r.PPM  # a hundred times the account is a typing error


def _beyond_reckoning(target: Target) -> bool:
    return abs(target.quantity_units or 0) > QTY_UNITS_MAX or abs(target.weight_ppm or 0) > WEIGHT_PPM_MAX


def refuse_unreadable(machine: Machine, fact: Fact) -> tuple[Effect, ...] | None:
    """Refusals and silences that need no state: an unknown symbol, a used client order id."""
    match fact:
        case Target(account=account, symbol=symbol) | Rebalance(account=account, symbol=symbol):
            if machine.index_of(account, symbol) is None:
                return (_refused(fact.at_ns, account, symbol, Side.BUY, 0, RefusalCode.UNKNOWN_SYMBOL),)
            if isinstance(fact, Target) and _beyond_reckoning(fact):
                qty = abs(fact.quantity_units or 0)
                return (_refused(fact.at_ns, account, symbol, Side.BUY, qty, RefusalCode.QUANTITY_TOO_LARGE),)
        case OrderRequest(account=account, symbol=symbol, side=side, qty_units=qty):
            if machine.index_of(account, symbol) is None:
                return (_refused(fact.at_ns, account, symbol, side, qty, RefusalCode.UNKNOWN_SYMBOL),)
            if fact.client_order_id is not None and machine.registry.knows(fact.client_order_id):
                return (_refused(fact.at_ns, account, symbol, side, qty, RefusalCode.DUPLICATE_CLIENT_ORDER_ID),)
        case BarClosed(account=account, bar=bar):
            if machine.index_of(account, bar.symbol) is None:
                return ()
        case Split() | CashDividend() | BorrowFee():
            if machine.index_of(fact.account, fact.symbol) is None:
                return ()
        case Fill(account=account, symbol=symbol):
            if machine.index_of(account, symbol) is None:
                detail = f"{account} {symbol} {fact.side.name} {fact.qty_units} is not an instrument of ours"
                return (Alert("foreign_fill", detail, fact.at_ns),)
        case CancelRequest(client_order_id=client_order_id) | Sent(client_order_id=client_order_id):
            if not machine.registry.knows(client_order_id):
                return ()
        case LimitsChanged() if not machine.limits.knows(fact):
            detail = f"{fact.account} {fact.symbol or ''} {fact.limit} = {fact.value} is no limit of ours"
            return (Alert("unknown_limit", detail, fact.at_ns),)
        case _:
            pass
    return None


def _refused(at_ns: int, account: AccountId, symbol: Symbol, side: Side, qty_units: int, code: RefusalCode) -> Refused:
    return Refused(account, symbol, side, qty_units, code, 0, 0, at_ns)
