"""The matching engine's face: it takes orders, lets the exchange match them, and books what happens.

Where it departs from the venue, on purpose: the market is replayed, and orders fill at its *prints*, never
at their arrival. A market order is therefore answered `NEW` without fills, as a marketable one is at the
venue's own user stream first, and its trades follow as `executionReport`s, at most twenty seconds of
market time later. An `IOC` order lives until the next print.

Times of orders and trades are market time. Everything that happens is durable before anybody hears of it:
a request is committed before its answer, a print's trades when the instant is settled; events go out after
the commit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from seatrial.core.book import Execution
from seatrial.domain.ids import Symbol
from seatrial.domain.orders import OrderType, Side
from seatrial.domain.time import MINUTE_NS
from seatrial.emulators.binance import refusals, settlement
from seatrial.emulators.binance.account import Account
from seatrial.emulators.binance.filters import check_filters
from seatrial.emulators.binance.intake import Draft
from seatrial.emulators.binance.ledger import Ledger
from seatrial.emulators.binance.market import PairMarket
from seatrial.emulators.binance.markets import Markets
from seatrial.emulators.binance.numbers import from_units, to_units
from seatrial.emulators.binance.orders import Json, Order, Trade, execution_report
from seatrial.emulators.binance.rules import AVERAGE_MINUTES
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
RESTRICTIONS = {"ONLY_NEW": "NEW", "ONLY_PARTIALLY_FILLED": "PARTIALLY_FILLED"}
_ID_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class Cancelled:
    """An order taken back, and the id under which that was done."""

    order: Order
    cancel_id: str


class Spot:
    """All accounts of the venue. Raises `Refusal` where the venue says no."""

    def __init__(self, exchange: Exchange, markets: Markets, ledger: Ledger, *, ids: Random) -> None:
        self.exchange = exchange
        self.markets = markets
        self.ledger = ledger
        self.accounts = ledger.accounts
        self.on_account_event: list[OnAccountEvent] = []
        self._ids = ids
        self._outbox: list[tuple[str, Json]] = []
        self._by_id: dict[int, Account] = {}
        self._until_print: list[Order] = []
        self._stops: dict[int, Order] = {}
        self._printed: set[str] = set()
        self._dead: list[int] = []
        exchange.on_print.append(self._hear_print)
        exchange.on_execution.append(self._hear_execution)
        self._go_on()

    # ----------------------------------------------------------------- requests

    def check(self, account: Account, draft: Draft) -> None:
        """Everything that can be said about an order before balances are looked at."""
        pair = self.markets.pairs[draft.rules.symbol]
        open_orders = account.open_orders(draft.rules.symbol)
        average = pair.average_price(self.exchange.now_ns(), AVERAGE_MINUTES * MINUTE_NS)
        algos = sum(order.algo for order in open_orders)
        check_filters(draft, average=average, open_orders=len(open_orders), open_algos=algos)
        if self.exchange.ended:
            raise refusals.market_closed()
        self._check_prices(draft, pair)

    def place(self, account: Account, draft: Draft) -> Order:
        """Take an order. On return it is durable and working."""
        self.exchange.catch_up()
        self.check(account, draft)
        client_order_id = draft.client_order_id or self.new_id()
        if account.is_open(draft.rules.symbol, client_order_id):
            raise refusals.duplicate_order()
        account.meter.check()
        last_price = self.markets.pairs[draft.rules.symbol].last_price
        quantity = settlement.quantity_of(draft, last_price)
        asset, amount = settlement.reservation_of(draft, quantity, last_price)
        account.wallet.reserve(asset, amount)
        account.meter.add()
        number = self.exchange.place(
            Symbol(draft.rules.symbol),
            side=KERNEL_SIDES[draft.side],
            type=KERNEL_TYPES[draft.type],
            qty_units=to_units(quantity),
            limit_units=to_units(draft.price),
            stop_units=to_units(draft.stop_price),
            account=account.name,
        )
        now_ns = self.exchange.now_ns()
        order = Order(
            account=account.name,
            symbol=draft.rules.symbol,
            order_id=number,
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
            working_ns=None if draft.type == "STOP_LOSS" else now_ns,
            reserved=amount,
            reserved_asset=asset,
            budget_only=bool(draft.quote_order_qty) and draft.side == "BUY",
            strategy_id=draft.strategy_id,
            strategy_type=draft.strategy_type,
        )
        self._take_in(account, order)
        self._report(account, order, "NEW")
        self.commit()
        return order

    def cancel(
        self,
        account: Account,
        symbol: str,
        *,
        order_id: int | None,
        client_order_id: str | None,
        cancel_id: str | None = None,
        restriction: str | None = None,
    ) -> Cancelled:
        """Take one order back; -2011 where it is not open (any more)."""
        self.exchange.catch_up()
        order = account.find(symbol, order_id, client_order_id)
        if order is None or not order.open:
            raise refusals.unknown_order()
        if restriction is not None and order.status != RESTRICTIONS[restriction]:
            raise refusals.cancel_restricted()
        cancelled = self._cancel(account, order, cancel_id or self.new_id())
        self.commit()
        if cancelled is None:
            raise refusals.unknown_order()
        return cancelled

    def cancel_all(self, account: Account, symbol: str) -> list[Cancelled]:
        """Take back all open orders of a pair; -2011 where there is none."""
        self.exchange.catch_up()
        open_orders = account.open_orders(symbol)
        if not open_orders:
            raise refusals.unknown_order()
        cancel_id = self.new_id()
        cancelled = [self._cancel(account, order, cancel_id) for order in open_orders]
        self.commit()
        return [one for one in cancelled if one is not None]

    def new_id(self) -> str:
        """A client order id as the venue makes them when the client sends none."""
        return "".join(self._ids.choices(_ID_LETTERS, k=22))

    # -------------------------------------------------------------- the market

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

    def commit(self, market_ns: int | None = None) -> None:
        """Make durable what changed, then tell the accounts."""
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
        order, rules = account.orders[execution.number], self.markets.rules[str(symbol)]
        price = from_units(execution.price_units)
        if order.type == "LIMIT_MAKER":
            price = order.price  # it was resting before the market came to it, whatever the kernel saw
        offered = from_units(execution.qty_units)
        quantity = min(offered, settlement.payable(order, account.wallet, price, rules))
        trade = None
        if quantity > 0:
            if not order.executed:
                account.meter.add(-1)
            maker = execution.maker or order.type == "LIMIT_MAKER"
            trade_id = self.ledger.next_trade_id()
            trade = settlement.settle(
                order,
                account.wallet,
                rules,
                trade_id=trade_id,
                quantity=quantity,
                price=price,
                maker=maker,
                at_ns=at_ns,
            )
            self.ledger.traded(trade)
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

    def _check_prices(self, draft: Draft, pair: PairMarket) -> None:
        last, quote = pair.last_price, pair.quote()
        if last is None or quote is None:
            return
        buying = draft.side == "BUY"
        if draft.stop_price and (draft.stop_price <= last if buying else draft.stop_price >= last):
            raise refusals.would_trigger()
        takes = draft.price >= quote.ask if buying else draft.price <= quote.bid
        if draft.type == "LIMIT_MAKER" and takes:
            raise refusals.would_take()

    def _take_in(self, account: Account, order: Order) -> None:
        account.add(order)
        self._by_id[order.order_id] = account
        if order.time_in_force == "IOC":
            self._until_print.append(order)
        if order.type == "STOP_LOSS" and order.working_ns is None:
            self._stops[order.order_id] = order
        self.ledger.changed(order)

    def _cancel(self, account: Account, order: Order, cancel_id: str) -> Cancelled | None:
        """None where a trade that became due at this very moment was first."""
        self.exchange.cancel(order.order_id)
        if not order.open:
            return None
        settlement.end(order, account.wallet, "CANCELED", self.exchange.now_ns())
        self._finish(account, order)
        self._report(account, order, "CANCELED", cancel_id=cancel_id)
        return Cancelled(order, cancel_id)

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
        orders = [order for account in self.accounts.values() for order in account.orders.values()]
        self.exchange.reserve_numbers(max((order.order_id for order in orders), default=0))
        for order in sorted((order for order in orders if order.open), key=lambda order: order.order_id):
            account = self.accounts[order.account]
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
