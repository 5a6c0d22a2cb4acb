"""Equity older than what is kept in memory. Whoever keeps a metrics history can say it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from seatrial.domain.ids import AccountId
from seatrial.services.observability.equity import EquityPoint


class EquityHistory(Protocol):
    """Points by market time."""

    async def points(self, account: AccountId, since_ns: int, until_ns: int, limit: int) -> Sequence[EquityPoint]:
        """The newest `limit` points after `since_ns` and before `until_ns`, oldest first; empty where none is known."""
        ...
