"""What accounts are told of their orders and balances, and when: never before it is durable."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from seatrial.emulators.binance.account import Account
from seatrial.emulators.binance.account_events import AccountEvent
from seatrial.emulators.binance.ledger import Ledger
from seatrial.emulators.binance.order_lists import OrderList, list_status
from seatrial.emulators.binance.orders import Order, Trade
from seatrial.emulators.binance.reports import Prevention, execution_report
from seatrial.emulators.binance.wallet import POSITION

OnAccountEvent = Callable[[str, AccountEvent], None]

REPORT = "executionReport"
LIST_STATUS = "listStatus"
OPERATIONS = {
    "NEW": "accepted",
    "TRADE": "executed",
    "CANCELED": "canceled",
    "EXPIRED": "expired",
    "TRADE_PREVENTION": "prevented",
    "REPLACED": "amended",
}


class Bulletin:
    """Collects events; `tell` gives them to the listeners, in the order in which things happened."""

    def __init__(self, ledger: Ledger) -> None:
        self.on_event: list[OnAccountEvent] = []
        self._ledger = ledger
        self._waiting: list[tuple[str, AccountEvent]] = []
        self._durable: list[tuple[str, AccountEvent]] = []
        self._holds = 0

    def tell(self) -> None:
        """Tell what has happened since the last time; it is durable now."""
        self._durable += self._waiting
        self._waiting.clear()
        self._tell_durable()

    def _tell_durable(self) -> None:
        if self._holds:
            return
        durable, self._durable = self._durable, []
        for name, event in durable:
            for heard in self.on_event:
                heard(name, event)

    def hold(self) -> None:
        """Tell nothing until `let_go`: an answer goes out before its events."""
        self._holds += 1

    def let_go(self) -> None:
        """Tell what was held back."""
        self._holds -= 1
        self._tell_durable()

    # ------------------------------------------------------------------ events

    def report(
        self,
        account: Account,
        order: Order,
        execution: str,
        *,
        trade: Trade | None = None,
        cancel_id: str | None = None,
        prevention: Prevention | None = None,
    ) -> None:
        """What happened to an order, for its owner and the history; then the balances that changed with it."""
        at_ns = order.updated_ns
        self._ledger.happened(OPERATIONS[execution], order)
        told = execution_report(order, execution, at_ns=at_ns, trade=trade, cancel_id=cancel_id, prevention=prevention)
        self._waiting.append((account.name, AccountEvent(REPORT, f"{REPORT} {execution} {order.status}", told)))
        position = account.wallet.position_event(at_ns)
        if position is not None:
            self._waiting.append((account.name, AccountEvent(POSITION, POSITION, position)))
        self._ledger.changed(order)

    def report_rejected(self, account: Account, order: Order, reason: str) -> None:
        """A new order that a cancel-replace could not place: told, and remembered by nobody."""
        told = execution_report(order, "REJECTED", at_ns=order.created_ns, reject_reason=reason)
        self._waiting.append((account.name, AccountEvent(REPORT, f"{REPORT} REJECTED REJECTED", told)))

    def tell_list(self, account: Account, group: OrderList, at_ns: int) -> None:
        """The `listStatus` event, as things stand."""
        told = msgspec.json.encode(list_status(group, account.members(group), at_ns))
        self._waiting.append((account.name, AccountEvent(LIST_STATUS, LIST_STATUS, told)))
