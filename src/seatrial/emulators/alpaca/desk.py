"""The trading desk of the emulated Alpaca: orders in, executions out, every change durable before it is told.

It gives the exchange's instants their meaning: a session open makes waiting orders `new`, a session close
expires DAY orders, an execution moves cash. What clients are to be told waits in `_untold` until the store
has committed, then goes to the trade-update streams.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from seatrial.core.book import Execution
from seatrial.domain.bars import Session
from seatrial.domain.ids import Symbol
from seatrial.domain.time import rfc3339
from seatrial.emulators.alpaca.account import Account, Standing, standing
from seatrial.emulators.alpaca.admission import admit
from seatrial.emulators.alpaca.fills import Fill, fill_of, fill_shape
from seatrial.emulators.alpaca.identity import Identity
from seatrial.emulators.alpaca.lifetimes import ends_with_session, status_of_end
from seatrial.emulators.alpaca.orders import Admission, Order, Ticket, order_of, order_shape, terms_of
from seatrial.emulators.alpaca.refusals import malformed, not_found, unprocessable
from seatrial.emulators.alpaca.trailing import TrailingStops
from seatrial.emulators.alpaca.working import WorkingOrders
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.history import History
from seatrial.emulators.store import VenueRecords
from seatrial.emulators.timeline import Print

EVENT_OF = {"filled": "fill", "partially_filled": "partial_fill"}

Told = Callable[[str, str, bytes], None]


class Desk:
    """Orders, executions and accounts of the venue.

    Args:
        exchange: the market; the desk adds itself to its listeners.
        records: the venue's part of the store; whatever it holds is taken up again.
        identity: where ids come from.
        history: the operation history.
        accounts: names and first deposits in dollars; an account that is stored keeps what it has.
    """

    def __init__(
        self,
        exchange: Exchange,
        records: VenueRecords,
        identity: Identity,
        history: History,
        accounts: Mapping[str, Decimal],
    ) -> None:
        self.exchange = exchange
        self.identity = identity
        self.accounts: dict[str, Account] = {}
        self.orders: dict[int, Order] = {}
        self.fills: list[Fill] = []
        self.on_trade_update: list[Told] = []
        self._records = records
        self._history = history
        self._by_client_id: dict[tuple[str, str], int] = {}
        self._by_id: dict[str, int] = {}
        self._working = WorkingOrders(exchange.instruments)
        self._trailing = TrailingStops(exchange)
        self._untold: list[tuple[str, str, bytes]] = []
        self._load(accounts)
        exchange.on_session_open.append(self._session_opens)
        exchange.on_session_close.append(self._session_closes)
        exchange.on_print.append(self._printed)
        exchange.on_execution.append(self._executed)
        exchange.on_ended.append(self._ended)
        exchange.on_settled.append(self._settled)

    # ------------------------------------------------------------ questions

    def working(self, account: str) -> list[Order]:
        """Orders that can still trade, oldest first."""
        return self._working.of(account)

    def working_at(self, account: str, symbol: str) -> list[Order]:
        """The same in one symbol."""
        return self._working.at(account, symbol)

    def orders_of(self, account: str) -> Iterable[Order]:
        """Every order of an account, oldest first."""
        return (order for order in self.orders.values() if order.account == account)

    def standing(self, account: str) -> Standing:
        """An account valued now."""
        reserved = self._working.reserved(account)
        return standing(self.accounts[account], reserved, self.exchange.instruments, self.last_price)

    def last_price(self, symbol: Symbol) -> int | None:
        """The newest print's price in price units."""
        return None if (found := self.exchange.newest_print(symbol)) is None else found.price_units

    def by_id(self, account: str, order_id: str) -> Order:
        """An order by the venue's id.

        Raises:
            Refusal: 404.
        """
        return self._own(account, self._by_id.get(order_id), order_id)

    def by_client_order_id(self, account: str, client_order_id: str) -> Order:
        """An order by the client's id.

        Raises:
            Refusal: 404.
        """
        return self._own(account, self._by_client_id.get((account, client_order_id)), client_order_id)

    def shape(self, order: Order, *, status: str | None = None) -> dict[str, Any]:
        """An order as JSON members."""
        return order_shape(order, self.exchange.instruments[Symbol(order.symbol)], status=status)

    def _own(self, account: str, number: int | None, name: str) -> Order:
        order = None if number is None else self.orders[number]
        if order is None or order.account != account:
            raise not_found(f"order not found for {name}")
        return order

    # ------------------------------------------------------------- commands

    def submit(self, account: str, ticket: Ticket) -> Order:
        """Take an order; it is durable and working when this returns.

        Raises:
            Refusal: the account may not or cannot.
        """
        self.exchange.catch_up()
        admission = self._admit(account, ticket)
        trails = ticket.type == "trailing_stop"
        last_units = self.last_price(ticket.symbol)
        if trails and last_units is None:
            raise unprocessable(f"no market price for {ticket.symbol} yet: a trailing stop follows one")
        if trails:
            number = self.exchange.take_number()
        else:
            number = self.exchange.place(
                ticket.symbol, terms_of(ticket, ticket.side, ticket.qty_units), account=account
            )
        now_ns = self.exchange.settled_ns
        order = order_of(
            ticket,
            account,
            number,
            ids=(self.identity.uuid("order", number), self.identity.uuid("client order", number)),
            admission=admission,
            is_open=self.exchange.is_open,
            now_ns=now_ns,
            next_close_ns=self.exchange.next_close_ns,
        )
        if trails:
            order.hwm_units = last_units or 0
            self._trailing.add(order)
        self._remember(order)
        self._change(order, order.status, "accepted", now_ns)
        self._settled(now_ns)
        return order

    def _admit(self, account: str, ticket: Ticket) -> Admission:
        if (account, ticket.client_order_id) in self._by_client_id:
            raise malformed("client_order_id must be unique")
        works, stands = self._working.at(account, ticket.symbol), self.standing(account)
        return admit(ticket, self.accounts[account], works, stands, self.exchange)

    def cancel(self, order: Order) -> None:
        """Take an order back.

        Raises:
            Refusal: 422, it is not working any more.
        """
        left_units, trailed = self.exchange.cancel(order.number), self._trailing.remove(order.number)
        if left_units is None and not trailed:  # perhaps since this very moment: an execution can win the race
            raise unprocessable(f'order is already in "{order.status}" state')
        self._end(order, "canceled", self.exchange.settled_ns)
        self._settled(self.exchange.settled_ns)

    def save_account(self, account: str) -> None:
        """Make an account's settings durable."""
        self._put_account(self.accounts[account])
        self._records.commit()

    # ----------------------------------------------------------- the market

    def _session_opens(self, _: Session, at_ns: int) -> None:
        for order in list(self._working):
            if order.status == "accepted":
                order.status = "new"
                self._change(order, "new", "opened", at_ns)

    def _session_closes(self, _: Session, at_ns: int) -> None:
        for order in list(self._working):
            if ends_with_session(order.time_in_force) or order.expires_ns <= at_ns:
                self.exchange.cancel(order.number)
                self._end(order, "expired", at_ns)
        for account in self.accounts.values():
            account.last_equity = self.standing(account.name).equity
            self._put_account(account)

    def _printed(self, market: Print) -> None:
        for order in self._trailing.hear(market):
            self._put_order(order)

    def _ended(self, _: Symbol, trade: Execution, at_ns: int) -> None:
        order = self.orders[trade.number]
        self._end(order, status_of_end(order.time_in_force), at_ns)

    def _executed(self, symbol: Symbol, trade: Execution, at_ns: int) -> None:
        order = self.orders[trade.number]
        account = self.accounts[order.account]
        instrument = self.exchange.instruments[symbol]
        account.post(instrument, order.signed_side, trade.price_units, trade.qty_units)
        order.filled_units += trade.qty_units
        order.filled_product += trade.qty_units * trade.price_units
        order.status = "partially_filled" if order.left_units else "filled"
        if not order.left_units:
            order.filled_ns = at_ns
        self._working.traded(order, trade.qty_units)
        number = len(self.fills) + 1
        fill_id = self.identity.uuid("execution", number)
        fill = fill_of(order, trade, number, fill_id, at_ns, account.held_units(symbol))
        self.fills.append(fill)
        self._records.add_execution(number, order.account, order.number, at_ns, msgspec.json.encode(fill))
        self._put_account(account)
        self._change(order, EVENT_OF[order.status], "executed", at_ns, fill)

    def _settled(self, at_ns: int) -> None:
        """Commit what happened, then tell it."""
        self._records.put_market(at_ns)
        self._records.commit()
        untold, self._untold = self._untold, []
        for account, event, message in untold:
            for told in self.on_trade_update:
                told(account, event, message)

    def _end(self, order: Order, status: str, at_ns: int) -> None:
        order.status = status
        if status == "expired":
            order.expired_ns = at_ns
        else:
            order.canceled_ns = at_ns
        self._working.remove(order)
        self._trailing.remove(order.number)
        self._change(order, status, status, at_ns)

    def _change(self, order: Order, event: str, op: str, at_ns: int, fill: Fill | None = None) -> None:
        order.updated_ns = at_ns
        self._put_order(order)
        told: dict[str, object] = {"event": event, "timestamp": rfc3339(at_ns), "order": self.shape(order)}
        what = f"{order.symbol} {order.side} {order.status}"
        if fill is None:
            change = f"{order.number} {event} {at_ns} {order.filled_units}"
            told["execution_id"] = self.identity.uuid("change", change)
        else:
            what += f" {fill.qty_units} @ {fill.price_units} {fill.id}"
            told |= fill_shape(fill, self.exchange.instruments[Symbol(order.symbol)])
        self._history.record(op, account=order.account, client_order_id=order.client_order_id, what=what)
        message = msgspec.json.encode({"stream": "trade_updates", "data": told})
        self._untold.append((order.account, event, message))

    # ---------------------------------------------------------- persistence

    def _remember(self, order: Order) -> None:
        self.orders[order.number] = order
        self._by_id[order.id] = order.number
        self._by_client_id[order.account, order.client_order_id] = order.number
        if order.working:
            self._working.add(order)

    def _put_order(self, order: Order) -> None:
        self._records.put_order(order.number, order.account, order.client_order_id, msgspec.json.encode(order))

    def _put_account(self, account: Account) -> None:
        self._records.put_account(account.name, msgspec.json.encode(account))

    def _load(self, deposits: Mapping[str, Decimal]) -> None:
        for name, body in self._records.accounts().items():
            self.accounts[name] = msgspec.json.decode(body, type=Account)
        for name, deposit in deposits.items():
            if name not in self.accounts:
                now_ns = self.exchange.now_ns()
                account = Account(name=name, cash=deposit, created_ns=now_ns, last_equity=deposit)
                self.accounts[name] = account
                self._put_account(account)
        for stored in self._records.executions():
            self.fills.append(msgspec.json.decode(stored.body, type=Fill))
        for row in self._records.orders():
            order = msgspec.json.decode(row.body, type=Order)
            self._remember(order)
            self.exchange.reserve_numbers(order.number)
            if order.working:
                self._restore(order)
        self._records.commit()

    def _restore(self, order: Order) -> None:
        symbol = Symbol(order.symbol)
        if order.type == "trailing_stop" and not order.triggered:
            now_ns = self.exchange.now_ns()
            self._trailing.add(order, self.exchange.past_prints(symbol, order.submitted_ns + 1, now_ns + 1))
            return
        self.exchange.restore(
            symbol,
            terms_of(order, order.signed_side, order.left_units),
            number=order.number,
            placed_ns=order.submitted_ns,
            account=order.account,
        )
