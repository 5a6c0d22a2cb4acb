"""One picture of the system for `ws /ws/metrics`: cheap, and everything in it of the same moment."""

from __future__ import annotations

import msgspec

from seatrial.domain.time import rfc3339
from seatrial.services.api.money_words import money, money_or_none, when
from seatrial.services.api.numbers import NumberText, When
from seatrial.services.encoding import encode
from seatrial.services.observability.equity import point_of
from seatrial.services.observability.exposure import exposures
from seatrial.services.observability.observed import Observed
from seatrial.services.observability.risk_state import risk_state


class AccountPicture(msgspec.Struct):
    """One account; `as_of` is market time, and null before the first price."""

    account: str
    currency: str
    equity: NumberText
    cash: NumberText
    realized: NumberText
    unrealized: NumberText | None
    daily_pnl: NumberText | None
    gross: NumberText
    open_positions: int
    orders_working: int
    breaker: str
    as_of: When | None


class MetricsPicture(msgspec.Struct, tag="metrics", tag_field="type"):
    """The system at `timestamp`, our own clock's time. Counts are since the journal began."""

    timestamp: When
    halted: bool
    halt_reason: str | None
    ready: bool
    orders: int
    fills: int
    refusals: int
    journal_seq: int
    accounts: list[AccountPicture]


def picture_of(observed: Observed) -> MetricsPicture:
    """The system now."""
    chronicle, execution = observed.chronicle, observed.execution
    latched = execution.engine.latched
    return MetricsPicture(
        timestamp=rfc3339(observed.clock.now_ns()),
        halted=latched is not None,
        halt_reason=latched,
        ready=execution.waiting_for is None,
        orders=chronicle.approved.total(),
        fills=chronicle.fills.total,
        refusals=chronicle.notices.refused.total(),
        journal_seq=chronicle.last_seq,
        accounts=_accounts(observed),
    )


def frame_of(observed: Observed) -> str:
    """The same as the text that is sent."""
    return encode(picture_of(observed)).decode()


def _accounts(observed: Observed) -> list[AccountPicture]:
    machine = observed.execution.machine
    found = []
    for exposure in exposures(machine):
        point = point_of(observed.chronicle.books.accounts[exposure.account])
        state = risk_state(machine, exposure.account)
        loss = state.day_loss_units
        found.append(
            AccountPicture(
                account=exposure.account,
                currency=exposure.currency,
                equity=money(point.equity_units),
                cash=money(point.cash_units),
                realized=money(point.realized_units),
                unrealized=money_or_none(point.unrealized_units),
                daily_pnl=money_or_none(None if loss is None else -loss),
                gross=money(exposure.gross_units),
                open_positions=exposure.open_positions,
                orders_working=state.orders_working,
                breaker=state.breaker,
                as_of=when(point.at_ns),
            )
        )
    return found
