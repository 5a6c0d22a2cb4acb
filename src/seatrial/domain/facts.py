"""Facts go into the machine, effects come out. Both are journalled, and nothing else happened.

Every number is an integer on its instrument's grid; `at_ns` is market time, given by the source of
the fact. A strategy's decision is a fact (`Target`, `OrderRequest`, `CancelRequest`), so a replay
never runs a strategy.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from seatrial.domain.bars import Bar
from seatrial.domain.ids import AccountId, ClientOrderId, ExecutionId, StrategyId, Symbol, VenueOrderId
from seatrial.domain.money import Currency
from seatrial.domain.money_facts import BorrowFee, BusinessDay, CashDividend, FxRate, Interest, Split
from seatrial.domain.orders import OrderClass, OrderStatus, OrderType, Side, TimeInForce


@dataclass(frozen=True, slots=True)
class BarClosed:
    """The market's word: one finished bar. Its `at_ns` is the bar's end."""

    account: AccountId
    bar: Bar

    @property
    def at_ns(self) -> int:
        return self.bar.end_ns


@dataclass(frozen=True, slots=True)
class Target:
    """A strategy wants to hold this much: `quantity_units`, or `weight_ppm` millionths of the account's equity.

    Exactly one of the two is given. `decided_at_ns` names the decision batch.
    """

    at_ns: int
    account: AccountId
    strategy: StrategyId
    symbol: Symbol
    decided_at_ns: int
    quantity_units: int | None = None
    weight_ppm: int | None = None
    inputs_digest: str = ""


@dataclass(frozen=True, slots=True)
class Rebalance:
    """A decision batch is complete for one symbol: net all targets and size the difference."""

    at_ns: int
    account: AccountId
    symbol: Symbol
    batch_ns: int


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """Someone asks for one explicit order. Prices, trails and amounts are 0 where the order has none.

    Exactly one of `qty_units` and `notional_units` (cash units to spend or to raise) is above 0. A trailing stop has
    one of `trail_units` and `trail_ppm`. `expires_at_ns` belongs to GTD. The last three prices belong to an
    `order_class` other than SIMPLE.
    """

    at_ns: int
    account: AccountId
    strategy: StrategyId
    symbol: Symbol
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    qty_units: int
    limit_units: int = 0
    stop_units: int = 0
    client_order_id: ClientOrderId | None = None
    batch_ns: int = 0
    post_only: bool = False
    reduce_only: bool = False
    extended_hours: bool = False
    expires_at_ns: int = 0
    trail_units: int = 0
    trail_ppm: int = 0
    notional_units: int = 0
    order_class: OrderClass = OrderClass.SIMPLE
    take_profit_units: int = 0
    stop_loss_units: int = 0
    stop_loss_limit_units: int = 0


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """Someone asks that a working order be cancelled."""

    at_ns: int
    client_order_id: ClientOrderId
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """The order left for the venue. Journalled before the send, so a crash after it means `unknown`."""

    at_ns: int
    client_order_id: ClientOrderId


@dataclass(frozen=True, slots=True)
class Report:
    """The venue's word on an order: its status, never its fills."""

    at_ns: int
    client_order_id: ClientOrderId
    status: OrderStatus
    venue_order_id: VenueOrderId | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Fill:
    """The venue's word: a trade happened. `execution_id` is the venue's, unique per account and symbol."""

    at_ns: int
    account: AccountId
    client_order_id: ClientOrderId
    execution_id: ExecutionId
    symbol: Symbol
    side: Side
    qty_units: int
    price_units: int
    fee_units: int
    fee_currency: Currency  # the base coin's fee is in quantity units, any other's in cash units


class CommandKind(StrEnum):
    """What an operator, or watch, can say."""

    HALT = "halt"
    RESUME = "resume"
    KILL = "kill"
    RESET_BREAKER = "reset_breaker"
    CLOSE_ONLY = "close_only"


@dataclass(frozen=True, slots=True)
class Command:
    """A word from outside. Halts and close-only latch; only a later RESUME lifts them."""

    at_ns: int
    kind: CommandKind
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """Cash or coin moved in (+) or out (-) without a trade: the opening balance, a deposit."""

    at_ns: int
    account: AccountId
    currency: Currency
    amount_units: int  # cash units for money; quantity units where `symbol` is given
    symbol: Symbol | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LimitsChanged:
    """An operator sets one limit of an account, or of one of its symbols. It never loosens what the settings say.

    `limit` is a field of `RiskLimits`, or of `SymbolLimits` where `symbol` is given; `value` is in its unit, 0 or 1 for
    a flag. None takes back what an operator said before: the settings' own value holds again.
    """

    at_ns: int
    account: AccountId
    limit: str
    value: int | None
    actor: str
    reason: str
    symbol: Symbol | None = None


def limit_said(fact: LimitsChanged) -> str:
    """The word on a limit in one line; the value in the limit's own whole units."""
    whose = fact.account if fact.symbol is None else f"{fact.account} {fact.symbol}"
    return f"{whose} {fact.limit} {'as the settings say' if fact.value is None else f'= {fact.value}'}"


@dataclass(frozen=True, slots=True)
class Timer:
    """Time passed: lets cooldowns end where no market fact would tell."""

    at_ns: int


MoneyFact = Split | CashDividend | BusinessDay | Interest | BorrowFee | FxRate

Fact = (
    BarClosed
    | Target
    | Rebalance
    | OrderRequest
    | CancelRequest
    | Sent
    | Report
    | Fill
    | Command
    | Transfer
    | Timer
    | Split
    | CashDividend
    | BusinessDay
    | Interest
    | BorrowFee
    | FxRate
    | LimitsChanged
)
