"""A stream event in JSON, put together once however many hear it."""

from __future__ import annotations

from typing import Protocol

import msgspec

from seatrial.emulators.binance.orders import TimeUnit


class Encoded:
    """One event of one stream, raw and wrapped with the stream's name."""

    __slots__ = ("_wrapped", "name", "raw")

    def __init__(self, name: str, event: object) -> None:
        self.name = name
        self.raw = msgspec.json.encode(event).decode()
        self._wrapped: str | None = None

    @property
    def wrapped(self) -> str:
        """For a combined connection."""
        if self._wrapped is None:
            self._wrapped = f'{{"stream":"{self.name}","data":{self.raw}}}'
        return self._wrapped


class Listening(Protocol):
    """Somebody who subscribes."""

    names: dict[str, None]
    unit: TimeUnit

    def tell(self, event: Encoded) -> None:
        """An event of a stream."""
        ...
