"""What execution answers: orders, positions, refusals of risk, the operator's words. Times are market time."""

from __future__ import annotations

from typing import Literal

import msgspec

from seatrial.services.api.numbers import NumberText, When


class OrderAnswer(msgspec.Struct):
    """One order. `order_id` and `client_order_id` are the same; `venue_order_id` is the venue's."""

    order_id: str
    client_order_id: str
    venue_order_id: str | None
    account: str
    symbol: str
    side: Literal["buy", "sell"]
    type: str
    time_in_force: str
    quantity: NumberText
    filled_quantity: NumberText
    price: NumberText | None
    stop_price: NumberText | None
    trail_price: NumberText | None
    trail_percent: NumberText | None
    post_only: bool
    reduce_only: bool
    extended_hours: bool
    expires_at: When | None
    parent: str | None
    parked: bool
    status: str
    strategy: str
    reason: str | None
    message: str | None
    created_at: When


class RiskSaid(msgspec.Struct):
    """Whether risk let it through."""

    approved: bool


class TakenOrder(OrderAnswer):
    """An order that risk approved and the journal keeps."""

    risk: RiskSaid


class ReplacedOrder(TakenOrder):
    """The new order, and the one that was taken back for it."""

    replaces: str


class OrdersAnswer(msgspec.Struct):
    """A page of orders, newest first; `count` is how many there are in all."""

    orders: list[OrderAnswer]
    count: int


class CancelAnswer(msgspec.Struct):
    """Asked for, which is not yet done: a fill may still win."""

    order_id: str
    status: Literal["cancel_requested"]


class CancelAllAnswer(msgspec.Struct):
    """The ids whose cancel was asked for."""

    cancel_requested: list[str]


class PositionRow(msgspec.Struct):
    """What is held of one symbol; `as_of` is the market time of `last_price`."""

    account: str
    symbol: str
    quantity: NumberText
    cost: NumberText
    average_price: NumberText | None
    market_value: NumberText
    realized: NumberText
    working_buy: NumberText
    working_sell: NumberText
    last_price: NumberText | None
    as_of: When | None


class AccountRow(msgspec.Struct):
    """One account's money, in its own currency."""

    account: str
    currency: str
    cash: NumberText
    equity: NumberText
    breaker: str


class PositionsAnswer(msgspec.Struct):
    """Everything held, and the cash beside it."""

    positions: list[PositionRow]
    accounts: list[AccountRow]


class RefusedRow(msgspec.Struct):
    """Risk's no: which rule, its limit and what was asked, in the rule's own whole units."""

    symbol: str
    side: Literal["buy", "sell"]
    quantity_units: int
    code: str
    limit: int
    actual: int


class RiskRefusal(msgspec.Struct):
    """422: a field is wrong (`invalid_field`), or risk said no (`risk_refused`, with the rule's numbers)."""

    error: str
    message: str
    field: str | None = None
    accepted: str | None = None
    symbol: str | None = None
    side: Literal["buy", "sell"] | None = None
    quantity_units: int | None = None
    code: str | None = None
    limit: int | None = None
    actual: int | None = None
    risk: RiskSaid | None = None
    replaces: str | None = None


class BatchAnswer(msgspec.Struct):
    """What a decision led to. `duplicate` says it had been decided before and nothing new was done."""

    strategy: str
    account: str
    decided_at: When
    decided_at_ns: int
    duplicate: bool
    approved: list[OrderAnswer]
    refused: list[RefusedRow]
    cancels: list[str]


class WordAnswer(msgspec.Struct):
    """The state after a word; `journalled` says whether it is durable already."""

    halted: bool
    close_only: bool
    reason: str | None
    journalled: bool


class SettingAnswer(msgspec.Struct):
    """One effective setting and who chose it."""

    value: str | int | float | bool | None
    source: str


class ConfigAnswer(msgspec.Struct):
    """What this installation is: `dry_run` is true whenever no order can reach real money."""

    service: str
    version: str
    environment: str
    stage: str
    mode: str
    dry_run: bool
    alpaca_paper: bool
    circuit_breaker_enabled: bool
    release: str | None  # the sealed release that runs; None where what runs is not sealed
    release_note: str | None  # why not, naming the files that differ
    settings: dict[str, SettingAnswer]
    timestamp: When
