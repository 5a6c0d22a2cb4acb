"""Splits and dividends, booked to every account where the day of their ex-date begins, before anything trades in it.

Of a split the quantity moves and the cost stays; what is no whole share is paid out at the last price in new shares,
except of assets that trade in fractions. Open orders of the symbol are taken back. A dividend is cash at once: paid to
longs, owed by shorts. What is paid rounds down, what is owed rounds up. The real paper venue does less: it pays no
dividends.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from functools import partial
from math import floor

from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import DAY_NS, HOUR_NS, parse_rfc3339
from seatrial.emulators.alpaca.account import Account, Position
from seatrial.emulators.alpaca.account_book import AccountBook
from seatrial.emulators.alpaca.alarms import Alarms
from seatrial.emulators.alpaca.amounts import EXACT, MONEY, ZERO, qty_of, share_of
from seatrial.emulators.alpaca.bookings import DIVIDEND, IN_LIEU, SPLIT, Bookings
from seatrial.emulators.alpaca.corporate_actions import ListedAction
from seatrial.emulators.alpaca.lifecycle import Lifecycle
from seatrial.emulators.alpaca.order_register import OrderRegister
from seatrial.emulators.alpaca.order_router import OrderRouter
from seatrial.emulators.exchange import Exchange

DAY_BEGINS_NS = 5 * HOUR_NS  # midnight of New York's winter, in UTC: no session spans it in summer either
LAST_CLOSE_DAYS_MAX = 10  # a symbol that has not traded for longer has no last price, and its fractions are kept


class CorporateEvents:
    """Waits for the ex-dates of what is listed. Those before the market goes on are past, and booked already."""

    def __init__(
        self,
        exchange: Exchange,
        book: AccountBook,
        bookings: Bookings,
        register: OrderRegister,
        router: OrderRouter,
        lifecycle: Lifecycle,
        alarms: Alarms,
        listed: Sequence[ListedAction],
    ) -> None:
        self._exchange = exchange
        self._book = book
        self._bookings = bookings
        self._register = register
        self._router = router
        self._lifecycle = lifecycle
        # A dividend is told per share of before a split of the same day.
        for action in sorted(listed, key=lambda each: (each.ex_date, each.is_split)):
            at_ns = parse_rfc3339(f"{action.ex_date}T00:00:00Z") + DAY_BEGINS_NS
            if Symbol(action.symbol) not in exchange.instruments:
                continue
            if action.is_split:
                book.splits.setdefault(Symbol(action.symbol), []).append((at_ns, action.ratio))
            if at_ns > exchange.now_ns():
                alarms.set(at_ns, partial(self._happens, action))

    def _happens(self, action: ListedAction, at_ns: int) -> None:
        instrument = self._exchange.instruments[Symbol(action.symbol)]
        for account in self._book.accounts.values():
            if action.is_split:
                self._take_back(account.name, action.symbol, at_ns)
            held = account.positions.get(action.symbol)
            if held is None:
                continue
            if action.is_split:
                self._split(account, held, instrument, action.ratio, at_ns)
            else:
                owed = EXACT.multiply(qty_of(instrument, held.qty_units), action.rate)
                paid = owed.quantize(MONEY, rounding=ROUND_FLOOR, context=EXACT)
                account.cash += paid
                self._bookings.add(
                    account.name, DIVIDEND, action.symbol, at_ns, held.qty_units, per_share=action.rate, cash=paid
                )
            self._book.put(account)

    def _take_back(self, name: str, symbol: str, at_ns: int) -> None:
        for order in self._register.open.of(name):
            if order.symbol == symbol and order.open:
                self._router.withdraw(order)
                self._lifecycle.end(order, "canceled", at_ns)

    def _split(self, account: Account, held: Position, instrument: Instrument, ratio: Fraction, at_ns: int) -> None:
        side, exact = (1 if held.qty_units > 0 else -1), abs(held.qty_units) * ratio
        before = self._exchange.finished_bars(instrument.symbol, at_ns - LAST_CLOSE_DAYS_MAX * DAY_NS, at_ns)
        last_units = before[-1].close_units if before else 0
        whole_units = instrument.qty_scale if instrument.lot_units >= instrument.qty_scale and last_units else 1
        kept_units, after_units = floor(exact) // whole_units * whole_units, floor(exact)
        brought_units = side * after_units - held.qty_units
        self._bookings.add(account.name, SPLIT, instrument.symbol, at_ns, brought_units, moved_units=brought_units)
        lieu = cost = ZERO
        if whole_units > 1 and last_units:
            price_units = max(floor(last_units / ratio), 1)
            worth = side * (exact - kept_units) * price_units / (instrument.price_scale * instrument.qty_scale)
            lieu = Decimal(floor(worth / Fraction(MONEY))) * MONEY
            account.cash += lieu
        if kept_units < after_units:
            cost = share_of(held.cost, after_units - kept_units, after_units)
            held.cost -= cost
        if lieu or kept_units < after_units:
            paid_units = side * (kept_units - after_units)
            moved = {"moved_units": paid_units, "cash": lieu, "cost": -cost}
            self._bookings.add(account.name, IN_LIEU, instrument.symbol, at_ns, paid_units, **moved)
        held.qty_units = side * kept_units
        if not kept_units:
            del account.positions[instrument.symbol]
