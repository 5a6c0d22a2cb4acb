"""What happens to the orders of all accounts, from the moment the exchange has them.

The exchange tells prints and executions; here they become trades, balances, reports and events. Everything
is durable before anybody hears of it: `commit` writes first and tells afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from seatrial.core.book import Execution
from seatrial.domain.ids import Symbol
from seatrial.domain.orders import OrderType, Side
from seatrial.emulators.binance import settlement
from seatrial.emulators.binance.account import Account
from seatrial.emulators.binance.ledger import Ledger
from seatrial.emulators.binance.markets import Markets
from seatrial.emulators.binance.numbers import from_units, to_units
from seatrial.emulators.binance.orders import Json, Order, Trade
from seatrial.emulators.binance.reports import execution_report
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.timeline import Print

OnAccountEvent = Callable[[str, Json], None]

KERNEL_TYPES = {
    "MARKET": OrderType.MARKET,
    "LIMIT": OrderType.LIMIT,
    "LIMIT_MAKER": OrderType.LIMIT,
    "STOP_LOSS": OrderType.STOP,
}
KERNEL_SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
OPERATIONS = {"NEW": "accepted", "TRADE": "executed", "CANCELED": "canceled", "EXPIRED": "expired"}


class Clearing:
    """Listens to the exchange on behalf of the accounts."""

    def __init__(self, exchange: Exchange, markets: Markets, ledger: Ledger) -> None:
        self.exchange = exchange
        self.ledger = ledger
        self.on_account_event: list[OnAccountEvent] = []
        self._rules = markets.rules
        self._outbox: list[tuple[str, Json]] = []
        self._by_id: dict[int, Account] = {}
        self._until_print: list[Order] = []
        self._stops: dict[int, Order] = {}
        self._printed: set[str] = set()
        self._dead: list[int] = []
        exchange.on_print.append(self._hear_print)
        exchange.on_execution.append(self._hear_execution)
        self._go_on()

    # ------------------------------------------------------- what accounts want

    def open(self, account: Account, order: Order) -> None:
        """The exchange has taken a new order."""
        self._take_in(account, order)
        self._report(account, order, "NEW")

    def cancel(self, account: Account, order: Order, cancel_id: str) -> bool:
        """Take an open order back; False where a trade that became due at this very moment was first."""
        self.exchange.cancel(order.order_id)
        if not order.open:
            return False
        settlement.end(order, account.wallet, "CANCELED", self.exchange.settled_ns)
        self._finish(account, order)
        self._report(account, order, "CANCELED", cancel_id=cancel_id)
        return True

    # ----------------------------------------------------- what the market does

    def settle(self, at_ns: int) -> None:
        """The instant is over: expire what lived only until this print, commit, and only then tell."""
        for order in list(self._until_print):
            if order.open and order.symbol in self._printed:
                self._expire(self._by_id[order.order_id], order, at_ns)
                self._dead.append(order.order_id)
            if not order.open:
                self._until_print.remove(order)
        self._printed.clear()
        self.commit(at_ns)

    def commit(self, market_ns: int) -> None:
        """Make durable what changed and how far the market has come, then tell the accounts."""
        self.ledger.commit(market_ns)
        outbox, self._outbox = self._outbox, []
        for name, event in outbox:
            for heard in self.on_account_event:
                heard(name, event)

    def _hear_print(self, print: Print) -> None:
        # Whoever cancels between two instants lets the market catch up first, which must not happen while
        # an instant is settled; so what expired there leaves the book now, before this print is matched.
        while self._dead:
            self.exchange.cancel(self._dead.pop())
        self._printed.add(str(print.symbol))
        price = from_units(print.price_units)
        for order in list(self._stops.values()):
            touched = price >= order.stop_price if order.side == "BUY" else price <= order.stop_price
            if order.symbol == print.symbol and touched:
                order.working_ns = print.at_ns
                self.ledger.changed(order)
                del self._stops[order.order_id]

    def _hear_execution(self, symbol: Symbol, execution: Execution, at_ns: int) -> None:
        account = self._by_id[execution.number]
        order, rules = account.orders[execution.number], self._rules[str(symbol)]
        price = from_units(execution.price_units)
        if order.type == "LIMIT_MAKER":
            price = order.price  # it was resting before the market came to it, whatever the kernel saw
        offered = from_units(execution.qty_units)
        quantity = min(offered, settlement.payable(order, account.wallet, price, rules))
        trade = None
        if quantity > 0:
            maker = execution.maker or order.type == "LIMIT_MAKER"
            trade = self._settle(account, order, quantity, price, maker=maker, at_ns=at_ns)
        if quantity < offered:
            self.exchange.cancel(order.order_id)
            if order.budget_only and order.executed:
                settlement.close_budget(order, account.wallet)
        if trade is not None:
            self._report(account, order, "TRADE", trade=trade)
        if quantity < offered and order.open:
            self._expire(account, order, at_ns)
        if not order.open:
            self._finish(account, order)

    # ------------------------------------------------------------------ parts

    def _settle(
        self, account: Account, order: Order, quantity: Decimal, price: Decimal, *, maker: bool, at_ns: int
    ) -> Trade:
        if not order.executed:
            account.meter.add(-1)
        trade = settlement.settle(
            order,
            account.wallet,
            self._rules[order.symbol],
            trade_id=self.ledger.next_trade_id(),
            quantity=quantity,
            price=price,
            maker=maker,
            at_ns=at_ns,
        )
        self.ledger.traded(trade)
        return trade

    def _take_in(self, account: Account, order: Order) -> None:
        account.add(order)
        self._by_id[order.order_id] = account
        if order.time_in_force == "IOC":
            self._until_print.append(order)
        if order.type == "STOP_LOSS" and order.working_ns is None:
            self._stops[order.order_id] = order
        self.ledger.changed(order)

    def _expire(self, account: Account, order: Order, at_ns: int) -> None:
        settlement.end(order, account.wallet, "EXPIRED", at_ns)
        self._finish(account, order)
        self._report(account, order, "EXPIRED")

    def _finish(self, account: Account, order: Order) -> None:
        account.finish(order)
        self._stops.pop(order.order_id, None)
        self.ledger.changed(order)

    def _report(
        self,
        account: Account,
        order: Order,
        execution: str,
        *,
        trade: Trade | None = None,
        cancel_id: str | None = None,
    ) -> None:
        at_ns = order.updated_ns
        self.ledger.happened(
            OPERATIONS[execution], order, f"{order.symbol} {order.side} {order.executed}/{order.quantity}"
        )
        report = execution_report(order, execution, at_ns=at_ns, trade=trade, cancel_id=cancel_id)
        self._outbox.append((account.name, report))
        position = account.wallet.position_event(at_ns)
        if position is not None:
            self._outbox.append((account.name, position))
        self.ledger.changed(order)

    def _go_on(self) -> None:
        """Give the exchange back what was working when the venue stopped."""
        self.exchange.reserve_numbers(self.ledger.last_number)
        open_orders = [order for account in self.ledger.accounts.values() for order in account.open_orders()]
        for order in sorted(open_orders, key=lambda order: order.order_id):
            account = self.ledger.accounts[order.account]
            self.exchange.restore(
                Symbol(order.symbol),
                number=order.order_id,
                side=KERNEL_SIDES[order.side],
                type=KERNEL_TYPES[order.type],
                left_units=to_units(order.left),
                limit_units=to_units(order.price),
                stop_units=to_units(order.stop_price),
                placed_ns=order.created_ns,
                account=account.name,
            )
            self._take_in(account, order)
