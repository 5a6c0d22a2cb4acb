"""Events of one instrument's depth or quotes, ready for a run: whole ticks and lots, in order of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seatrial.core.depth import CLEAR, TRADE, V_AT, V_KIND, V_TICK
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import rfc3339
from seatrial.market.bars import Source

Int64Array = NDArray[np.int64]

WINDOW_PPM = 50_000  # on either side of the middle price where a book begins, five per cent
WINDOW_TICKS_MAX = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class DepthTable:
    """Rows as `core.depth` has them, and the window of ticks the book keeps. `quotes`: only best prices are known."""

    instrument: Instrument
    rows: Int64Array
    source: Source
    low_tick: int
    window: int
    quotes: bool

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def first_ns(self) -> int:
        """The time of the first event."""
        return int(self.rows[0, V_AT])

    @property
    def last_ns(self) -> int:
        """The time of the last event."""
        return int(self.rows[-1, V_AT])

    def line(self) -> str:
        """Dates and source in one printable line."""
        trades = int((self.rows[:, V_KIND] == TRADE).sum())
        span = f"{rfc3339(self.source.first_ns)} to {rfc3339(self.source.last_ns)}"
        note = f" ({self.source.note})" if self.source.note else ""
        what = "quotes" if self.quotes else "depth"
        return (
            f"{self.instrument.symbol}: {len(self)} events of {self.source.name}, {what}, {trades} trades, {span}{note}"
        )


def window_of(rows: Int64Array) -> tuple[int, int]:
    """`(low_tick, window)` around everything that traded or was best, with `WINDOW_PPM` of room on either side.

    Levels outside are not kept: nobody rests there in a run of this length.
    """
    ticks = rows[rows[:, V_KIND] == TRADE, V_TICK]
    if not len(ticks):
        ticks = rows[rows[:, V_KIND] != CLEAR, V_TICK]
    middle = int(np.median(ticks)) if len(ticks) else 0
    room = min(middle * WINDOW_PPM // 1_000_000 + 1_000, WINDOW_TICKS_MAX // 4)
    low = max(int(ticks.min()) - room, 0)
    return low, min(int(ticks.max()) + room + 1 - low, WINDOW_TICKS_MAX)
