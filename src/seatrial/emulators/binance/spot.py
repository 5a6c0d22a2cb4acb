"""The matching engine's face: it takes orders and cancels, and lets the exchange match them.

Where it departs from the venue, on purpose: the market is replayed, and orders fill at its *prints*, never
at their arrival. A market order is therefore answered `NEW` without fills, as a marketable one is at the
venue's own user stream first, and its trades follow as `executionReport`s, at most twenty seconds of
market time later. `IOC` and `FOK` orders live until the next print.
A `LIMIT_MAKER` that the market has moved over by its first print expires there.

Times of orders and trades are market time. A request is committed before its answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from seatrial.domain.ids import Symbol
from seatrial.domain.time import MINUTE_NS
from seatrial.emulators.binance import refusals, settlement
from seatrial.emulators.binance.account import Account
from seatrial.emulators.binance.clearing import Clearing, terms_of
from seatrial.emulators.binance.filters import check_filters, check_prices
from seatrial.emulators.binance.intake import Draft, new_order
from seatrial.emulators.binance.markets import Markets
from seatrial.emulators.binance.numbers import to_units
from seatrial.emulators.binance.orders import Order
from seatrial.emulators.binance.rules import AVERAGE_MINUTES

RESTRICTIONS = {"ONLY_NEW": "NEW", "ONLY_PARTIALLY_FILLED": "PARTIALLY_FILLED"}
_ID_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class Cancelled:
    """An order taken back, and the id under which that was done."""

    order: Order
    cancel_id: str


class Spot:
    """All accounts of the venue. Raises `Refusal` where the venue says no."""

    def __init__(self, clearing: Clearing, markets: Markets, *, ids: Random) -> None:
        self.clearing = clearing
        self.exchange = clearing.exchange
        self.accounts = clearing.ledger.accounts
        self.markets = markets
        self._ids = ids

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
        check_prices(draft, last=pair.last_price, quote=pair.quote())

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
            Symbol(draft.rules.symbol), terms_of(draft, to_units(quantity)), account=account.name
        )
        now_ns = self.exchange.settled_ns
        order = new_order(
            draft, account.name, number, client_order_id, quantity, reserved=(asset, amount), now_ns=now_ns
        )
        self.clearing.open(account, order)
        self.clearing.commit(now_ns)
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
        done = Cancelled(order, cancel_id or self.new_id())
        taken = self.clearing.cancel(account, order, done.cancel_id)
        self.clearing.commit(self.exchange.settled_ns)
        if not taken:
            raise refusals.unknown_order()
        return done

    def cancel_all(self, account: Account, symbol: str) -> list[Cancelled]:
        """Take back all open orders of a pair; -2011 where there is none."""
        self.exchange.catch_up()
        open_orders = account.open_orders(symbol)
        if not open_orders:
            raise refusals.unknown_order()
        cancel_id = self.new_id()
        taken = [order for order in open_orders if self.clearing.cancel(account, order, cancel_id)]
        self.clearing.commit(self.exchange.settled_ns)
        return [Cancelled(order, cancel_id) for order in taken]

    def new_id(self) -> str:
        """A client order id as the venue makes them when the client sends none."""
        return "".join(self._ids.choices(_ID_LETTERS, k=22))
