"""What a strategy said with a decision. The signals room remembers it; an order's way asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from seatrial.domain.ids import AccountId, StrategyId, Symbol


@dataclass(frozen=True, slots=True)
class Said:
    """Its own words. `confidence` is from 0 to 1, None where it gave none."""

    action: str | None
    confidence: float | None
    reason: str | None


class SignalLookup(Protocol):
    """Whoever remembers."""

    def said(self, account: AccountId, strategy: StrategyId, decided_at_ns: int, symbol: Symbol) -> Said | None:
        """What was said with one decision on one symbol; None where it is not known."""
        ...
