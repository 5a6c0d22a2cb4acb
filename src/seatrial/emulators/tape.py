"""What a venue replays: bars and sessions, recorded or synthetic, already shifted onto market time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Protocol

from seatrial.domain.bars import Bar, Session
from seatrial.domain.faults import DataFault
from seatrial.domain.ids import Symbol
from seatrial.domain.time import DAY_NS, rfc3339
from seatrial.emulators.bar_rows import BarRows


class Calendar(Protocol):
    """When a venue trades. A venue that never closes has one session per UTC day."""

    @property
    def sessions(self) -> Sequence[Session]:
        """Oldest first, not overlapping. May reach beyond the bars: those sessions pass without a print."""
        ...


class Tape(Calendar, Protocol):
    """Bars per symbol, on the venue's calendar."""

    @property
    def symbols(self) -> Sequence[Symbol]:
        """Sorted."""
        ...

    def bars(self, symbol: Symbol) -> Sequence[Bar]:
        """Every bar of a symbol, oldest first; empty for a symbol the tape does not hold."""
        ...


class MemoryTape:
    """A tape held in memory.

    Raises:
        DataFault: sessions overlap, bars are out of order, or a bar lies in no session. `sessionless` symbols, such as
            coins beside shares, trade between sessions, too.
    """

    def __init__(
        self, bars: Mapping[Symbol, Sequence[Bar]], sessions: Iterable[Session], *, sessionless: Iterable[Symbol] = ()
    ) -> None:
        self.sessions: Sequence[Session] = tuple(sorted(sessions, key=lambda session: session.open_ns))
        self.symbols: Sequence[Symbol] = tuple(sorted(bars))
        self._bars = {symbol: BarRows.of(symbol, bars[symbol]) for symbol in self.symbols}
        for earlier, later in pairwise(self.sessions):
            if later.open_ns < earlier.close_ns:
                raise DataFault(f"session {later.day} opens before session {earlier.day} has closed")
        opens = [session.open_ns for session in self.sessions]
        self._sessionless = frozenset(sessionless)
        for symbol, rows in self._bars.items():
            if symbol not in self._sessionless:
                self._check(rows, opens)

    def bars(self, symbol: Symbol) -> Sequence[Bar]:
        """Every bar of a symbol, oldest first."""
        return self._bars.get(symbol, ())

    def _check(self, rows: Sequence[Bar], opens: Sequence[int]) -> None:
        past_ns = 0
        for bar in rows:
            if bar.start_ns < past_ns or bar.end_ns <= bar.start_ns:
                raise DataFault(f"{bar.symbol}: the bar at {rfc3339(bar.start_ns)} starts before its predecessor ends")
            past_ns = bar.end_ns
            at = bisect_right(opens, bar.start_ns) - 1
            if at < 0 or bar.end_ns > self.sessions[at].close_ns:
                raise DataFault(f"{bar.symbol}: the bar at {rfc3339(bar.start_ns)} lies in no session")


def utc_days(first_day: int, count: int) -> tuple[Session, ...]:
    """The sessions of a venue that never closes; `first_day` in days since 1970."""
    return tuple(
        Session(day=rfc3339(day * DAY_NS)[:10], open_ns=day * DAY_NS, close_ns=(day + 1) * DAY_NS)
        for day in range(first_day, first_day + count)
    )
