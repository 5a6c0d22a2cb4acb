"""What each strategy wants by now, for runs that somebody asks for and for those that an interval brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from seatrial.domain.facts import CancelRequest, Fact, OrderRequest, Rebalance, Target
from seatrial.domain.ids import AccountId, StrategyId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import parse_rfc3339
from seatrial.services.run_records import RunRecord
from seatrial.services.topics import Decision, Signal

PPM = 1_000_000
BY_HAND_NS = 1_000  # a run by hand is named so long after its decision: far from the names of late bars

Desk = tuple[StrategyId, AccountId]


@dataclass(slots=True)
class Wishes:
    """One strategy at one account. `decided_at_ns` is its newest decision's, with something in it or without."""

    targets: dict[Symbol, Target] = field(default_factory=dict)
    signals: dict[Symbol, Signal] = field(default_factory=dict)
    decided_at_ns: int = 0
    waiting: Decision | None = None  # the newest decision that no run has carried yet
    changed: set[Symbol] = field(default_factory=set)  # targets that no run has carried yet
    by_hand: tuple[int, tuple[object, ...]] = (0, ())  # the name of the last run by hand, and what it said


class Standing:
    """The wishes of all strategies."""

    def __init__(self, instruments: Mapping[Symbol, Instrument]) -> None:
        self._instruments = instruments
        self._wishes: dict[Desk, Wishes] = {}

    def of(self, desk: Desk) -> Wishes:
        """One strategy's."""
        return self._wishes.setdefault(desk, Wishes())

    def learn(self, decision: Decision) -> None:
        """A decision was made, whoever carries it."""
        wishes = self.of((decision.strategy, decision.account))
        wishes.decided_at_ns = max(wishes.decided_at_ns, decision.decided_at_ns)
        wishes.signals.update({signal.symbol: signal for signal in decision.signals})
        for target in (*decision.waiting, *(fact for fact in decision.facts if isinstance(fact, Target))):
            wishes.targets[target.symbol] = target

    def hold(self, decision: Decision) -> Decision | None:
        """Keep a decision until the interval's run; what is taken back cannot wait and is returned."""
        wishes = self.of((decision.strategy, decision.account))
        if any(isinstance(fact, Target | OrderRequest) for fact in decision.facts):
            wishes.waiting = decision
            wishes.changed.update(fact.symbol for fact in decision.facts if isinstance(fact, Target))
        cancels = tuple(fact for fact in decision.facts if isinstance(fact, CancelRequest))
        return replace(decision, facts=cancels, signals=()) if cancels else None

    def due(self, desk: Desk) -> Decision | None:
        """What the interval's run carries: the latest targets, and the orders of the newest decision alone."""
        wishes = self.of(desk)
        newest = wishes.waiting
        if newest is None:
            return None
        at_ns = newest.decided_at_ns
        changed = [wishes.targets[symbol] for symbol in sorted(wishes.changed)]
        orders = tuple(fact for fact in newest.facts if isinstance(fact, OrderRequest))
        said = tuple(signal for symbol, signal in sorted(wishes.signals.items()) if symbol in wishes.changed)
        wishes.waiting = None
        wishes.changed.clear()
        return replace(newest, facts=(*_decided(changed, at_ns), *orders), signals=said or newest.signals, skipped=None)

    def again(self, desk: Desk) -> Decision | None:
        """All targets of a strategy once more; asked twice about the same, it has the same name and is decided once."""
        wishes = self.of(desk)
        if not wishes.targets:
            return None
        targets = [wishes.targets[symbol] for symbol in sorted(wishes.targets)]
        said = tuple((one.symbol, one.weight_ppm, one.quantity_units) for one in targets)
        at_ns = max(wishes.decided_at_ns, *(one.decided_at_ns for one in targets)) + BY_HAND_NS
        name_ns, before = wishes.by_hand
        if name_ns >= at_ns:
            at_ns = name_ns if said == before else name_ns + 1
        wishes.by_hand = (at_ns, said)
        signals = tuple(wishes.signals[one.symbol] for one in targets if one.symbol in wishes.signals)
        return Decision(*desk, at_ns, tuple(_decided(targets, at_ns)), signals=signals)

    def restore(self, runs: Sequence[RunRecord]) -> None:
        """Learn from the runs of an earlier process, oldest first. A symbol no longer traded is passed over."""
        for run in runs:
            wishes = self.of((StrategyId(run.strategy), AccountId(run.account)))
            for line in run.lines:
                instrument = self._instruments.get(Symbol(line.symbol))
                if line.target is not None and instrument is not None:
                    wishes.targets[instrument.symbol] = _again(run, line.target, instrument)


def _decided(targets: Sequence[Target], at_ns: int) -> list[Fact]:
    """Targets decided at one time, and the rebalances that act on them."""
    facts: list[Fact] = [replace(target, at_ns=at_ns, decided_at_ns=at_ns) for target in targets]
    return facts + [Rebalance(at_ns, target.account, target.symbol, at_ns) for target in targets]


def _again(run: RunRecord, words: Mapping[str, str], instrument: Instrument) -> Target:
    at_ns = parse_rfc3339(run.decided_at)
    weight, quantity = words.get("weight"), words.get("quantity")
    return Target(
        at_ns,
        AccountId(run.account),
        StrategyId(run.strategy),
        instrument.symbol,
        at_ns,
        quantity_units=None if quantity is None else instrument.parse_qty(quantity),
        weight_ppm=None if weight is None else int(Decimal(weight) * PPM),
    )
