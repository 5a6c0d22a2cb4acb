"""Each order's way: signal, target, intent, risk, sent, the venue's words, fills.

Learnt from the journal's entries alone, so an order of yesterday's process has its way too. What only lived
on the bus (why a strategy wanted it) is known for orders of this process and None for older ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from seatrial.domain.effects import Approved
from seatrial.domain.facts import BarClosed, Fact, Fill, OrderRequest, Rebalance, Report, Sent, Target
from seatrial.domain.ids import AccountId, ClientOrderId, StrategyId, Symbol
from seatrial.journal.allocation import Allocation, share_fill
from seatrial.journal.port import Entry
from seatrial.services.observability.fills import KeptFill

JOURNEYS_KEPT_MAX = 5_000
REPORTS_KEPT_MAX = 50  # of one order; a venue that repeats itself must not fill our memory
FILLS_KEPT_MAX = 2_000  # of one order


@dataclass(frozen=True, slots=True)
class Step:
    """One entry on the way. `recorded_ns` is our own clock's, None where the entry was read back."""

    seq: int
    fact: Fact
    recorded_ns: int | None


@dataclass(slots=True, eq=False)
class Journey:
    """One order's way so far. `intent` is the fact that led to it; `targets` what each strategy had wanted."""

    approved: Approved
    intent: Step
    targets: tuple[Step, ...]
    owed: Allocation
    sent: Step | None = None
    reports: list[Step] = field(default_factory=list)
    fills: list[KeptFill] = field(default_factory=list)
    dropped: int = 0  # steps beyond the bounds, not kept

    @property
    def decided(self) -> tuple[tuple[AccountId, StrategyId, int], ...]:
        """The decisions behind it: account, strategy, decided at."""
        found = [
            (step.fact.account, step.fact.strategy, step.fact.decided_at_ns)
            for step in self.targets
            if isinstance(step.fact, Target)
        ]
        asked = self.intent.fact
        if isinstance(asked, OrderRequest):
            found.append((asked.account, asked.strategy, asked.batch_ns))
        return tuple(found)


class Journeys:
    """The newest orders' ways. O(1) work per entry."""

    def __init__(self) -> None:
        self._ways: dict[ClientOrderId, Journey] = {}
        self._wanted: dict[tuple[AccountId, Symbol], dict[StrategyId, Step]] = {}

    def find(self, client_order_id: ClientOrderId) -> Journey | None:
        """One order's way, or None where it is not kept."""
        return self._ways.get(client_order_id)

    def note(self, entry: Entry, recorded_ns: int | None) -> None:
        """Learn from one entry, except from fills: `share` has those, once it is known that they are new."""
        fact = entry.fact
        if isinstance(fact, Target):
            wanted = self._wanted.setdefault((fact.account, fact.symbol), {})
            wanted[fact.strategy] = Step(entry.seq, fact, recorded_ns)
        elif isinstance(fact, Sent):
            journey = self._ways.get(fact.client_order_id)
            if journey is not None:
                journey.sent = Step(entry.seq, fact, recorded_ns)
        elif isinstance(fact, Report):
            self._report(entry.seq, fact, recorded_ns)
        for effect in entry.effects:
            if isinstance(effect, Approved):
                self._begin(effect, Step(entry.seq, fact, recorded_ns))

    def share(self, fill: Fill) -> Allocation:
        """Whose a new fill is: signed quantity units by strategy."""
        signed_units = int(fill.side) * fill.qty_units
        journey = self._ways.get(fill.client_order_id)
        if journey is None:
            return share_fill((), signed_units)[0]
        shares, journey.owed = share_fill(journey.owed, signed_units)
        return shares

    def keep_fill(self, kept: KeptFill) -> None:
        """A new fill of an order that is kept."""
        journey = self._ways.get(kept.fill.client_order_id)
        if journey is not None and len(journey.fills) < FILLS_KEPT_MAX:
            journey.fills.append(kept)
        elif journey is not None:
            journey.dropped += 1

    def _report(self, seq: int, report: Report, recorded_ns: int | None) -> None:
        journey = self._ways.get(report.client_order_id)
        if journey is None:
            return
        if len(journey.reports) < REPORTS_KEPT_MAX:
            journey.reports.append(Step(seq, report, recorded_ns))
        else:
            journey.dropped += 1

    def _begin(self, order: Approved, intent: Step) -> None:
        wanted = () if isinstance(intent.fact, OrderRequest) or order.reason == "stop_loss" else self._targets(order)
        self._ways[order.client_order_id] = Journey(order, intent, wanted, order.allocation)
        if len(self._ways) > JOURNEYS_KEPT_MAX:
            del self._ways[next(iter(self._ways))]

    def _targets(self, order: Approved) -> tuple[Step, ...]:
        """The newest target of each strategy: what was netted."""
        return tuple(self._wanted.get((order.account, order.symbol), {}).values())


def intent_word(fact: Fact) -> str:
    """What kind of entry led to an order, in a word."""
    match fact:
        case Rebalance():
            return "rebalance"
        case OrderRequest():
            return "request"
        case BarClosed():
            return "bar"  # a stop-loss or trailing stop was reached
        case Report() | Fill():
            return "continuation"  # what blocked the rest of a target is over
        case _:
            return type(fact).__name__.lower()
