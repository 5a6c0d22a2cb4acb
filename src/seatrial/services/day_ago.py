"""What a symbol cost 24 hours of market time ago, from its venue's own bars. Unknown is None."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from seatrial.domain.faults import VenueFault
from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.time import DAY_NS, HOUR_NS, SECOND_NS, Clock
from seatrial.services.board import BARS_KEPT_MAX, PriceBoard
from seatrial.venues.port import Venue

REACH_NS = 5 * DAY_NS  # how far back a market that closes at weekends is looked at
ANSWER_SECONDS_MAX = 0.8
RETRY_NS = 10 * SECOND_NS  # our own clock: between two attempts to read history
CLOSES_KEPT_MAX = 20_000


@dataclass(slots=True)
class _Closes:
    ends: list[int] = field(default_factory=list)
    units: list[int] = field(default_factory=list)
    read: bool = False
    tried_ns: int | None = None


class DayAgo:
    """Closes of the last days: history is asked for once, then the stream's bars carry on."""

    def __init__(self, board: PriceBoard, venues: Mapping[AccountId, Venue], clock: Clock) -> None:
        self._board = board
        self._venues = venues
        self._clock = clock
        self._closes: dict[Symbol, _Closes] = {}

    async def price_units(self, symbol: Symbol, at_ns: int) -> int | None:
        """The close that was the newest 24 hours before `at_ns`; None where none is known."""
        closes = self._closes.setdefault(symbol, _Closes())
        if not closes.read:
            await self._read(symbol, closes, at_ns)
        for bar in self._board.bars(symbol, BARS_KEPT_MAX):
            if not closes.ends or bar.end_ns > closes.ends[-1]:
                closes.ends.append(bar.end_ns)
                closes.units.append(bar.close_units)
        if len(closes.ends) > CLOSES_KEPT_MAX:
            del closes.ends[: CLOSES_KEPT_MAX // 4], closes.units[: CLOSES_KEPT_MAX // 4]
        found = bisect_right(closes.ends, at_ns - DAY_NS) - 1
        if found < 0 or at_ns - DAY_NS - closes.ends[found] > self._reach_ns(symbol):
            return None
        return closes.units[found]

    def _reach_ns(self, symbol: Symbol) -> int:
        """How old the close of a day ago may be: a market that never closes has one of every hour."""
        return HOUR_NS if self._board.instruments[symbol].calendar == "24x7" else REACH_NS - DAY_NS

    async def _read(self, symbol: Symbol, closes: _Closes, at_ns: int) -> None:
        now_ns = self._clock.now_ns()
        if closes.tried_ns is not None and now_ns - closes.tried_ns < RETRY_NS:
            return
        closes.tried_ns = now_ns
        venue = self._venues.get(self._board.account(symbol))
        if venue is None:
            return
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                bars = await venue.bars(symbol, at_ns - DAY_NS - self._reach_ns(symbol), at_ns)
        except (TimeoutError, VenueFault):
            return
        closes.ends = [bar.end_ns for bar in bars]
        closes.units = [bar.close_units for bar in bars]
        closes.read = True
