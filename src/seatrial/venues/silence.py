"""When silence is news: a socket that is open and mute looks exactly like a quiet market at night.

So silence is judged by whether the venue *should* speak: its market is open, or it owes us the word on an order
that it has confirmed. The venue's own calendar answers, one question per silent span; nothing is asked while
messages flow.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from seatrial.domain.ids import ClientOrderId
from seatrial.venues.port import FillEvent, OrderEvent, StreamUp

ShouldSpeak = Callable[[], Awaitable[bool]]

_OWED_MAX = 1_000


class Watchdog:
    """Counts silent spans. Two in a row in which the venue should have spoken are a lost connection.

    Two, because a market may have opened, or an order been sent, a moment before the first one ended.

    Args:
        should_speak: asked at the end of a silent span; without it the first one is a loss.
    """

    def __init__(self, should_speak: ShouldSpeak | None) -> None:
        self._should_speak = should_speak
        self._expected = False

    def heard(self) -> None:
        """A message came."""
        self._expected = False

    async def is_lost(self) -> bool:
        """A silent span has ended: whether the connection counts as lost.

        Raises:
            VenueFault: the venue does not answer this either.
        """
        if self._should_speak is None:
            return True
        before, self._expected = self._expected, await self._should_speak()
        return before and self._expected


class OwedWords:
    """Orders that the venue has confirmed and its stream has not mentioned yet."""

    def __init__(self) -> None:
        self._owed: dict[ClientOrderId, None] = {}

    def confirmed(self, client_order_id: ClientOrderId) -> None:
        """The answer to a command came; the stream must tell of it too."""
        self._owed[client_order_id] = None
        if len(self._owed) > _OWED_MAX:
            del self._owed[next(iter(self._owed))]

    def heard(self, event: object) -> None:
        """The stream has spoken of an order, or begins anew: what it missed is backfilled then, and nothing is owed."""
        match event:
            case OrderEvent(order):
                self._owed.pop(order.client_order_id, None)
            case FillEvent(fill):
                self._owed.pop(fill.client_order_id, None)
            case StreamUp():
                self._owed.clear()

    async def any(self) -> bool:
        """Whether the stream owes us a word."""
        return bool(self._owed)
