"""`step` for a caller outside compiled code: the rows it reads and writes, and the block that says where they are."""

from __future__ import annotations

import numpy as np

from seatrial.core import records as r
from seatrial.core.stepping import BLOCK_WIDTH, bind, recover_now, step_now


class BoundStep:
    """Steps one machine's state. `effects` takes the rows of the last step, or gives those of a recovery."""

    def __init__(self, effects_max: int) -> None:
        self.effects = np.zeros((effects_max, r.ROW_WIDTH), dtype=np.int64)
        self._fact = np.zeros(r.ROW_WIDTH, dtype=np.int64)
        self._block = np.zeros(BLOCK_WIDTH, dtype=np.int64)
        self._bound: r.State | None = None

    def step(self, state: r.State, fact: r.Int64Array) -> int:
        """Apply one fact and decide; returns how many effects there are."""
        self._take(state, fact)
        return int(step_now(self._block, 0))

    def recover(self, state: r.State, fact: r.Int64Array, count: int) -> None:
        """Apply one fact and the first `count` effects. Nothing is decided again."""
        self._take(state, fact)
        recover_now(self._block, count)

    def _take(self, state: r.State, fact: r.Int64Array) -> None:
        self._fact[:] = fact
        if self._bound is not state:  # its tables have grown
            bind(self._block, state, self._fact, self.effects)
            self._bound = state
