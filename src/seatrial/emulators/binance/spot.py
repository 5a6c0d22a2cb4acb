"""The matching engine's face: it takes orders and cancels, and lets the exchange match them.

Where it departs from the venue, on purpose: in a market of replayed bars orders fill at its *prints*, never at their
arrival. A market order is then answered `NEW` without fills, as a marketable one is at the venue's own user stream
first, and its trades follow as `executionReport`s, at most twenty seconds of market time later. `IOC` and `FOK` orders
live until the next print, and a `LIMIT_MAKER` that the market has moved over by its first print expires there. In a
market with books an order meets the book before it is answered, as at the venue.

Times of orders and trades are market time. A request is committed before its answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from seatrial.emulators.binance import engine_refusals, settlement
from seatrial.emulators.binance.account import Account
from seatrial.emulators.binance.clearing import Clearing
from seatrial.emulators.binance.filters import Standing, check_filters, check_prices
from seatrial.emulators.binance.intake import Draft
from seatrial.emulators.binance.markets import Markets
from seatrial.emulators.binance.numbers import ZERO
from seatrial.emulators.binance.orders import NO_LIST, Order
from seatrial.emulators.binance.prevention import crossed

RESTRICTIONS = {"ONLY_NEW": "NEW", "ONLY_PARTIALLY_FILLED": "PARTIALLY_FILLED"}
ID_BITS = 88  # twenty-two characters, as the venue's own


@dataclass(frozen=True, slots=True)
class Cancelled:
    """An order taken back, and the id under which that was done."""

    order: Order
    cancel_id: str


@dataclass(frozen=True, slots=True)
class Aim:
    """Which order a cancel means, and on what condition."""

    symbol: str
    order_id: int | None
    client_order_id: str | None
    cancel_id: str | None = None
    restriction: str | None = None


class Spot:
    """All accounts of the venue. Raises `Refusal` where the venue says no."""

    def __init__(self, clearing: Clearing, markets: Markets, *, ids: Random) -> None:
        self.clearing = clearing
        self.exchange = clearing.exchange
        self.accounts = clearing.ledger.accounts
        self.markets = markets
        self._ids = ids

    # ------------------------------------------------------------------ checks

    def check_rules(self, account: Account, draft: Draft) -> None:
        """The filters: what is said before the matching engine sees an order."""
        rules = draft.rules
        symbol = rules.symbol
        if not account.credentials.can_trade:
            raise engine_refusals.may_not_trade()
        open_orders, open_algos = account.open_counts(symbol)
        position = ZERO if rules.position_max is None else account.position(symbol, rules.base)
        average = self.markets.pairs[symbol].recent_average()
        check_filters(draft, Standing(average, open_orders, open_algos, position))
        if self.exchange.full:
            raise engine_refusals.filter_failure("EXCHANGE_MAX_NUM_ORDERS")

    def check_market(self, account: Account, draft: Draft) -> None:
        """What the matching engine says of an order before it looks at balances."""
        symbol = draft.rules.symbol
        if self.exchange.ended:
            raise engine_refusals.market_closed()
        pair = self.markets.pairs[symbol]
        check_prices(draft, last=pair.last_price, quote=pair.quote() if draft.type == "LIMIT_MAKER" else None)
        if draft.type == "LIMIT_MAKER" and self._crosses_itself(account, draft):
            raise engine_refusals.would_take()
        if draft.client_order_id is not None and account.is_open(symbol, draft.client_order_id):
            raise engine_refusals.duplicate_order()

    def _crosses_itself(self, account: Account, draft: Draft) -> bool:
        """Own orders are on the venue's book like all others."""
        return not self.exchange.has_books and bool(crossed(account, draft, draft.price))

    # --------------------------------------------------------------- placing

    def place(self, account: Account, draft: Draft) -> Order:
        """Take an order. On return it is durable and working, or already filled."""
        order = self.take(account, draft)
        self.clearing.commit(self.exchange.settled_ns)
        return order

    def take(self, account: Account, draft: Draft) -> Order:
        """Take an order without committing it: the caller has more to do."""
        self.exchange.catch_up()
        account.meter.check()
        self.check_rules(account, draft)
        order = self.enter(account, draft)
        account.meter.add()
        return order

    def enter(self, account: Account, draft: Draft) -> Order:
        """Give a draft that passed the filters to the matching engine."""
        self.check_market(account, draft)
        pair = self.markets.pairs[draft.rules.symbol]
        quantity, reserved = settlement.needs_of(draft, pair)
        asset = settlement.reserved_asset_of(draft.side, draft.rules)
        account.wallet.reserve(asset, reserved)
        order = self.new_order(account, draft, quantity)
        order.reserved = reserved
        self.clearing.open(account, order)
        self.clearing.enter(account, order)
        self.exchange.meet_arrivals()
        return order

    def new_order(self, account: Account, draft: Draft, quantity: Decimal, *, list_id: int = NO_LIST) -> Order:
        """The order that a draft becomes; it locks nothing yet and the exchange does not know it."""
        number = self.exchange.take_number()
        now_ns = self.exchange.settled_ns
        return Order(
            account=account.name,
            symbol=draft.rules.symbol,
            order_id=number,
            client_order_id=draft.client_order_id or self.new_id(),
            side=draft.side,
            type=draft.type,
            time_in_force=draft.time_in_force,
            quantity=quantity,
            price=draft.price,
            stop_price=draft.stop_price,
            quote_order_qty=draft.quote_order_qty,
            created_ns=now_ns,
            updated_ns=now_ns,
            working_ns=None,
            entered_ns=None,
            reserved=ZERO,
            reserved_asset=settlement.reserved_asset_of(draft.side, draft.rules),
            budget_only=bool(draft.quote_order_qty) and draft.side == "BUY",
            strategy_id=draft.strategy_id,
            strategy_type=draft.strategy_type,
            list_id=list_id,
            iceberg_qty=draft.iceberg_qty,
            stp_mode=draft.stp_mode,
            trailing_delta=draft.trailing_delta,
        )

    # ------------------------------------------------------------- cancelling

    def cancel(self, account: Account, aim: Aim) -> list[Cancelled]:
        """Take an order back, and its list with it; -2011 where it is not open (any more)."""
        done = self.take_back(account, aim)
        self.clearing.commit(self.exchange.settled_ns)
        return done

    def take_back(self, account: Account, aim: Aim) -> list[Cancelled]:
        """The same without committing it: the caller has more to do."""
        self.exchange.catch_up()
        order = account.find(aim.symbol, aim.order_id, aim.client_order_id)
        if order is None or not order.open:
            raise engine_refusals.unknown_order()
        if aim.restriction is not None and order.status != RESTRICTIONS[aim.restriction]:
            raise engine_refusals.cancel_restricted()
        cancel_id = aim.cancel_id or self.new_id()
        concerned = [order, *self.clearing.linkage.others(account, order)]
        if not self.clearing.cancel(account, order, cancel_id):
            self.clearing.commit(self.exchange.settled_ns)
            raise engine_refusals.unknown_order()
        return [Cancelled(one, cancel_id) for one in concerned if one.status == "CANCELED"]

    def cancel_all(self, account: Account, symbol: str) -> list[Cancelled]:
        """Take back all open orders of a pair; -2011 where there is none."""
        self.exchange.catch_up()
        open_orders = account.open_orders(symbol)
        if not open_orders:
            raise engine_refusals.unknown_order()
        cancel_id = self.new_id()
        for order in open_orders:
            if order.open:
                self.clearing.cancel(account, order, cancel_id)
        self.clearing.commit(self.exchange.settled_ns)
        return [Cancelled(order, cancel_id) for order in open_orders if order.status == "CANCELED"]

    def new_id(self) -> str:
        """A client order id as the venue makes them when the client sends none."""
        return f"{self._ids.getrandbits(ID_BITS):022x}"
