"""What observability answers about one order's way. `at` is market time, `recorded_at` our own clock's.

A step that has not happened, or of which nothing is known, is null; `unknown` says which and why.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from seatrial.services.api.money_answers import ShareAnswer, TradeAnswer
from seatrial.services.api.numbers import NumberText, When


class StepAnswer(msgspec.Struct):
    """One journal entry. `recorded_at` is null where it was read back: the journal keeps market time only."""

    seq: int
    at: When
    recorded_at: When | None


class SignalStep(msgspec.Struct):
    """What a strategy said with its decision; null where it said nothing. Only this process's are known."""

    strategy: str
    decided_at: When
    action: str | None
    confidence: float | None
    reason: str | None


class TargetStep(StepAnswer):
    """What a strategy wanted to hold: a quantity or a weight of equity."""

    strategy: str
    decided_at: When
    quantity: NumberText | None
    weight: NumberText | None


class IntentStep(StepAnswer):
    """The entry that led to the order, in a word: rebalance, request, bar (a stop was reached), continuation."""

    kind: str


class RiskStep(StepAnswer):
    """Risk's yes. `reason` is the core's own word for the order; `allocation` says for whom it is."""

    approved: bool
    reason: str
    allocation: list[ShareAnswer]


class ReportStep(StepAnswer):
    """The venue's word."""

    status: str
    venue_order_id: str | None
    message: str | None


class JourneyAnswer(msgspec.Struct):
    """One order's way, from the signal to its fills. `journal_seq` is the entry that made it durable."""

    order_id: str
    account: str
    symbol: str
    side: Literal["buy", "sell"]
    type: str
    quantity: NumberText
    filled_quantity: NumberText
    price: NumberText | None
    stop_price: NumberText | None
    status: str | None
    venue_order_id: str | None
    signals: list[SignalStep] | None
    targets: list[TargetStep]
    intent: IntentStep
    risk: RiskStep
    journal_seq: int
    sent: StepAnswer | None
    reports: list[ReportStep]
    fills: list[TradeAnswer]
    unknown: list[str]
    dropped: int
    timestamp: When


class NoticeAnswer(msgspec.Struct):
    """One piece of news. A refusal has the rule's `code`, `limit` and `actual`, in `unit`."""

    kind: Literal["refusal", "alert", "breaker", "command", "notice"]
    name: str
    detail: str
    at: When
    recorded_at: When | None
    seq: int | None
    account: str | None = None
    symbol: str | None = None
    side: Literal["buy", "sell"] | None = None
    quantity: NumberText | None = None
    code: str | None = None
    limit: str | None = None
    actual: str | None = None
    unit: str | None = None


class NoticesAnswer(msgspec.Struct):
    """The newest news, newest first."""

    notices: list[NoticeAnswer]
    timestamp: When
