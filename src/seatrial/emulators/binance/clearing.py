"""What happens to the orders of all accounts, from the moment the venue has taken them.

The exchange tells prints and executions; here they become trades, balances, reports and events. Everything
is durable before anybody hears of it: `commit` writes first and tells afterwards.
"""

from __future__ import annotations

from decimal import Decimal

from seatrial.core.book import Execution
from seatrial.domain.ids import Symbol
from seatrial.emulators.binance import settlement
from seatrial.emulators.binance.account import Account
from seatrial.emulators.binance.bulletin import Bulletin
from seatrial.emulators.binance.kernel_terms import terms_of
from seatrial.emulators.binance.ledger import Ledger
from seatrial.emulators.binance.linkage import Linkage
from seatrial.emulators.binance.markets import Markets
from seatrial.emulators.binance.numbers import from_units
from seatrial.emulators.binance.order_lists import OrderList
from seatrial.emulators.binance.orders import UNFILLED_REASONS, Order, Trade
from seatrial.emulators.binance.prevention import EXPIRED_IN_MATCH, Meeting, meeting_of, meetings
from seatrial.emulators.binance.settling import Settling
from seatrial.emulators.binance.triggers import Triggers, begin_to_follow
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.floor.shown import Prevented
from seatrial.emulators.timeline import Print


class Clearing:
    """Listens to the exchange on behalf of the accounts."""

    def __init__(self, exchange: Exchange, markets: Markets, ledger: Ledger) -> None:
        self.exchange = exchange
        self.ledger = ledger
        self.bulletin = Bulletin(ledger)
        self.settling = Settling(exchange, ledger, self.bulletin)
        self._markets = markets
        self._triggers = Triggers(ledger.changed)
        self.linkage = Linkage(self)
        exchange.on_print.append(self._hear_print)
        exchange.on_execution.append(self._hear_execution)
        exchange.on_ended.append(self._hear_end)
        exchange.on_prevented.append(self._hear_prevented)
        self._go_on()

    # ------------------------------------------------------- what accounts want

    def open(self, account: Account, order: Order) -> None:
        """The venue has taken a new order; `enter` lets it work."""
        self.ledger.take_in(account, order)
        self.bulletin.report(account, order, "NEW")

    def enter(self, account: Account, order: Order) -> None:
        """Give an order to the exchange, or let a trailing stop follow the market."""
        now_ns = self.exchange.settled_ns
        last_price = self._markets.pairs[order.symbol].last_price
        if order.algo:
            self._triggers.add(order)
            if order.trailing_delta and not order.stop_price and last_price is not None:
                begin_to_follow(order, last_price, now_ns)
        if not order.trailing_delta or order.working_ns is not None:
            self._give_to_exchange(account, order, now_ns)
        self.ledger.changed(order)

    def cancel(self, account: Account, order: Order, cancel_id: str) -> bool:
        """Take an open order and its list back; False where a trade that became due at this very moment was first."""
        self.exchange.cancel(order.order_id)
        if not order.open:
            return False
        others = self.linkage.others(account, order)
        for one in (order, *others):
            self.exchange.cancel(one.order_id)
            if one.open:
                self._end(account, one, "CANCELED")
                self.bulletin.report(account, one, "CANCELED", cancel_id=cancel_id)
        self.linkage.ended(account, order)
        return True

    # ----------------------------------------------------- what the market does

    def commit(self, market_ns: int) -> None:
        """Make durable what changed and how far the market has come, then tell the accounts."""
        self.settling.commit(market_ns)

    def _hear_print(self, print: Print) -> None:
        price = from_units(print.price_units)
        for order in self._triggers.touched(str(print.symbol), price, print.at_ns):
            account = self.ledger.holder_of(order.order_id)
            order.working_ns = print.at_ns
            self.linkage.struck(account, order)
            if order.trailing_delta:
                self._give_to_exchange(account, order, print.at_ns)
            elif not self.exchange.has_books:
                self._prevent(account, order)
            self.ledger.changed(order)

    def _hear_execution(self, symbol: Symbol, execution: Execution, at_ns: int) -> None:
        account = self.ledger.holder_of(execution.number)
        order, rules = account.order(execution.number), self._markets.rules[str(symbol)]
        if order is None or not order.open:
            return
        self.linkage.struck(account, order)
        price = from_units(execution.price_units)
        offered = from_units(execution.qty_units)
        quantity = min(offered, settlement.payable(order, account.wallet, price, rules))
        if quantity > 0:
            trade = self._settle(account, order, quantity, price, maker=execution.maker, at_ns=at_ns)
        if quantity < offered:
            self.exchange.cancel(order.order_id)
            if order.budget_only and order.executed:
                settlement.close_budget(order, account.wallet)
        if quantity > 0:
            self.bulletin.report(account, order, "TRADE", trade=trade)
        if quantity < offered and order.open:
            self._expire(account, order, "INSUFFICIENT_LIQUIDITY")
        elif not order.open:
            if execution.left_units:
                self.exchange.cancel(order.order_id)  # it was amended or prevented to less than the exchange knows
            self._finish(account, order)
            self.linkage.ended(account, order)

    def _hear_end(self, symbol: Symbol, execution: Execution, at_ns: int) -> None:
        """What its time in force, or a maker's price, ended at a print. What could not pay has ended already."""
        account = self.ledger.holder_of(execution.number)
        order = account.order(execution.number)
        if order is not None and order.open:
            self._expire(account, order, UNFILLED_REASONS.get(order.time_in_force, "INSUFFICIENT_LIQUIDITY"))

    def _hear_prevented(self, event: Prevented) -> None:
        """Two orders of an account met in a book, and did not trade."""
        account = self.ledger.holder_of(event.taker_number)
        self._keep_apart(account, meeting_of(account, event))

    def _expire(self, account: Account, order: Order, reason: str) -> None:
        self.end_linked(account, order, reason)
        self.linkage.ended(account, order)

    # ------------------------------------------------------------------ parts

    def need_of(self, order: Order) -> Decimal:
        """What an order has to lock now."""
        last_price = self._markets.pairs[order.symbol].last_price
        return settlement.reservation_of(order, order.left, last_price)

    def end_linked(self, account: Account, order: Order, reason: str) -> None:
        """End an order because of another one of its list."""
        self.exchange.cancel(order.order_id)
        self._end(account, order, "EXPIRED", reason=reason)
        self.bulletin.report(account, order, "EXPIRED")

    def tell_list(self, account: Account, group: OrderList) -> None:
        """The `listStatus` event, as things stand."""
        self.bulletin.tell_list(account, group, self.exchange.settled_ns)

    def _give_to_exchange(self, account: Account, order: Order, now_ns: int) -> None:
        order.entered_ns = now_ns
        if order.working_ns is None and not order.algo:
            order.working_ns = now_ns
        if not self.exchange.has_books:
            self._prevent(account, order)
        if order.open:
            self.exchange.place(Symbol(order.symbol), terms_of(order), number=order.order_id, account=account.name)

    def _prevent(self, account: Account, order: Order) -> None:
        """In a market of prints: keep an order that comes onto the book from its owner's others."""
        if order.stp_mode == "NONE" or order.working_ns is None:
            return
        quote = self._markets.pairs[order.symbol].quote()
        best = None if quote is None else quote.ask if order.side == "BUY" else quote.bid
        for meeting in meetings(account, order, best):
            self._keep_apart(account, meeting)

    def _keep_apart(self, account: Account, meeting: Meeting) -> None:
        at_ns = self.exchange.settled_ns
        match = meeting.match(self.ledger.next_match_id(), at_ns)
        self.ledger.prevented(match)
        for order, prevention in meeting.sides():
            order.prevented += prevention.qty
            order.prevented_match_id = match.match_id
            order.updated_ns = at_ns
            if order.left:
                settlement.shrink(order, account.wallet)
                order.sequence += 1
            else:
                self.exchange.cancel(order.order_id)
                self._end(account, order, EXPIRED_IN_MATCH)
            self.bulletin.report(account, order, "TRADE_PREVENTION", prevention=prevention)
            if not order.open:
                self.linkage.ended(account, order)

    def _settle(
        self, account: Account, order: Order, quantity: Decimal, price: Decimal, *, maker: bool, at_ns: int
    ) -> Trade:
        if not order.executed:
            account.meter.add(-1)
        made = self.exchange.newest_print(Symbol(order.symbol)) if self.exchange.has_books else None
        trade = settlement.settle(
            order,
            account.wallet,
            self._markets.rules[order.symbol],
            trade_id=self.ledger.trade_id(made),
            quantity=quantity,
            price=price,
            maker=maker,
            at_ns=at_ns,
            bnb_price=self._markets.bnb_price(order.symbol) if account.credentials.pays_in_bnb else None,
            tier=account.credentials.commission,
        )
        self.ledger.traded(trade)
        return trade

    def _end(self, account: Account, order: Order, status: str, *, reason: str | None = None) -> None:
        settlement.end(order, account.wallet, status, self.exchange.settled_ns, reason=reason)
        self._finish(account, order)

    def _finish(self, account: Account, order: Order) -> None:
        account.finish(order)
        self._triggers.drop(order)
        self.ledger.changed(order)

    def _go_on(self) -> None:
        """Give the exchange back what was working when the venue stopped."""
        self.exchange.reserve_numbers(self.ledger.last_number)
        for group in self.ledger.open_lists():
            self.linkage.take_in(group)
        for account, order in self.ledger.open_orders():
            if order.algo and order.working_ns is None and order.status != "PENDING_NEW":
                self._triggers.add(order)
            if order.entered_ns is not None:
                self.exchange.restore(
                    Symbol(order.symbol),
                    terms_of(order),
                    number=order.order_id,
                    placed_ns=order.entered_ns or order.created_ns,
                    account=account.name,
                )
