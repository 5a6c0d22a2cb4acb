"""What roles tell each other over the bus."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.domain.bars import Bar
from seatrial.domain.facts import Fact, Target
from seatrial.domain.ids import AccountId, StrategyId, Symbol


@dataclass(frozen=True, slots=True)
class BarBatch:
    """The bars of one account that ended at one instant, in order of symbol: what is decided on at once.

    `revision` counts the earlier batches of the same end, so that a late bar's decision has a time of its own.
    `backfilled` batches are history by now: shown to strategies, never decided on.
    """

    account: AccountId
    end_ns: int
    bars: tuple[Bar, ...]
    complete: bool
    revision: int = 0
    backfilled: bool = False

    @property
    def decided_at_ns(self) -> int:
        """The name of this batch's decisions: its end, and a nanosecond more for each revision."""
        return self.end_ns + self.revision


@dataclass(frozen=True, slots=True)
class Tick:
    """The last trade of a symbol. `derived` says what it was made of when it is not a trade's own print."""

    symbol: Symbol
    price_units: int
    qty_units: int
    at_ns: int
    source: str
    derived: str | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """What one strategy said of one symbol at one market time, in its own words.

    `confidence` and `reason` are the strategy's, None where it gives none. `price_units` is the close it looked at.
    The wish is a weight, a quantity, or neither where nothing was asked for; a `withheld` one was not sure enough.
    """

    id: str
    strategy: StrategyId
    account: AccountId
    symbol: Symbol
    action: str
    confidence: float | None
    reason: str | None
    decided_at_ns: int
    price_units: int | None
    weight_ppm: int | None
    quantity_units: int | None
    model: str  # the digest of the strategy's source and parameters
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What one strategy decided on one batch. `skipped` says why there is nothing to do.

    `waiting` are targets that wait for the strategy's own time; they are no facts yet. `run` is a decision whose
    time it was.
    """

    strategy: StrategyId
    account: AccountId
    decided_at_ns: int
    facts: tuple[Fact, ...]
    skipped: str | None = None
    signals: tuple[Signal, ...] = ()
    waiting: tuple[Target, ...] = ()
    run: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should hear of: a strategy stopped, a file that does not load."""

    name: str
    detail: str
    at_ns: int
