"""What happens to the orders of all accounts, from the moment the exchange has them.

The exchange tells prints and executions; here they become trades, balances, reports and events. Everything
is durable before anybody hears of it: `commit` writes first and tells afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from seatrial.core.book import Execution
from seatrial.domain.ids import Symbol
from seatrial.domain.orders import OrderType, Side, TimeInForce
from seatrial.emulators.binance import settlement
from seatrial.emulators.binance.account import Account
from seatrial.emulators.binance.intake import Draft
from seatrial.emulators.binance.ledger import Ledger
from seatrial.emulators.binance.markets import Markets
from seatrial.emulators.binance.numbers import from_units, to_units
from seatrial.emulators.binance.orders import TAKE_PROFITS, Json, Order, Trade
from seatrial.emulators.binance.reports import execution_report
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.order_books import Terms
from seatrial.emulators.timeline import Print

OnAccountEvent = Callable[[str, Json], None]

KERNEL_TYPES = {
    "MARKET": OrderType.MARKET,
    "LIMIT": OrderType.LIMIT,
    "LIMIT_MAKER": OrderType.LIMIT,
    "STOP_LOSS": OrderType.STOP,
    "STOP_LOSS_LIMIT": OrderType.STOP_LIMIT,
    "TAKE_PROFIT": OrderType.STOP,
    "TAKE_PROFIT_LIMIT": OrderType.STOP_LIMIT,
}
KERNEL_TIMES = {"GTC": TimeInForce.GTC, "IOC": TimeInForce.IOC, "FOK": TimeInForce.FOK}
KERNEL_SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
OPERATIONS = {"NEW": "accepted", "TRADE": "executed", "CANCELED": "canceled", "EXPIRED": "expired"}


def terms_of(asked: Order | Draft, qty_units: int) -> Terms:
    """What the exchange needs to know of an order."""
    return Terms(
        side=KERNEL_SIDES[asked.side],
        type=KERNEL_TYPES[asked.type],
        qty_units=qty_units,
        limit_units=to_units(asked.price),
        stop_units=to_units(asked.stop_price),
        time_in_force=KERNEL_TIMES[asked.time_in_force],
        post_only=asked.type == "LIMIT_MAKER",
        if_touched=asked.type in TAKE_PROFITS,
    )


class Clearing:
    """Listens to the exchange on behalf of the accounts."""

    def __init__(self, exchange: Exchange, markets: Markets, ledger: Ledger) -> None:
        self.exchange = exchange
        self.ledger = ledger
        self.on_account_event: list[OnAccountEvent] = []
        self._rules = markets.rules
        self._outbox: list[tuple[str, Json]] = []
        self._by_id: dict[int, Account] = {}
        self._stops: dict[int, Order] = {}
        exchange.on_print.append(self._hear_print)
        exchange.on_execution.append(self._hear_execution)
        exchange.on_ended.append(self._hear_end)
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

    def commit(self, market_ns: int) -> None:
        """Make durable what changed and how far the market has come, then tell the accounts."""
        self.ledger.commit(market_ns)
        outbox, self._outbox = self._outbox, []
        for name, event in outbox:
            for heard in self.on_account_event:
                heard(name, event)

    def _hear_print(self, print: Print) -> None:
        price = from_units(print.price_units)
        for order in list(self._stops.values()):
            rising = (order.side == "BUY") != (order.type in TAKE_PROFITS)
            touched = price >= order.stop_price if rising else price <= order.stop_price
            if order.symbol == print.symbol and touched:
                order.working_ns = print.at_ns
                self.ledger.changed(order)
                del self._stops[order.order_id]

    def _hear_execution(self, symbol: Symbol, execution: Execution, at_ns: int) -> None:
        account = self._by_id[execution.number]
        order, rules = account.orders[execution.number], self._rules[str(symbol)]
        price = from_units(execution.price_units)
        offered = from_units(execution.qty_units)
        quantity = min(offered, settlement.payable(order, account.wallet, price, rules))
        trade = None
        if quantity > 0:
            trade = self._settle(account, order, quantity, price, maker=execution.maker, at_ns=at_ns)
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

    def _hear_end(self, symbol: Symbol, execution: Execution, at_ns: int) -> None:
        """What its time in force, or a maker's price, ended at a print. What could not pay has ended already."""
        account = self._by_id[execution.number]
        order = account.orders[execution.number]
        if order.open:
            self._expire(account, order, at_ns)

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
        if order.algo and order.working_ns is None:
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
                terms_of(order, to_units(order.left)),
                number=order.order_id,
                placed_ns=order.created_ns,
                account=account.name,
            )
            self._take_in(account, order)
