"""Bars of one symbol as plain words of memory: a bar is an object only while somebody looks at it.

As objects a bar takes some 320 bytes, here 56; ten sessions of minutes of a thousand symbols are gigabytes otherwise.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from seatrial.domain.bars import Bar
from seatrial.domain.ids import Symbol

WIDTH = 7  # the numbers of a bar, in the order in which it names them


class BarRows(Sequence[Bar]):
    """Oldest first. A slice of those that were there from the start shares their memory.

    Args:
        words: whole numbers of 64 bits, seven for each bar.
    """

    __slots__ = ("_added", "_given", "_words", "symbol")

    def __init__(self, symbol: Symbol, words: memoryview | None = None) -> None:
        self.symbol = symbol
        self._words = memoryview(array("q")) if words is None else words
        self._given = len(self._words) // WIDTH
        self._added = array("q")

    @classmethod
    def of(cls, symbol: Symbol, bars: Iterable[Bar]) -> BarRows:
        """The same bars; those that are rows already as they are."""
        if isinstance(bars, BarRows):
            return bars
        words = array("q")
        for bar in bars:
            words.extend(_words_of(bar))
        return cls(symbol, memoryview(words))

    def append(self, bar: Bar) -> None:
        """One more at the end."""
        self._added.extend(_words_of(bar))

    def forget_added(self, count: int) -> None:
        """Let go of the oldest that were appended."""
        del self._added[: WIDTH * count]

    def starts(self) -> array[int]:
        """When each begins."""
        return array("q", [*self._words[::WIDTH], *self._added[::WIDTH]])

    def __len__(self) -> int:
        return self._given + len(self._added) // WIDTH

    @overload
    def __getitem__(self, index: int) -> Bar: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Bar]: ...
    def __getitem__(self, index: int | slice) -> Bar | Sequence[Bar]:
        """A bar, or some."""
        if isinstance(index, slice):
            first, last, step = index.indices(len(self))
            if step == 1 and last <= self._given:
                return BarRows(self.symbol, self._words[WIDTH * first : WIDTH * max(first, last)])
            return [self[each] for each in range(first, last, step)]
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError(index)
        if index < self._given:
            return Bar(self.symbol, *self._words[WIDTH * index : WIDTH * (index + 1)])
        place = WIDTH * (index - self._given)
        return Bar(self.symbol, *self._added[place : place + WIDTH])

    def __iter__(self) -> Iterator[Bar]:
        for index in range(len(self)):
            yield self[index]

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Sequence)
            and len(self) == len(other)
            and all(a == b for a, b in zip(self, other, strict=True))
        )

    __hash__ = None  # type: ignore[assignment]


def _words_of(bar: Bar) -> tuple[int, ...]:
    ohlc = bar.open_units, bar.high_units, bar.low_units, bar.close_units
    return (bar.start_ns, bar.end_ns, *ohlc, bar.volume_units)
