"""What a venue says of its books, beside what trading needs: for those who record it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from seatrial.domain.ids import Symbol
from seatrial.venues.port import StreamDown, StreamUp

Level = tuple[int, int]  # price and quantity, in whole units; a quantity of 0 ends the level


@dataclass(frozen=True, slots=True)
class QuoteEvent:
    """The best prices of a symbol, as of an update of its book. The venue tells no time of them."""

    symbol: Symbol
    bid: Level
    ask: Level
    update_id: int


@dataclass(frozen=True, slots=True)
class DepthEvent:
    """Levels of a book as they are now, or all of it where it is a snapshot.

    `at_ns` is None where nobody tells a time. `first_id` and `last_id` are the updates it covers; those of one book
    follow each other without a gap.
    """

    symbol: Symbol
    at_ns: int | None
    first_id: int
    last_id: int
    bids: Sequence[Level]
    asks: Sequence[Level]
    is_snapshot: bool = False


@dataclass(frozen=True, slots=True)
class BookLost:
    """An update is missing: what was known of this book is worth nothing until the next snapshot."""

    symbol: Symbol
    reason: str


BookEvent = QuoteEvent | DepthEvent | BookLost | StreamUp | StreamDown


class Books(Protocol):
    """The books of one venue."""

    def events(self, symbols: Sequence[Symbol]) -> AsyncIterator[BookEvent]:
        """Quotes and depth for ever; each book begins with a snapshot, and after a gap with another one."""
        ...

    async def close(self) -> None:
        """Hang up."""
        ...
