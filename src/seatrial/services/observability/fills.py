"""The newest fills of all accounts, each with what it realised and whose it was."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from seatrial.domain.facts import Fill
from seatrial.journal.allocation import Allocation

FILLS_KEPT_MAX = 10_000


@dataclass(frozen=True, slots=True)
class KeptFill:
    """One booked trade. `shares` are signed quantity units by strategy and sum to the trade.

    `realized_units` is after the trade's fee where that was cash. `recorded_ns` is our own clock's time of the
    commit, None where the entry was read back from the journal, which does not keep it.
    """

    seq: int
    fill: Fill
    realized_units: int
    shares: Allocation
    recorded_ns: int | None


class FillLog:
    """The fills, bounded. `total` counts all there ever were, so that whoever pages knows what is missing."""

    def __init__(self) -> None:
        self.total = 0
        self._fills: deque[KeptFill] = deque(maxlen=FILLS_KEPT_MAX)

    def keep(self, kept: KeptFill) -> None:
        """Remember one; the oldest is forgotten."""
        self.total += 1
        self._fills.append(kept)

    def newest_first(self) -> Iterator[KeptFill]:
        """All that are kept."""
        return reversed(self._fills)
