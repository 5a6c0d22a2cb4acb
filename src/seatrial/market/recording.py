"""Rows as they are heard, kept in segments: what a killed recorder loses is at most the segment under way.

A segment is a part of the catalog like any other. What was not heard is marked as a gap, so that silence and a quiet
market are told apart.
"""

from __future__ import annotations

import numpy as np

from seatrial.domain.bars import Bar
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import MINUTE_NS
from seatrial.market.archive import Archive, Origin
from seatrial.market.file_grids import calendar_of
from seatrial.market.gaps import due_starts
from seatrial.market.manifest import Gap
from seatrial.market.shapes import MISSING, Columns, DatasetName, dataset_name, kind_of

MERGED_AFTER = 60  # segments, that a long recording does not become thousands of files


class Recording:
    """One dataset that grows. Times are those of the venue, unless they are called received."""

    def __init__(self, archive: Archive, name: DatasetName, source: str, licence: str) -> None:
        self.name = name
        self.rows = 0
        self._archive = archive
        self._source = source
        self._licence = licence
        self._held: dict[str, list[float]] = {}
        self._through_ns: int | None = None  # heard without a gap since the last segment ended here
        self._silent_since: tuple[int, str] | None = self._left_off()
        self._segments = 0

    def hear(self, row: dict[str, float]) -> None:
        """One more row, by column; every row has the same ones."""
        if self._silent_since is not None:
            self._end_silence(int(row["ts"]))
        for column, value in row.items():
            self._held.setdefault(column, []).append(value)

    def lose(self, reason: str, received_ns: int) -> None:
        """Nothing is heard from now on: close the segment, and remember since when."""
        self.keep(received_ns)
        if self._through_ns is not None and self._silent_since is None:
            self._silent_since = (self._through_ns, reason)
        self._through_ns = None

    def keep(self, received_ns: int) -> int:
        """Write the segment under way, durably; returns its rows."""
        count = len(self._held.get("ts", ()))
        if not count:
            return 0
        columns = self._columns()
        self._held = {}
        start_ns = int(columns["ts"].min()) if self._through_ns is None else self._through_ns
        end_ns = max(int(columns["ts"].max()) + max(self.name.kind.span_ns, 1), start_ns)
        origin = Origin(self._source, self._licence, received_ns)
        self._archive.add(self.name, columns, origin, span=(min(start_ns, int(columns["ts"].min())), end_ns))
        self._through_ns, self.rows, self._segments = end_ns, self.rows + count, self._segments + 1
        if self._segments % MERGED_AFTER == 0:
            self.merge(received_ns)
        return count

    def merge(self, received_ns: int) -> None:
        """Make one part of the segments so far."""
        self._archive.merge(self.name, Origin(self._source, self._licence, received_ns))

    def _left_off(self) -> tuple[int, str] | None:
        parts = [part for part in self._archive.manifest(self.name).parts if part.source == self._source]
        return (max(part.end_ns for part in parts), "the recorder did not run") if parts else None

    def _end_silence(self, at_ns: int) -> None:
        assert self._silent_since is not None
        since_ns, reason = self._silent_since
        self._silent_since = None
        calendar = calendar_of(self.name.symbol, self.name.venue)
        if at_ns > since_ns and len(due_starts(calendar, MINUTE_NS, since_ns - MINUTE_NS + 1, at_ns - 1)):
            self._archive.mark_gap(self.name, Gap(since_ns, at_ns, reason))

    def _columns(self) -> Columns:
        cells = self.name.kind.shape.columns
        columns = {name: np.array(values, dtype=cells[name].dtype) for name, values in self._held.items()}
        if not self.name.kind.shape.keyed:
            return columns
        # A venue may repeat a bar after a reconnection; its last word counts.
        stamps, place = np.unique(columns["ts"][::-1], return_index=True)
        return {name: values[::-1][place] for name, values in columns.items()} | {"ts": stamps}


def bar_row(bar: Bar, instrument: Instrument, known_at_ns: int | None) -> dict[str, float]:
    """A finished bar as a row of `bars_1m`; `known_at_ns` where it came late."""
    price, size = instrument.price_scale, instrument.qty_scale
    return {
        "ts": bar.start_ns,
        "open": bar.open_units / price,
        "high": bar.high_units / price,
        "low": bar.low_units / price,
        "close": bar.close_units / price,
        "volume": bar.volume_units / size,
        "known_at": MISSING if known_at_ns is None else known_at_ns,
    }


def recorded_name(kind: str, instrument: Instrument) -> DatasetName:
    """Where a venue's stream of one instrument is kept."""
    return dataset_name(kind_of(kind), str(instrument.venue), str(instrument.symbol))
