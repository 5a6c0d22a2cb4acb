"""A small desk to test the machine on: two accounts, three instruments, and words to move them."""

from __future__ import annotations

from typing import TypeVar

from seatrial.core.machine import Machine
from seatrial.domain.bars import Bar
from seatrial.domain.effects import Approved, CancelOrder, Effect, Parked, Refused
from seatrial.domain.facts import (
    BarClosed,
    CancelRequest,
    Command,
    CommandKind,
    Fact,
    Fill,
    OrderRequest,
    Rebalance,
    Report,
    Sent,
    Target,
    Transfer,
)
from seatrial.domain.ids import AccountId, ClientOrderId, ExecutionId, JournalEpoch, StrategyId, Symbol
from seatrial.domain.instrument import Instrument, binance_spot, us_equity
from seatrial.domain.limits import Account, RiskLimits
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.orders import OrderClass, OrderStatus, OrderType, Side, TimeInForce
from seatrial.domain.time import MINUTE_NS, SECOND_NS

OPEN_NS = 1_549_895_400 * SECOND_NS  # Monday 2019-02-11 14:30 UTC
STOCKS = AccountId("alpaca")
COINS = AccountId("binance")
INSTRUMENTS: dict[str, tuple[AccountId, Instrument]] = {
    "AAPL": (STOCKS, us_equity("AAPL")),
    "SPY": (STOCKS, us_equity("SPY")),
    "BTCUSDT": (COINS, binance_spot("BTC", "USDT", tick="0.01", lot="0.00001")),
}

Kind = TypeVar("Kind")


class Desk:
    """A funded machine, the minute it is, and everything it was told."""

    def __init__(self, limits: RiskLimits | None = None) -> None:
        self.limits = limits or RiskLimits()
        self.machine = self.fresh()
        self.minute = 0
        self.told: list[tuple[Fact, tuple[Effect, ...]]] = []
        self._executions = 0
        for account, currency in ((STOCKS, "USD"), (COINS, "USDT")):
            self.tell(Transfer(OPEN_NS, account, Currency(currency), 100_000 * CASH_SCALE))

    def fresh(self) -> Machine:
        accounts = [
            Account(STOCKS, INSTRUMENTS["AAPL"][1].venue, Currency("USD"), "XNYS", self.limits),
            Account(COINS, INSTRUMENTS["BTCUSDT"][1].venue, Currency("USDT"), "24x7", self.limits),
        ]
        return Machine(accounts, list(INSTRUMENTS.values()), JournalEpoch("test"))

    @property
    def now_ns(self) -> int:
        return OPEN_NS + self.minute * MINUTE_NS

    def tell(self, fact: Fact) -> tuple[Effect, ...]:
        effects = self.machine.step(fact)
        self.told.append((fact, effects))
        return effects

    def bar(self, symbol: str, price: str, minutes: int = 1, **extremes: str) -> tuple[Effect, ...]:
        """A bar that closes at `price`; `low` and `high` where it went elsewhere before."""
        account, inst = INSTRUMENTS[symbol]
        units = inst.parse_price(price)
        low, high = (inst.parse_price(extremes.get(name, price)) for name in ("low", "high"))
        start_ns = self.now_ns
        self.minute += minutes
        bar = Bar(inst.symbol, start_ns, self.now_ns, units, high, low, units, 10**15)
        return self.tell(BarClosed(account, bar))

    def target(self, symbol: str, qty: str, strategy: str = "trend") -> tuple[Effect, ...]:
        account, inst = INSTRUMENTS[symbol]
        wish = Target(self.now_ns, account, StrategyId(strategy), inst.symbol, self.now_ns, inst.parse_qty(qty))
        self.tell(wish)
        return self.tell(Rebalance(self.now_ns, account, inst.symbol, self.now_ns))

    def order(self, symbol: str, side: str, qty: str, **rest: str) -> tuple[Effect, ...]:
        """Ask for an order. Its prices, its trail (`2` or `2%`), legs and flags are named; its type follows."""
        account, inst = INSTRUMENTS[symbol]
        price = {name: inst.parse_price(rest.get(name, "0")) for name in ("limit", "stop", "profit", "loss", "then")}
        trail = rest.get("trail", "0")
        return self.tell(
            OrderRequest(
                at_ns=self.now_ns,
                account=account,
                strategy=StrategyId("maker"),
                symbol=inst.symbol,
                side=Side[side.upper()],
                type=_type_of(rest),
                time_in_force=TimeInForce[rest.get("tif", "GTC")],
                qty_units=inst.parse_qty(qty),
                limit_units=price["limit"],
                stop_units=price["stop"],
                client_order_id=ClientOrderId(rest["id"]) if "id" in rest else None,
                batch_ns=self.now_ns,
                reduce_only="reduce" in rest,
                expires_at_ns=self.now_ns + int(rest.get("minutes", "0")) * MINUTE_NS if "minutes" in rest else 0,
                trail_units=0 if trail.endswith("%") else inst.parse_price(trail),
                trail_ppm=int(trail[:-1]) * 10_000 if trail.endswith("%") else 0,
                notional_units=int(rest.get("notional", "0")) * CASH_SCALE,
                order_class=OrderClass[rest.get("cls", "SIMPLE")],
                take_profit_units=price["profit"],
                stop_loss_units=price["loss"],
                stop_loss_limit_units=price["then"],
            )
        )

    def cancel(self, order: Approved | Parked) -> tuple[Effect, ...]:
        return self.tell(CancelRequest(self.now_ns, order.client_order_id))

    def say(self, kind: CommandKind) -> tuple[Effect, ...]:
        return self.tell(Command(self.now_ns, kind, "ops", "test"))

    def status(self, order: Approved | Parked | CancelOrder) -> OrderStatus:
        view = self.machine.order(order.client_order_id)
        assert view is not None
        return view.status

    def works(self, order: Approved) -> None:
        self.tell(Sent(self.now_ns, order.client_order_id))
        self.report(order, OrderStatus.WORKING)

    def report(self, order: Approved | CancelOrder, status: OrderStatus) -> tuple[Effect, ...]:
        return self.tell(Report(self.now_ns, order.client_order_id, status))

    def fill(self, order: Approved, price: str, qty: str | None = None) -> tuple[Effect, ...]:
        account, inst = INSTRUMENTS[order.symbol]
        self._executions += 1
        return self.tell(
            Fill(
                at_ns=self.now_ns,
                account=account,
                client_order_id=order.client_order_id,
                execution_id=ExecutionId(f"x{self._executions}"),
                symbol=inst.symbol,
                side=order.side,
                qty_units=inst.parse_qty(qty) if qty else order.qty_units,
                price_units=inst.parse_price(price),
                fee_units=0,
                fee_currency=inst.quote,
            )
        )

    def hold(self, symbol: str, qty: str, price: str) -> None:
        """Come to hold a position through the ordinary path."""
        self.bar(symbol, price)
        order = approved(self.target(symbol, qty))
        self.works(order)
        self.fill(order, price)

    def qty(self, symbol: str) -> int:
        account, inst = INSTRUMENTS[symbol]
        return self.machine.position(account, Symbol(symbol)).qty_units // inst.lot_units


def _type_of(rest: dict[str, str]) -> OrderType:
    if "trail" in rest:
        return OrderType.TRAILING_STOP
    if "limit" in rest:
        return OrderType.STOP_LIMIT if "stop" in rest else OrderType.LIMIT
    return OrderType.STOP if "stop" in rest else OrderType.MARKET


def of_kind(effects: tuple[Effect, ...], kind: type[Kind]) -> list[Kind]:
    """The effects of one kind, in order."""
    return [effect for effect in effects if isinstance(effect, kind)]


def approved(effects: tuple[Effect, ...]) -> Approved:
    (effect,) = effects
    assert isinstance(effect, Approved), effect
    return effect


def refused(effects: tuple[Effect, ...]) -> Refused:
    (effect,) = effects
    assert isinstance(effect, Refused), effect
    return effect
