"""Corporate actions as a venue lists them, and the venues that do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from seatrial.domain.ids import Symbol


@dataclass(frozen=True, slots=True)
class VenueAction:
    """A split of `old_shares` into `new_shares`; where `cash_units` (1e-8) a share is above 0, a dividend."""

    symbol: Symbol
    ex_day: int  # days since 1970
    new_shares: int = 1
    old_shares: int = 1
    cash_units: int = 0


@runtime_checkable
class ListsActions(Protocol):
    """A venue that lists them. Those of coins have none."""

    async def corporate_actions(
        self, symbols: Sequence[Symbol], first_day: int, last_day: int
    ) -> Sequence[VenueAction]:
        """Those with an ex-date in these days since 1970, both included. Raises as the questions of a venue do."""
        ...
