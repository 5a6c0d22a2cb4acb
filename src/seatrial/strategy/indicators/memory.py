"""What an indicator of one number remembers: one block of bytes that Python and compiled code both read.

`update` is a method like any other until it is first called; then compiled code takes its place (`strategy.updating`),
which answers the same numbers. A copy of an indicator has a block of its own.
"""

from __future__ import annotations

import math
import struct
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from seatrial.strategy import updating
from seatrial.strategy.indicators.answers import answer


class Memory:
    """A length, the newest answer and a recurrence's state."""

    __slots__ = ("_block",)  # where compiled code looks for it

    length: int
    quick: ClassVar[tuple[type, Any]]  # the class that wrote `update`, and what compiled code puts in its place

    def _remember(self, length: int, numbers: int) -> None:
        """Begin with a state of so many zeros."""
        self._block = bytearray(8 * (updating.M_STATE + numbers))
        struct.pack_into("=qqd", self._block, 0, length, numbers, math.nan)

    @property
    def value(self) -> float | None:
        """The newest answer; None while there is not enough data."""
        return answer(struct.unpack_from("=d", self._block, 8 * updating.M_ANSWER)[0])

    @property
    def _state(self) -> NDArray[np.float64]:
        return np.frombuffer(self._block)[updating.M_STATE :]

    def _answered(self, number: float) -> float | None:
        """What the recurrence answered; from the second time on compiled code does all of this."""
        updating.quicken(*self.quick)
        struct.pack_into("=d", self._block, 8 * updating.M_ANSWER, number)
        return answer(number)


def quick(update: Any) -> Any:
    """The class's `update` gives way to this function of `strategy.updating` once it is used."""

    def decorated(kind: Any) -> Any:
        kind.quick = (kind, update)
        return kind

    return decorated
