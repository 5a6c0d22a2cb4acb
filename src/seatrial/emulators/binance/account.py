"""Everything the venue remembers of one account: wallet, orders, lists, trades, prevented matches, order counts.

Open orders and lists and those that ended last are at hand; what is older is where the store has it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from seatrial.domain.time import MILLISECOND_NS
from seatrial.emulators.binance import refusals
from seatrial.emulators.binance.numbers import ZERO, text
from seatrial.emulators.binance.order_lists import OrderList
from seatrial.emulators.binance.orders import NO_LIST, Json, Order, PreventedMatch, Trade
from seatrial.emulators.binance.past import Past
from seatrial.emulators.binance.rates import OrderMeter
from seatrial.emulators.binance.wallet import Credentials, Rates, Wallet

TRADES_AT_ARRIVAL_MAX = 1_000  # what an answer to a new order can tell of its fills
ENDED_AT_HAND_MAX = 1_000  # orders of one account
LISTS_AT_HAND_MAX = 500  # besides the open ones
MATCHES_AT_HAND_MAX = 1_000
TRADES_AT_HAND_MAX = 4 * TRADES_AT_ARRIVAL_MAX
COMMISSION_UNIT = Decimal("0.0001")  # makerCommission counts in basis points


class Account:
    """One account. Orders are found by the venue's id, or by the client's id (the latest that used it)."""

    def __init__(self, credentials: Credentials, wallet: Wallet, meter: OrderMeter, past: Past) -> None:
        self.credentials = credentials
        self.name = credentials.name
        self.wallet = wallet
        self.meter = meter
        self.past = past
        self._at_hand: dict[int, Order] = {}
        self._ended: deque[int] = deque()
        self._traded: deque[Trade] = deque(maxlen=TRADES_AT_HAND_MAX)
        self._lists: dict[int, OrderList] = {}
        self._matches: deque[PreventedMatch] = deque(maxlen=MATCHES_AT_HAND_MAX)
        self._latest: dict[tuple[str, str], int] = {}
        self._open: dict[str, dict[int, Order]] = {}
        self._algos: dict[str, int] = {}

    def add(self, order: Order) -> None:
        """Remember an order, new or of the store. One of a list is known before it enters: it counts once."""
        is_known = order.order_id in self._open.get(order.symbol, ())
        self._at_hand[order.order_id] = order
        self._latest[order.symbol, order.client_order_id] = order.order_id
        if order.open:
            self._open.setdefault(order.symbol, {})[order.order_id] = order
            if order.algo and not is_known:
                self._algos[order.symbol] = self._algos.get(order.symbol, 0) + 1

    def rename(self, order: Order, client_order_id: str) -> None:
        """The order has another client id from now on."""
        former = order.symbol, order.client_order_id
        self._latest.pop(former, None)
        order.client_order_id = client_order_id
        self._latest[order.symbol, client_order_id] = order.order_id
        for other in self._at_hand.values():  # an older one that had the name before is meant by it again
            if (other.symbol, other.client_order_id) == former:
                self._latest[former] = max(other.order_id, self._latest.get(former, 0))

    def finish(self, order: Order) -> None:
        """The order is open no more."""
        if self._open.get(order.symbol, {}).pop(order.order_id, None) is None:
            return
        self._ended.append(order.order_id)
        if order.algo:
            self._algos[order.symbol] -= 1

    def traded(self, trade: Trade) -> None:
        """A new trade."""
        self._traded.append(trade)

    def list_up(self, group: OrderList) -> None:
        """A new order list, or one read from the store."""
        self._lists[group.list_id] = group

    def prevented(self, match: PreventedMatch) -> None:
        """A trade with itself that the account was kept from."""
        self._matches.append(match)

    def trim(self) -> list[int]:
        """Everything is durable: let go of what ended longest ago, and tell which orders that were."""
        gone = []
        while len(self._ended) > ENDED_AT_HAND_MAX:
            order = self._at_hand.pop(self._ended.popleft())
            gone.append(order.order_id)
            name = order.symbol, order.client_order_id
            if self._latest.get(name) == order.order_id:
                del self._latest[name]
        if len(self._lists) > 2 * LISTS_AT_HAND_MAX:
            ended = [group.list_id for group in self._lists.values() if not self.list_is_open(group)]
            for list_id in ended[: max(0, len(ended) - LISTS_AT_HAND_MAX)]:
                del self._lists[list_id]
        return gone

    # ------------------------------------------------------------------ orders

    @property
    def orders(self) -> Mapping[int, Order]:
        """Every order it ever had, by id, oldest first; read from the store for who checks them all."""
        return {order.order_id: order for order in self.orders_from(0, newest_first=False)}

    @property
    def trades(self) -> list[Trade]:
        """Every trade it ever had, oldest first; read from the store for who checks them all."""
        return list(self.past.trades(newest_first=False))

    def order(self, order_id: int) -> Order | None:
        """An order by the venue's id."""
        found = self._at_hand.get(order_id)
        return self.past.order(order_id) if found is None else found

    def open_orders(self, symbol: str | None = None) -> list[Order]:
        """Open orders, oldest first."""
        if symbol is not None:
            return list(self._open.get(symbol, {}).values())
        found = (order for orders in self._open.values() for order in orders.values())
        return sorted(found, key=lambda order: order.order_id)

    def open_counts(self, symbol: str) -> tuple[int, int]:
        """How many orders of a pair are open, and how many of them have a trigger."""
        return len(self._open.get(symbol, ())), self._algos.get(symbol, 0)

    def position(self, symbol: str, base: str) -> Decimal:
        """What it has of the base asset, and what its open buys may add."""
        held = self.wallet.of(base)
        coming = (order.left for order in self._open.get(symbol, {}).values() if order.side == "BUY")
        return held.free + held.locked + sum(coming, ZERO)

    def is_open(self, symbol: str, client_order_id: str) -> bool:
        """Whether an open order uses this client id: then it cannot be used again."""
        order_id = self._latest.get((symbol, client_order_id))
        return order_id is not None and order_id in self._open.get(symbol, ())

    def find(self, symbol: str, order_id: int | None, client_order_id: str | None) -> Order | None:
        """The order a request means. Where both ids are given, they must name the same order."""
        if order_id is None:
            if client_order_id is None:
                raise refusals.missing_both("origClientOrderId", "orderId")
            order_id = self._latest.get((symbol, client_order_id))
            if order_id is None:
                order_id = self.past.latest(symbol, client_order_id, self._at_hand)
        order = None if order_id is None else self.order(order_id)
        if order is None or order.symbol != symbol:
            return None
        if client_order_id is not None and order.client_order_id != client_order_id:
            return None
        return order

    def orders_from(self, since: int, *, newest_first: bool) -> Iterator[Order]:
        """All orders from an id on."""
        for stored in self.past.orders(since, newest_first=newest_first):
            yield self._at_hand.get(stored.order_id, stored)

    def trades_of_order(self, order: Order) -> list[Trade]:
        """The trades of an order that was placed just now, oldest first."""
        found: list[Trade] = []
        for trade in reversed(self._traded):
            if len(found) == TRADES_AT_ARRIVAL_MAX or trade.at_ns < order.created_ns:
                break
            if trade.order_id == order.order_id:
                found.append(trade)
        return found[::-1]

    def matches_of_order(self, order: Order) -> list[PreventedMatch]:
        """The trades with itself that an order was kept from as the taker."""
        if order.prevented_match_id is None and order.stp_mode == "NONE":
            return []
        found: list[PreventedMatch] = []
        for match in reversed(self._matches):
            if match.at_ns < order.created_ns:
                break
            if match.taker_order_id == order.order_id:
                found.append(match)
        return found[::-1]

    # ------------------------------------------------------------------- lists

    def list_of(self, order: Order) -> OrderList | None:
        """The list an order belongs to, None for one that stands alone."""
        return None if order.list_id == NO_LIST else self.find_list(order.list_id, None)

    def members(self, group: OrderList) -> list[Order]:
        """The orders of a list, in the order in which they were placed."""
        return self.orders_by(group.order_ids)

    def orders_by(self, order_ids: Iterable[int]) -> list[Order]:
        """Orders by the venue's ids."""
        return [order for order in map(self.order, order_ids) if order is not None]

    def list_is_open(self, group: OrderList) -> bool:
        """Whether any order of the list is open; those that are, are at hand."""
        found = map(self._at_hand.get, group.order_ids)
        return any(order is not None and order.open for order in found)

    def open_lists(self) -> list[OrderList]:
        """Lists with an open order, oldest first."""
        return [group for group in self._lists.values() if self.list_is_open(group)]

    def open_list_count(self, symbol: str) -> int:
        """How many lists of a pair have open orders."""
        return len({order.list_id for order in self._open.get(symbol, {}).values()} - {NO_LIST})

    def list_id_is_open(self, client_id: str) -> bool:
        """Whether an open list uses this client id."""
        return any(group.client_id == client_id and self.list_is_open(group) for group in self._lists.values())

    def find_list(self, list_id: int | None, client_id: str | None) -> OrderList | None:
        """A list by the venue's id, or else the latest that used the client's id."""
        if list_id is not None and list_id in self._lists:
            return self._lists[list_id]
        for one in self.past.lists(newest_first=True):
            if list_id == one.list_id or (list_id is None and client_id == one.client_id):
                return one
        return None

    # -------------------------------------------------------------------- body

    def body(self, rates: Rates, *, omit_zero: bool) -> Json:
        """The answer of `GET /account`."""
        return {
            "makerCommission": int(rates.maker / COMMISSION_UNIT),
            "takerCommission": int(rates.taker / COMMISSION_UNIT),
            "buyerCommission": 0,
            "sellerCommission": 0,
            "commissionRates": {"maker": text(rates.maker), "taker": text(rates.taker), "buyer": text(ZERO)}
            | {"seller": text(ZERO)},
            "canTrade": self.credentials.can_trade,
            "canWithdraw": False,
            "canDeposit": False,
            "brokered": False,
            "requireSelfTradePrevention": False,
            "preventSor": False,
            "updateTime": self.wallet.updated_ns // MILLISECOND_NS,
            "accountType": "SPOT",
            "balances": self.wallet.rows(omit_zero=omit_zero),
            "permissions": ["SPOT"],
            "uid": self.wallet.uid,
        }
