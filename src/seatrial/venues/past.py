"""What a venue tells of the past, page by page: columns as the catalog has them, and how far they are whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol, TypeVar

from seatrial.domain.faults import VenueUnavailable
from seatrial.venues.backoff import Backoff

T = TypeVar("T")
Values = list[int] | list[float] | list[str]

ATTEMPTS_MAX = 5


@dataclass(frozen=True, slots=True)
class Page:
    """Rows by time, and the instant before which nothing is left to ask for. `ts` is in nanoseconds."""

    columns: dict[str, Values]
    through_ns: int

    def __len__(self) -> int:
        return len(self.columns["ts"])


class Past(Protocol):
    """One venue's history. Pages may be empty; the last one reaches `end_ns`.

    Raises `VenueUnavailable` when the venue stays silent, `VenueRefused` when it says no, and `VenueUnreadable`.
    """

    kinds: tuple[str, ...]
    spans: tuple[str, ...]

    def pages(self, kind: str, symbol: str, span: str, *, start_ns: int, end_ns: int) -> AsyncGenerator[Page, None]:
        """Everything of `[start_ns, end_ns)`, oldest first; `span` is the length of bars."""
        ...


class Patience:
    """Asks a question again where that is safe: it changes nothing at the venue, and no answer came."""

    def __init__(self, random: Random, *, first_ms: int = 500) -> None:
        self._random = random
        self._first_ms = first_ms

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """The answer.

        Raises:
            VenueUnavailable: none came in `ATTEMPTS_MAX` attempts.
        """
        backoff = Backoff(self._random, first_ms=self._first_ms)
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                return await question()
            except VenueUnavailable:
                if attempt == ATTEMPTS_MAX:
                    raise
            await asyncio.sleep(backoff.next_ms() / 1000)
        raise AssertionError("the last attempt returns or raises")
