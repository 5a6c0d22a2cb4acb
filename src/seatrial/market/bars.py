"""A table of one instrument's bars, and many tables as one stream of decision batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from seatrial.domain.bars import Bar
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import DAY_NS, rfc3339

Int64Array = NDArray[np.int64]

# Columns of a bar row, the same order as the fields of `domain.bars.Bar` after the symbol.
START, END, OPEN, HIGH, LOW, CLOSE, VOLUME = range(7)
BAR_WIDTH = 7


@dataclass(frozen=True, slots=True)
class Source:
    """Where bars come from and when they truly happened. Survives slicing and shifting."""

    name: str  # file name, or "synthetic seed 7"
    note: str  # what a reader must know, such as "futures klines stand in for spot"; empty where nothing
    first_ns: int  # start of the first bar as recorded
    last_ns: int  # end of the last bar as recorded
    recorded: bool = True  # False where every bar is made up


@dataclass(frozen=True, slots=True, eq=False)
class BarTable:
    """Bars of one instrument in time order: int64 rows on the instrument's grids, never changed in place."""

    instrument: Instrument
    rows: Int64Array  # (n, BAR_WIDTH)
    source: Source
    shift_days: int = 0

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def symbol(self) -> Symbol:
        """The instrument's symbol."""
        return self.instrument.symbol

    @property
    def source_note(self) -> str:
        """What a reader of results must know about the data; empty where nothing."""
        return self.source.note

    @property
    def first_ns(self) -> int:
        """Start of the first bar, on the shifted calendar."""
        return int(self.rows[0, START])

    @property
    def last_ns(self) -> int:
        """End of the last bar, on the shifted calendar."""
        return int(self.rows[-1, END])

    def bar(self, row: int) -> Bar:
        """One row as a domain bar."""
        return Bar(self.symbol, *(int(units) for units in self.rows[row]))

    def bars(self) -> Iterator[Bar]:
        """Every bar in time order."""
        symbol = self.symbol
        for row in self.rows.tolist():
            yield Bar(symbol, *row)

    def between(self, start_ns: int, end_ns: int) -> BarTable:
        """The bars that lie wholly within `[start_ns, end_ns)`."""
        first = int(np.searchsorted(self.rows[:, START], start_ns))
        last = int(np.searchsorted(self.rows[:, END], end_ns, side="right"))
        return replace(self, rows=self.rows[first : max(first, last)])

    def shifted(self, days: int) -> BarTable:
        """The same bars, whole days later (or earlier, when negative)."""
        rows = self.rows.copy()
        rows[:, START : END + 1] += days * DAY_NS
        rows.flags.writeable = False
        return replace(self, rows=rows, shift_days=self.shift_days + days)

    def line(self) -> str:
        """Original dates, shift and source in one printable line."""
        first, last = rfc3339(self.source.first_ns)[:10], rfc3339(self.source.last_ns - 1)[:10]
        shift = f"shifted by {self.shift_days:+d} days" if self.shift_days else "at its own dates"
        note = f" ({self.source.note})" if self.source.note else ""
        dates = f"recorded {first} to {last}, {shift}" if self.source.recorded else f"made up for {first} to {last}"
        return f"{self.symbol}: {len(self)} bars of {self.source.name}, {dates}{note}"


def decision_batches(tables: Mapping[Symbol, BarTable]) -> Iterator[tuple[int, list[Bar]]]:
    """All bars of all tables as `(end_ns, bars)`, by end and then by symbol: what one decision sees at once."""
    ordered = [tables[symbol] for symbol in sorted(tables) if len(tables[symbol])]
    if not ordered:
        return
    ends = np.concatenate([table.rows[:, END] for table in ordered])
    ranks = np.repeat(np.arange(len(ordered)), [len(table) for table in ordered])
    rows = np.concatenate([table.rows for table in ordered])
    order = np.lexsort((ranks, ends))
    symbols = [table.symbol for table in ordered]
    batch: list[Bar] = []
    batch_end_ns = 0
    for row, rank in zip(rows[order].tolist(), ranks[order].tolist(), strict=True):
        if batch and row[END] != batch_end_ns:
            yield batch_end_ns, batch
            batch = []
        batch_end_ns = row[END]
        batch.append(Bar(symbols[rank], *row))
    yield batch_end_ns, batch
