"""The desk of a compiled strategy: what it and the loop hand each other, at addresses that stay from try to try."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from seatrial.core import course as loop
from seatrial.core import records as r
from seatrial.core.records import Int64Array
from seatrial.runs.passage import Scratch
from seatrial.runs.prepared import PreparedMarkets
from seatrial.strategy import scanning as s


class CompiledDesk:
    """The arrays of one strategy class on one ground, and the desk that says where they are."""

    def __init__(
        self, prepared: PreparedMarkets, scratch: Scratch, insts: Sequence[int], numbers: int, floats: int
    ) -> None:
        """`insts` are the rows of its symbols in order; it has so many numeric parameters and floats of memory."""
        self._desk, symbols = scratch.desk, len(insts)
        self.places = np.full(len(prepared.instruments), -1, dtype=np.int64)
        self.places[list(insts)] = np.arange(symbols)
        self.own = np.zeros(max(numbers, 1))
        self.last_said = np.zeros(symbols)
        self.ready_from = np.zeros(symbols, dtype=np.int64)
        self._memory = np.zeros((symbols, max(floats, 1)))
        self._wants = np.zeros(s.WANTS_WIDTH)
        self._changes = np.zeros(s.BLOCK_ROWS, dtype=np.int64)
        self._rules = np.array(
            [(i.price_scale, i.qty_scale, i.lot_units, i.shortable) for _, i in prepared.blank.instruments],
            dtype=np.int64,
        )
        self._laid = np.zeros_like(self._desk)
        self._laid[loop.D_STRATEGY] = 0  # of a machine's first strategy
        self._laid[loop.D_TARGETS_ONLY] = 1
        self._laid[loop.D_DESK] = self._desk.ctypes.data
        for place, array in (
            (s.D_ROWS, prepared.rows),
            (s.D_PLACES, self.places),
            (s.D_OWN, self.own),
            (s.D_MEMORY, self._memory),
            (s.D_POSITIONS, scratch.state.positions),
            (s.D_RULES, self._rules),
            (s.D_LAST_SAID, self.last_said),
            (s.D_READY_FROM, self.ready_from),
            (s.D_SAID_ROWS, scratch.course.said),
            (s.D_WANTS, self._wants),
            (s.D_CHANGES, self._changes),
        ):
            self._laid[place] = array.ctypes.data
        self._laid[s.D_WIDTH] = prepared.rows.shape[1]
        self._laid[s.D_POSITIONS_STRIDE] = r.POSITIONS_WIDTH

    def lay(self, own: Sequence[float], ready_from: Sequence[int], addresses: Int64Array) -> None:
        """A try begins: nothing was said, nothing is remembered. `addresses` are where its columns are told."""
        self._desk[:] = self._laid
        self._desk[s.D_COLUMNS] = addresses.ctypes.data
        self.own[: len(own)] = own
        self.ready_from[:] = ready_from
        self.last_said[:] = np.nan
        self._wants[:] = np.nan
        self._memory[:] = 0.0


class CompiledScratch(Scratch):
    """What compiled drives over the same markets use one after the other."""

    def __init__(self, prepared: PreparedMarkets) -> None:
        super().__init__(prepared, prepared.machine(), s.DESK_WIDTH)
        self._prepared = prepared
        self._kept: tuple[tuple[object, ...], CompiledDesk] | None = None

    def desk_for(self, insts: Sequence[int], numbers: int, floats: int) -> CompiledDesk:
        """The desk of a strategy; the last one is kept, because the next try is mostly of the same class."""
        asked = tuple(insts), numbers, floats
        if self._kept is None or self._kept[0] != asked:
            self._kept = asked, CompiledDesk(self._prepared, self, insts, numbers, floats)
        return self._kept[1]
