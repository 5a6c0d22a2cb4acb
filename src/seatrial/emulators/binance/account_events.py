"""What an account is told on its user data stream. Nothing is put into JSON before somebody wants it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from seatrial.emulators.binance.orders import Json


class AccountEvent:
    """One event. `what` is the name faults know it by: its type, and for a report the execution and the status."""

    __slots__ = ("_json", "_make", "what")

    def __init__(self, what: str, make: Callable[[], Json]) -> None:
        """`make` is called once at most, when the event may be long past: it must hold what it tells by value."""
        self.what = what
        self._make = make
        self._json: bytes | None = None

    @property
    def type(self) -> str:
        """Its type, which `what` begins with."""
        return self.what.partition(" ")[0]

    @property
    def json(self) -> bytes:
        """The event as the stream tells it."""
        if self._json is None:
            self._json = msgspec.json.encode(self._make())
        return self._json
