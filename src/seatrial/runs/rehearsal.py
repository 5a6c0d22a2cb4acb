"""What a rehearsal did, read from its journal: the same words a backtest ends with.

The journal is the witness, not the run: whoever holds it can derive the same outcome again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from seatrial.core.fingerprint import OutcomeFill
from seatrial.core.machine import Machine
from seatrial.domain.effects import Alert, Approved, Refused
from seatrial.domain.facts import BarClosed, Fill, Report
from seatrial.domain.ids import AccountId
from seatrial.domain.orders import OrderStatus, OrderType
from seatrial.domain.refusals import RefusalCode
from seatrial.journal.port import Entry
from seatrial.runs.backtest_run import outcome_of


@dataclass(slots=True)
class AccountTally:
    """What happened at one account."""

    orders: int = 0
    limit_orders: int = 0
    fills: int = 0
    partial_fills: int = 0
    cancels: int = 0
    bars: int = 0
    children: dict[str, int] = field(default_factory=dict)  # what parked orders sent, by reason


@dataclass(frozen=True, slots=True)
class RehearsalRun:
    """What a rehearsal did. `replay_fingerprint` is the journal's, recovered into a fresh machine."""

    fills: tuple[OutcomeFill, ...]
    tallies: dict[AccountId, AccountTally]
    refusals: dict[RefusalCode, int]
    alerts: tuple[Alert, ...]
    outcome_fingerprint: str
    state_fingerprint: str
    replay_fingerprint: str

    @property
    def replays(self) -> bool:
        """Whether the journal alone leads to the state the run ended in."""
        return self.state_fingerprint == self.replay_fingerprint


def run_of(machine: Machine, blank: Machine, entries: Iterable[Entry]) -> RehearsalRun:
    """Read a journal to its end.

    Args:
        machine: as the run left it.
        blank: an equal machine that has heard nothing; the journal is recovered into it.
    """
    fills: list[OutcomeFill] = []
    alerts: list[Alert] = []
    refusals: dict[RefusalCode, int] = {}
    tallies = {account.id: AccountTally() for account in machine.accounts}
    for entry in entries:
        blank.recover(entry.fact, entry.effects)
        match entry.fact:
            case Fill():
                fills.append(_outcome_of(entry.fact))
                _tally_fill(tallies[entry.fact.account], blank, entry.fact)
            case BarClosed(account=account):
                tallies[account].bars += 1
            case Report(status=OrderStatus.CANCELED):
                view = blank.order(entry.fact.client_order_id)
                if view is not None:
                    tallies[view.account].cancels += 1
            case _:
                pass
        for effect in entry.effects:
            match effect:
                case Approved():
                    _tally_order(tallies[effect.account], effect)
                case Refused(code=code):
                    refusals[code] = refusals.get(code, 0) + 1
                case Alert():
                    alerts.append(effect)
                case _:
                    pass
    return RehearsalRun(
        fills=tuple(sorted(fills)),
        tallies=tallies,
        refusals=refusals,
        alerts=tuple(alerts),
        outcome_fingerprint=outcome_of(machine, iter(fills)),
        state_fingerprint=machine.state_fingerprint(),
        replay_fingerprint=blank.state_fingerprint(),
    )


def _outcome_of(fill: Fill) -> OutcomeFill:
    return OutcomeFill(
        at_ns=fill.at_ns,
        account=fill.account,
        symbol=fill.symbol,
        side=fill.side,
        qty_units=fill.qty_units,
        price_units=fill.price_units,
        fee_units=fill.fee_units,
        fee_currency=fill.fee_currency,
    )


def _tally_order(tally: AccountTally, order: Approved) -> None:
    tally.orders += 1
    tally.limit_orders += order.type is OrderType.LIMIT
    if order.parent is not None:
        tally.children[order.reason] = tally.children.get(order.reason, 0) + 1


def _tally_fill(tally: AccountTally, machine: Machine, fill: Fill) -> None:
    tally.fills += 1
    view = machine.order(fill.client_order_id)
    if view is not None and fill.qty_units < view.qty_units:
        tally.partial_fills += 1


def first_difference(ours: Iterable[OutcomeFill], theirs: Iterable[OutcomeFill]) -> str | None:
    """The first trade in which two outcomes differ, in words; None where they agree."""
    left, right = list(ours), list(theirs)
    for at, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return f"trade {at + 1}: backtest {one}, rehearsal {other}"
    if len(left) != len(right):
        extra = (left if len(left) > len(right) else right)[min(len(left), len(right))]
        return f"backtest has {len(left)} trades, rehearsal {len(right)}; the first without its like is {extra}"
    return None
