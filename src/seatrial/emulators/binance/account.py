"""Everything the venue remembers of one account: wallet, orders, trades, order counts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from seatrial.domain.time import MILLISECOND_NS
from seatrial.emulators.binance import refusals
from seatrial.emulators.binance.numbers import text
from seatrial.emulators.binance.orders import Json, Order, Trade
from seatrial.emulators.binance.rates import OrderMeter
from seatrial.emulators.binance.wallet import Credentials, Wallet

COMMISSION_UNIT = Decimal("0.0001")  # makerCommission counts in basis points


class Account:
    """One account. Orders are found by the venue's id, or by the client's id (the latest that used it)."""

    def __init__(self, credentials: Credentials, wallet: Wallet, meter: OrderMeter) -> None:
        self.credentials = credentials
        self.wallet = wallet
        self.meter = meter
        self.orders: dict[int, Order] = {}
        self.trades: list[Trade] = []
        self._latest: dict[tuple[str, str], int] = {}
        self._open: dict[int, Order] = {}

    @property
    def name(self) -> str:
        """The account's name, ours."""
        return self.credentials.name

    def add(self, order: Order) -> None:
        """Remember a new order, or one read from the store."""
        self.orders[order.order_id] = order
        self._latest[order.symbol, order.client_order_id] = order.order_id
        if order.open:
            self._open[order.order_id] = order

    def finish(self, order: Order) -> None:
        """The order is open no more."""
        self._open.pop(order.order_id, None)

    def open_orders(self, symbol: str | None = None) -> list[Order]:
        """Open orders, oldest first."""
        return [order for order in self._open.values() if symbol is None or order.symbol == symbol]

    def is_open(self, symbol: str, client_order_id: str) -> bool:
        """Whether an open order uses this client id: then it cannot be used again."""
        order_id = self._latest.get((symbol, client_order_id))
        return order_id is not None and order_id in self._open

    def find(self, symbol: str, order_id: int | None, client_order_id: str | None) -> Order | None:
        """The order a request means. Where both ids are given, they must name the same order."""
        if order_id is None:
            if client_order_id is None:
                raise refusals.missing_both("origClientOrderId", "orderId")
            order_id = self._latest.get((symbol, client_order_id))
        order = None if order_id is None else self.orders.get(order_id)
        if order is None or order.symbol != symbol:
            return None
        if client_order_id is not None and order.client_order_id != client_order_id:
            return None
        return order

    def orders_of(self, symbol: str) -> Iterator[Order]:
        """All orders of a pair, oldest first."""
        return (order for order in self.orders.values() if order.symbol == symbol)

    def trades_of(self, symbol: str) -> Iterator[Trade]:
        """All trades of a pair, oldest first."""
        return (trade for trade in self.trades if trade.symbol == symbol)

    def body(self, fee_rate: Decimal, *, omit_zero: bool) -> Json:
        """The answer of `GET /account`."""
        fee = int(fee_rate / COMMISSION_UNIT)
        return {
            "makerCommission": fee,
            "takerCommission": fee,
            "buyerCommission": 0,
            "sellerCommission": 0,
            "commissionRates": {"maker": text(fee_rate), "taker": text(fee_rate), "buyer": text(Decimal(0))}
            | {"seller": text(Decimal(0))},
            "canTrade": True,
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
