"""A journey and a piece of news, as the doors say them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from seatrial.core.machine import Machine
from seatrial.domain.effects import Alert, Approved, BreakerTripped, Refused
from seatrial.domain.facts import Command, LimitsChanged, Report, Target, limit_said
from seatrial.domain.instrument import Instrument
from seatrial.domain.money import units_text
from seatrial.domain.orders import Side
from seatrial.domain.refusal_numbers import refusal_numbers
from seatrial.domain.time import rfc3339
from seatrial.services.api.journey_answers import (
    IntentStep,
    JourneyAnswer,
    NoticeAnswer,
    ReportStep,
    RiskStep,
    SignalStep,
    StepAnswer,
    TargetStep,
)
from seatrial.services.api.money_answers import ShareAnswer
from seatrial.services.api.money_words import money, trade_answer, when
from seatrial.services.observability.books import Books
from seatrial.services.observability.chronicle import Chronicle
from seatrial.services.observability.journeys import Journey, Step, intent_word
from seatrial.services.observability.notices import KeptNotice
from seatrial.services.observability.signal_lookup import SignalLookup

PPM = 1_000_000


class Teller:
    """Tells an order's way in texts."""

    def __init__(self, chronicle: Chronicle, machine: Machine, signals: SignalLookup | None) -> None:
        self._chronicle = chronicle
        self._machine = machine
        self._signals = signals

    def tell(self, journey: Journey, timestamp: str) -> JourneyAnswer:
        """The whole way."""
        order = journey.approved
        book = self._chronicle.books.accounts[order.account]
        instrument = book.holdings[order.symbol].instrument
        known = self._machine.order(order.client_order_id)
        signals = self._said(journey)
        return JourneyAnswer(
            order_id=order.client_order_id,
            account=order.account,
            symbol=order.symbol,
            side=side_word(order.side),
            type=order.type.name.lower(),
            quantity=instrument.qty_text(order.qty_units),
            filled_quantity=instrument.qty_text(sum(kept.fill.qty_units for kept in journey.fills)),
            price=instrument.price_text(order.limit_units) if order.limit_units else None,
            stop_price=instrument.price_text(order.stop_units) if order.stop_units else None,
            status=None if known is None else known.status.name.lower(),
            venue_order_id=_venue_order_id(journey.reports),
            signals=signals,
            targets=[_target(step, step.fact, instrument) for step in journey.targets if isinstance(step.fact, Target)],
            intent=IntentStep(*_place(journey.intent), intent_word(journey.intent.fact)),
            risk=_risk(journey, instrument),
            journal_seq=journey.intent.seq,
            sent=None if journey.sent is None else StepAnswer(*_place(journey.sent)),
            reports=[_report(step, step.fact) for step in journey.reports if isinstance(step.fact, Report)],
            fills=[trade_answer(kept, book) for kept in journey.fills],
            unknown=_unknown(journey, signals, ended=known is None),
            dropped=journey.dropped,
            timestamp=timestamp,
        )

    def _said(self, journey: Journey) -> list[SignalStep] | None:
        """What the strategies said with the decisions behind the order; None where nothing is remembered."""
        if self._signals is None:
            return None
        said = []
        for account, strategy, decided_ns in journey.decided:
            found = self._signals.said(account, strategy, decided_ns, journey.approved.symbol)
            if found is not None:
                steps = (strategy, rfc3339(decided_ns), found.action, found.confidence, found.reason)
                said.append(SignalStep(*steps))
        return said or None


def _unknown(journey: Journey, signals: list[SignalStep] | None, *, ended: bool) -> list[str]:
    """What is not known, and why, in sentences."""
    found = []
    if signals is None and journey.decided:
        found.append("signals: the strategy said nothing with it, or it was decided before this process started")
    if not journey.decided:
        found.append("signals: no strategy's decision led to it")
    if journey.intent.recorded_ns is None:
        found.append("recorded_at: read back from the journal, which keeps market time only")
    if journey.sent is None:
        found.append("sent: it has not left for the venue")
    if ended:
        found.append("status: it ended too long ago to be remembered")
    return found


def _place(step: Step) -> tuple[int, str, str | None]:
    return step.seq, rfc3339(step.fact.at_ns), when(step.recorded_ns)


def _risk(journey: Journey, instrument: Instrument) -> RiskStep:
    order: Approved = journey.approved
    shares = [ShareAnswer(strategy, instrument.qty_text(units)) for strategy, units in order.allocation]
    seq, _, recorded_at = _place(journey.intent)
    return RiskStep(seq, rfc3339(order.at_ns), recorded_at, True, order.reason, shares)


def _target(step: Step, target: Target, instrument: Instrument) -> TargetStep:
    quantity = None if target.quantity_units is None else instrument.qty_text(target.quantity_units)
    weight = None if target.weight_ppm is None else units_text(target.weight_ppm, PPM)
    return TargetStep(*_place(step), target.strategy, rfc3339(target.decided_at_ns), quantity, weight)


def _report(step: Step, report: Report) -> ReportStep:
    message = report.reason or None
    return ReportStep(*_place(step), report.status.name.lower(), report.venue_order_id, message)


def _venue_order_id(reports: Iterable[Step]) -> str | None:
    named = [step.fact.venue_order_id for step in reports if isinstance(step.fact, Report) and step.fact.venue_order_id]
    return named[-1] if named else None


def side_word(side: Side) -> Literal["buy", "sell"]:
    """A side as doors say it."""
    return "buy" if side is Side.BUY else "sell"


# ------------------------------------------------------------------------ news


def notice_answer(kept: KeptNotice, books: Books) -> NoticeAnswer:
    """One piece of news."""
    news = kept.news
    said = NoticeAnswer(kept.kind.value, "", "", rfc3339(news.at_ns), when(kept.recorded_ns), kept.seq)
    match news:
        case Refused():
            _say_refusal(said, news, books)
        case BreakerTripped():
            book = books.accounts.get(news.account)
            said.name, said.account = "breaker_tripped", news.account
            said.code = news.reason
            if news.reason in {"daily_loss", "drawdown"}:
                said.limit, said.actual = money(news.limit), money(news.actual)
                said.unit = None if book is None else book.account.currency
            else:
                said.limit, said.actual, said.unit = str(news.limit), str(news.actual), "count"
            said.detail = f"{news.account}: {news.reason} {said.actual}, the limit is {said.limit}"
        case Command():
            said.name, said.detail = news.kind.value, f"{news.actor}: {news.reason}"
        case LimitsChanged():
            said.name, said.account, said.symbol = "limit_changed", news.account, news.symbol
            said.detail = f"{news.actor}: {limit_said(news)}: {news.reason}"
        case Alert():
            said.name, said.detail = news.name, news.detail
        case _:
            said.name, said.detail = news.name, news.detail
    return said


def _say_refusal(said: NoticeAnswer, refused: Refused, books: Books) -> None:
    book = books.accounts.get(refused.account)
    holding = None if book is None else book.holdings.get(refused.symbol)
    instrument = None if holding is None else holding.instrument
    numbers = refusal_numbers(
        refused.code,
        limit=refused.limit,
        actual=refused.actual,
        instrument=instrument,
        currency=None if book is None else book.account.currency,
    )
    said.name, said.code = "order_refused", refused.code.name
    said.account, said.symbol, said.side = refused.account, refused.symbol, side_word(refused.side)
    said.quantity = None if instrument is None else instrument.qty_text(refused.qty_units)
    what = f"{said.side} {said.quantity or refused.qty_units} {refused.symbol}"
    said.detail = f"{what}: {refused.code.name}"
    if numbers is not None:
        said.limit, said.actual, said.unit = numbers
        said.detail = f"{what}: {refused.code.name}, the limit is {said.limit}, it would make it {said.actual}"
