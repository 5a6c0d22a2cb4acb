"""The trading desk of the emulated Alpaca: what clients ask of orders, and whether they may.

How a request gets to the market is in `arrivals`, what becomes of an order there in `lifecycle`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from seatrial.emulators.alpaca.account_book import AccountBook
from seatrial.emulators.alpaca.admission import OPPOSITE, admit, expected_units
from seatrial.emulators.alpaca.alarms import Alarms
from seatrial.emulators.alpaca.amounts import ZERO, amount_of
from seatrial.emulators.alpaca.arrivals import Arrivals
from seatrial.emulators.alpaca.assets import Listing, Listings, is_coin
from seatrial.emulators.alpaca.auctions import check_auction
from seatrial.emulators.alpaca.bookings import Bookings
from seatrial.emulators.alpaca.corporate_actions import ListedAction
from seatrial.emulators.alpaca.corporate_events import CorporateEvents
from seatrial.emulators.alpaca.eras import Era
from seatrial.emulators.alpaca.families import family_of
from seatrial.emulators.alpaca.fills import Fill, FillBook
from seatrial.emulators.alpaca.identity import Identity
from seatrial.emulators.alpaca.lifecycle import Lifecycle
from seatrial.emulators.alpaca.news import News
from seatrial.emulators.alpaca.open_orders import product_of
from seatrial.emulators.alpaca.order_register import OrderRegister
from seatrial.emulators.alpaca.order_router import OrderRouter
from seatrial.emulators.alpaca.order_shapes import Shape
from seatrial.emulators.alpaca.orders import Admission, Order, Ticket
from seatrial.emulators.alpaca.refusals import malformed, unprocessable
from seatrial.emulators.alpaca.replacement import check_replaceable, heir_of
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.history import History
from seatrial.emulators.store import VenueRecords


class Desk:
    """Orders, executions and accounts of the venue.

    Args:
        exchange: the market; the desk adds itself to its listeners.
        records: the venue's part of the store; whatever it holds is taken up again.
        identity: where ids come from.
        history: the operation history.
        deposits: names and first deposits in dollars; an account that is stored keeps what it has.
        listings: facts about assets that instruments do not know, by symbol.
        era: the rules of the day.
        route_ns: how long a request is on its way to the market.
        actions: splits and dividends that are booked to its accounts.
    """

    def __init__(
        self,
        exchange: Exchange,
        records: VenueRecords,
        identity: Identity,
        history: History,
        deposits: Mapping[str, Decimal],
        *,
        listings: Mapping[str, Listing],
        era: Era,
        route_ns: int = 0,
        actions: Sequence[ListedAction] = (),
    ) -> None:
        self.exchange = exchange
        self.identity = identity
        self.era = era
        self.listings = Listings(exchange.instruments, listings)
        self.register = OrderRegister(exchange.instruments, records)
        self.book = AccountBook(exchange, records, deposits, self.register.open.reserved)
        self.fills = FillBook(identity)
        self.bookings = Bookings(records, identity)
        self.news = News(exchange, records, identity, history)
        self._router = OrderRouter(exchange)
        self._alarms = Alarms(exchange, self.news.settle)
        self._lifecycle = Lifecycle(
            exchange, self.register, self.book, self.fills, self._router, self._alarms, self.news
        )
        self._arrivals = Arrivals(
            self.register, self._router, self._lifecycle, self._alarms, self.news, route_ns=route_ns
        )
        CorporateEvents(
            exchange, self.book, self.bookings, self.register, self._router, self._lifecycle, self._alarms, actions
        )
        self._take_up(records)
        self.news.on_durable.append(self.register.trim)
        exchange.on_settled.append(self.news.settle)

    # ------------------------------------------------------------ questions

    def catch_up(self) -> None:
        """Let everything happen that is due, so that the answer to a question is of now."""
        self.exchange.catch_up()
        self._alarms.ring_due()

    def shape(self, order: Order, *, status: str | None = None, nested: bool = False) -> Shape:
        """An order as JSON members, with its legs where they are rolled up."""
        shown = self.news.shape(order)
        if nested and order.legs:
            shown = {**shown, "legs": [self.news.shape(leg) for leg in self.register.legs(order)]}
        return shown if status is None else {**shown, "status": status}

    # ------------------------------------------------------------- commands

    def submit(self, account: str, ticket: Ticket) -> Order:
        """Take an order; it is durable once `news` says so.

        Raises:
            Refusal: the account may not or cannot.
        """
        self.catch_up()
        if ticket.client_order_id and self.register.is_taken(account, ticket.client_order_id):
            raise malformed("client_order_id must be unique")
        check_auction(ticket.time_in_force, self.exchange.tape.sessions, self.exchange.now_ns())
        if ticket.notional:
            ticket = self._sized(ticket)
        admission = self._admit(account, ticket)
        last_units = 0
        if ticket.type == "trailing_stop":
            last_units = self.book.last_price(ticket.symbol) or 0
            if not last_units:
                raise unprocessable(f"no market price for {ticket.symbol} yet: a trailing stop follows one")
        family = family_of(
            ticket,
            account,
            take_number=self.exchange.take_number,
            ids=self._ids,
            admission=admission,
            now_ns=self.exchange.settled_ns,
            expires_ns=self._lifecycle.hours.expires_ns(ticket.time_in_force, extended=ticket.extended_hours),
        )
        family[0].hwm_units = last_units
        for order in family:
            self.register.remember(order)
            self.news.put(order)
        self._arrivals.place(family[0], self.exchange.settled_ns)
        return family[0]

    def cancel(self, order: Order) -> None:
        """Take an order back, or ask for it.

        Raises:
            Refusal: 422, it is not open any more, or is being taken back already.
        """
        self.catch_up()
        if not order.open or order.status == "pending_cancel":
            raise unprocessable(f'order is already in "{order.status}" state')
        self._arrivals.cancel(order, self.exchange.settled_ns)

    def replace(self, order: Order, ticket: Ticket) -> Order:
        """Put another order in the place of one, or ask for it; returns the new one.

        Raises:
            Refusal: the order cannot be replaced any more, or the account cannot pay for the new one.
        """
        self.catch_up()
        check_replaceable(order)
        if ticket.client_order_id and self.register.is_taken(order.account, ticket.client_order_id):
            raise malformed("client_order_id must be unique")
        if ticket.time_in_force != order.time_in_force:
            check_auction(ticket.time_in_force, self.exchange.tape.sessions, self.exchange.now_ns())
        number = self.exchange.take_number()
        reserve_units = 0 if order.parent else self._admit(order.account, ticket, instead_of=order).reserve_units
        heir = heir_of(
            order,
            ticket,
            number=number,
            ids=self._ids(number, ticket.client_order_id),
            reserve_units=reserve_units,
            now_ns=self.exchange.settled_ns,
            expires_ns=self._lifecycle.hours.expires_ns(ticket.time_in_force, extended=ticket.extended_hours),
        )
        order.replaced_by = heir.id
        self.register.remember(heir, instead_of=order)
        self.news.put(heir)
        self._arrivals.replace(order, heir, self.exchange.settled_ns)
        return heir

    def reject(self, order: Order) -> None:
        """Let the market refuse an order that was taken already, as it sometimes does, and its family with it.

        Raises:
            Refusal: 422, it is not open any more.
        """
        self.catch_up()
        if not self._arrivals.take_back(order, "rejected", self.exchange.settled_ns):
            raise unprocessable(f'order is already in "{order.status}" state')

    # ---------------------------------------------------------------- parts

    def _admit(self, account: str, ticket: Ticket, *, instead_of: Order | None = None) -> Admission:
        standing, fills = self.book.standing(account), self.fills.of(account)
        self.era.check(ticket, self.book.accounts[account], standing, fills, self.exchange.settled_ns)
        side = "buy" if ticket.side > 0 else "sell"
        freed = ZERO
        if instead_of is not None:
            instrument = self.exchange.instruments[ticket.symbol]
            freed = amount_of(product_of(instead_of), instrument.price_scale * instrument.qty_scale)
        return admit(
            ticket,
            self.book.accounts[account],
            standing,
            self.exchange,
            closing=lambda: [
                order for order in self.register.open.closing(account, ticket.symbol, side) if order is not instead_of
            ],
            opposite=self.register.open.on_side(account, ticket.symbol, OPPOSITE[ticket.side]),
            freed=freed,
        )

    def _sized(self, ticket: Ticket) -> Ticket:
        """A notional order with the quantity that its amount buys at the price it is expected at."""
        instrument = self.exchange.instruments[ticket.symbol]
        price_units = expected_units(ticket, self.exchange)
        step_units = instrument.lot_units if is_coin(instrument) else 1
        scale = instrument.price_scale * instrument.qty_scale
        qty_units = int(ticket.notional * scale) // price_units // step_units * step_units
        if not qty_units:
            raise unprocessable("notional is less than the smallest quantity costs")
        return msgspec.structs.replace(ticket, qty_units=qty_units)

    def _ids(self, number: int, client_order_id: str) -> tuple[str, str]:
        """The venue's own id of an order, and the client's, which is ours where it gave none."""
        return self.identity.uuid("order", number), client_order_id or self.identity.uuid("client order", number)

    def _take_up(self, records: VenueRecords) -> None:
        """Go on with what the store holds."""
        for stored in records.executions():
            self.fills.add(msgspec.json.decode(stored.body, type=Fill))
        for row in records.orders():
            order = msgspec.json.decode(row.body, type=Order)
            self.register.remember(order)
            self.exchange.reserve_numbers(order.number)
        now_ns = self.exchange.now_ns()
        for order in list(self.register.open):
            if order.working:
                self._router.give_back(order)
                self._lifecycle.watch(order)
            self._arrivals.take_up(order, now_ns)
        records.commit()
        self.register.trim()
