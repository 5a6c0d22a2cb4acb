"""What a strategy said at one instant, in words that can be compared between runs, and the verdict on a comparison."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from seatrial.domain.facts import CancelRequest, Fact, OrderRequest, Target
from seatrial.domain.time import rfc3339


@dataclass(frozen=True, slots=True)
class Said:
    """One decision. `order` tells an order from a target: what is standing holds for targets only."""

    at_ns: int
    symbol: str
    words: str
    order: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """One batch of bars: when it ended, what was decided, and the value of every indicator after it."""

    at_ns: int
    said: tuple[Said, ...]
    indicators: Mapping[str, float | None]


class BiasVerdict(StrEnum):
    """CLEAN was looked for and not found; INCONCLUSIVE could not be looked for."""

    CLEAN = "CLEAN"
    BIASED = "BIASED"
    INCONCLUSIVE = "INCONCLUSIVE"


@dataclass(frozen=True, slots=True)
class Difference:
    """The first thing that differs: which decision or indicator, at the end of which bar, and both values."""

    what: str
    at_ns: int
    whole: str  # in the run that knows everything
    other: str  # in the run that knows less
    run: str  # which run that was

    def __str__(self) -> str:
        return f"{self.what} at {rfc3339(self.at_ns)}: {self.whole} with all data, {self.other} {self.run}"


@dataclass(frozen=True, slots=True)
class BiasReport:
    """What one check found. `number` counts what was compared: decisions, or values."""

    check: str
    strategy: str
    verdict: BiasVerdict
    reason: str
    remedy: str
    first: Difference | None
    decisions: int
    runs: int
    compared: int
    warmup_needed: int | None = None

    def body(self) -> dict[str, Any]:
        """For JSON."""
        told = asdict(self)
        if self.first is not None:
            told["first"]["at"] = rfc3339(self.first.at_ns)
        return told


def said_of(facts: Iterable[Fact]) -> tuple[Said, ...]:
    """The decisions among facts, in order; a rebalance only follows from its target."""
    found = []
    for fact in facts:
        match fact:
            case Target():
                amount = (
                    f"quantity {fact.quantity_units}" if fact.weight_ppm is None else f"weight {fact.weight_ppm} ppm"
                )
                found.append(Said(fact.at_ns, fact.symbol, f"target {amount}"))
            case OrderRequest():
                side = "buy" if fact.side > 0 else "sell"
                price = f" limit {fact.limit_units}" * bool(fact.limit_units)
                price += f" stop {fact.stop_units}" * bool(fact.stop_units)
                words = f"{side} {fact.qty_units}{price} {fact.type.name.lower()} {fact.time_in_force.name.lower()}"
                found.append(Said(fact.at_ns, fact.symbol, words, order=True))
            case CancelRequest():
                found.append(Said(fact.at_ns, "", f"cancel {fact.client_order_id}", order=True))
            case _:
                pass
    return tuple(found)
