"""What becomes of an order once it is taken: it opens, trades, ends; and its family with it (`venues.md` 3.1).

A bracket or OTO has an entry and legs. The legs are held until the entry is completely filled, then they exit the
position. Two exits are a pair, as in an OCO: what one of them trades the other has less of, and whichever comes to an
end ends the other. The stop-loss of a pair shows as held until it trades, though it watches the market all the time.
"""

from __future__ import annotations

from seatrial.core.book import Execution
from seatrial.domain.bars import Session
from seatrial.domain.ids import Symbol
from seatrial.emulators.alpaca.account_book import AccountBook
from seatrial.emulators.alpaca.alarms import Alarms
from seatrial.emulators.alpaca.fills import FillBook, fill_of
from seatrial.emulators.alpaca.hours import TradingHours
from seatrial.emulators.alpaca.lifetimes import status_of_end
from seatrial.emulators.alpaca.news import News
from seatrial.emulators.alpaca.order_register import OrderRegister
from seatrial.emulators.alpaca.order_router import OrderRouter
from seatrial.emulators.alpaca.orders import UNSETTLED, Order
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.timeline import Print

EVENT_OF_FILL = {False: "partial_fill", True: "fill"}


class Lifecycle:
    """Moves orders from state to state; the exchange calls it, and the desk for what clients ask."""

    def __init__(
        self,
        exchange: Exchange,
        register: OrderRegister,
        book: AccountBook,
        fills: FillBook,
        router: OrderRouter,
        alarms: Alarms,
        news: News,
    ) -> None:
        self._exchange = exchange
        self._register = register
        self._book = book
        self._fills = fills
        self._router = router
        self._alarms = alarms
        self._news = news
        self.hours = TradingHours(exchange)
        exchange.on_session_open.append(self._session_opens)
        exchange.on_session_close.append(self._session_closes)
        exchange.on_print.append(self._printed)
        exchange.on_execution.append(self._executed)
        exchange.on_ended.append(self._ended)

    # ------------------------------------------------------------ beginnings

    def begin(self, order: Order, at_ns: int, *, op: str = "accepted") -> None:
        """An order reaches the market: it is `new` in its hours and `accepted` outside of them."""
        self._router.place(order)
        is_open = self.hours.is_open(self._exchange.instruments[Symbol(order.symbol)], extended=order.extended_hours)
        order.status = "new" if is_open else "accepted"
        self._news.change(order, order.status, op, at_ns)
        self.watch(order)
        if order.order_class == "oco":
            self.activate(self._register.legs(order), at_ns)

    def watch(self, order: Order) -> None:
        """See to it that extended hours begin and end for an order although no session does."""
        if not order.extended_hours:
            return
        self._alarms.set(order.expires_ns, lambda at_ns: self._expire(order, at_ns))
        if order.status == "accepted":
            self._alarms.set(self.hours.opens_ns(), lambda at_ns: self._open(order, at_ns))

    def activate(self, legs: list[Order], at_ns: int) -> None:
        """Let legs work; those of a pair as one that shows and one that is held."""
        for leg in legs:
            if leg.status != "held" or leg.working:
                continue
            self._router.place(leg)
            if leg.paired_stop:
                self._news.put(leg)
            else:
                leg.status = "new"
                self._news.change(leg, "new", "activated", at_ns)

    def _open(self, order: Order, at_ns: int) -> None:
        if order.status in ("accepted", "held"):
            order.status = "new"
            self._news.change(order, "new", "opened", at_ns)

    # ---------------------------------------------------------------- ends

    def end(self, order: Order, status: str, at_ns: int) -> None:
        """What is left of an order ends, and its family with it."""
        self.close(order, status, at_ns)
        for one in self._register.kin(order):
            if one.open:
                self._router.withdraw(one)
                self.close(one, status if status == "expired" else "canceled", at_ns)

    def close(self, order: Order, status: str, at_ns: int) -> None:
        """What is left of an order ends, and nothing else."""
        order.status, order.working = status, False
        if status == "expired":
            order.expired_ns = at_ns
        elif status == "replaced":
            order.replaced_ns = at_ns
        elif status == "rejected":
            order.failed_ns = at_ns
        else:
            order.canceled_ns = at_ns
        self._register.open.remove(order)
        self._news.change(order, status, status, at_ns)

    def _expire(self, order: Order, at_ns: int) -> None:
        """A day is over for an order. One that has traded is done for the day before it expires."""
        if not order.open:
            return
        self._router.withdraw(order)
        if order.filled_units and order.time_in_force == "day":
            order.status = "done_for_day"
            self._news.change(order, "done_for_day", "done_for_day", at_ns)
        self.end(order, "expired", at_ns)

    # ----------------------------------------------------------- the market

    def _session_opens(self, _: Session, at_ns: int) -> None:
        for order in list(self._register.open):
            if order.status == "accepted":
                self._open(order, at_ns)

    def _session_closes(self, _: Session, at_ns: int) -> None:
        for order in list(self._register.open):
            if order.time_in_force == "cls" or order.expires_ns <= at_ns:
                self._expire(order, at_ns)
        self._book.close_day()

    def _printed(self, market: Print) -> None:
        for order in self._router.hear(market):
            self._news.put(order)

    def _ended(self, _: Symbol, trade: Execution, at_ns: int) -> None:
        order = self._register.order(trade.number)
        self.end(order, status_of_end(order.time_in_force), at_ns)

    def _executed(self, symbol: Symbol, trade: Execution, at_ns: int) -> None:
        order = self._register.order(trade.number)
        self._open(order, at_ns)  # it trades before anybody said that it is new
        account = self._book.accounts[order.account]
        account.post(self._exchange.instruments[symbol], order.signed_side, trade.price_units, trade.qty_units)
        order.filled_units += trade.qty_units
        order.filled_product += trade.qty_units * trade.price_units
        done = not order.left_units
        if done:
            order.status, order.filled_ns, order.working = "filled", at_ns, False
        elif order.status not in UNSETTLED:
            order.status = "partially_filled"
        self._register.open.traded(order, trade.qty_units)
        fill = fill_of(order, trade, self._fills.next_name, at_ns, account.held_units(symbol))
        self._fills.add(fill)
        self._news.add_fill(fill)
        self._book.put(account)
        self._news.change(order, EVENT_OF_FILL[done], "executed", at_ns, fill)
        self._tell_family(order, trade.qty_units, at_ns)

    def _tell_family(self, order: Order, qty_units: int, at_ns: int) -> None:
        """What a trade of one means for the others."""
        if order.part == "entry":
            if order.status == "filled":
                self.activate(self._register.legs(order), at_ns)
            return
        for one in self._register.kin(order):
            if not one.open or one.part == "entry":
                continue
            if one.left_units > qty_units:
                self._router.shrink(one, qty_units)
                self._news.put(one)
            else:
                self._router.withdraw(one)
                self.close(one, "canceled", at_ns)
