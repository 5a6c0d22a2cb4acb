"""Decision batches by (strategy, decided_at): sent twice, they are decided once.

The index lives beside the machine and is rebuilt from the journal, so that a retry after a crash
meets the answer of the first try.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from seatrial.domain.effects import Effect
from seatrial.domain.facts import Fact, OrderRequest, Rebalance, Target
from seatrial.domain.ids import AccountId, StrategyId
from seatrial.journal.port import Entry

BATCHES_KEPT_MAX = 50_000

BatchKey = tuple[AccountId, StrategyId, int]


@dataclass(slots=True)
class Decided:
    """What one batch led to. `digest` is over its facts, so that another batch under its name is noticed."""

    facts: list[str] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """The digest of the batch's facts."""
        return _digest(self.facts)


def batch_digest(facts: Sequence[Fact]) -> str:
    """The digest a batch of these facts will have once it is decided."""
    return _digest([_said(fact) for fact in facts if batch_key(fact) is not None or isinstance(fact, Rebalance)])


def batch_key(fact: Fact) -> BatchKey | None:
    """The batch a fact belongs to by its own words."""
    if isinstance(fact, Target):
        return fact.account, fact.strategy, fact.decided_at_ns
    if isinstance(fact, OrderRequest) and fact.batch_ns:
        return fact.account, fact.strategy, fact.batch_ns
    return None


class DecidedBatches:
    """The newest batches, by key. `note` every entry, in order, on replay and after each commit."""

    def __init__(self) -> None:
        self._batches: dict[BatchKey, Decided] = {}
        self._open: BatchKey | None = None

    def find(self, key: BatchKey) -> Decided | None:
        """What a batch led to, where it is known."""
        return self._batches.get(key)

    def note(self, entry: Entry) -> None:
        """Learn from one durable entry. A batch is contiguous: its rebalances follow its targets."""
        key = batch_key(entry.fact)
        if key is None and isinstance(entry.fact, Rebalance) and self._open is not None:
            account, _, decided_at_ns = self._open
            if (entry.fact.account, entry.fact.batch_ns) == (account, decided_at_ns):
                key = self._open
        self._open = key
        if key is None:
            return
        batch = self._batches.setdefault(key, Decided())
        batch.facts.append(_said(entry.fact))
        batch.effects += entry.effects
        while len(self._batches) > BATCHES_KEPT_MAX:
            del self._batches[next(iter(self._batches))]


def _said(fact: Fact) -> str:
    """A fact without the moment of its arrival, which a retry does not repeat."""
    match fact:
        case Target():
            return f"{fact.symbol} {fact.quantity_units} {fact.weight_ppm}"
        case OrderRequest():
            return (
                f"{fact.symbol} {fact.side} {fact.type} {fact.time_in_force} {fact.qty_units} "
                f"{fact.limit_units} {fact.stop_units} {fact.client_order_id}"
            ) + _more_said(fact)
        case _:
            return type(fact).__name__


def _more_said(order: OrderRequest) -> str:
    """What only some orders say; nothing for the others, whose digests stay what they were."""
    said = {
        "post_only": order.post_only,
        "reduce_only": order.reduce_only,
        "extended_hours": order.extended_hours,
        "expires": order.expires_at_ns,
        "trail": order.trail_units,
        "trail_ppm": order.trail_ppm,
        "notional": order.notional_units,
        "class": int(order.order_class),
        "take_profit": order.take_profit_units,
        "stop_loss": order.stop_loss_units,
        "stop_loss_limit": order.stop_loss_limit_units,
    }
    return "".join(f" {name}={int(value)}" for name, value in said.items() if value)


def _digest(said: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(said).encode()).hexdigest()
