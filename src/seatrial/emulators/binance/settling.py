"""The moment at which things become true: stored first, then told, then answered.

What requests of one turn of an event loop change shares a commit, which comes when the turn ends; their answers leave
after it. What the market does at an instant of its own is committed with that instant, and takes along what waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from seatrial.emulators.binance.bulletin import Bulletin
from seatrial.emulators.binance.ledger import Ledger
from seatrial.emulators.exchange import Exchange

OnInstant = Callable[[int], None]


class Settling:
    """Commits the ledger, then lets the bulletin tell; `on_instant` hears last of what the market did."""

    def __init__(self, exchange: Exchange, ledger: Ledger, bulletin: Bulletin) -> None:
        self.on_instant: list[OnInstant] = []
        self._exchange = exchange
        self._ledger = ledger
        self._bulletin = bulletin
        self._gathering = False
        self._is_due = False  # something is not durable yet
        self._is_called = False  # the loop will come back for it
        self._instant_ns: int | None = None
        self._waiting: list[Callable[[], None]] = []
        exchange.on_settled.append(self._settled)

    def gather(self) -> None:
        """A request begins: what it does happens at one instant and is committed with its turn."""
        self._exchange.stand()
        self._gathering = True

    def release(self) -> None:
        """The request is done. Without an event loop there is no turn to wait for."""
        self._gathering = False
        self._exchange.go_on()
        if self._is_due and not self._is_called:
            try:
                asyncio.get_running_loop().call_soon(self._end_turn)
                self._is_called = True
            except RuntimeError:
                self._commit(self._exchange.settled_ns)

    def commit(self, market_ns: int) -> None:
        """Make durable what changed and how far the market has come, then tell; inside a request, with its turn."""
        if self._gathering:
            self._is_due = True
        else:
            self._commit(market_ns)

    def when_durable(self, durable: Callable[[], None]) -> None:
        """Call back once all that was done up to now is durable and told; at once where it is."""
        if self._is_due:
            self._waiting.append(durable)
        else:
            durable()

    async def durable(self) -> None:
        """Return once all that was done up to now is durable."""
        if self._is_due:
            done = asyncio.get_running_loop().create_future()
            self._waiting.append(lambda: None if done.done() else done.set_result(None))
            await done

    def _settled(self, at_ns: int) -> None:
        self._instant_ns = at_ns
        self.commit(at_ns)

    def _end_turn(self) -> None:
        self._is_called = False
        if self._is_due:
            self._commit(self._exchange.settled_ns)

    def _commit(self, market_ns: int) -> None:
        self._ledger.commit(market_ns)
        self._is_due = False
        self._bulletin.tell()
        instant_ns, self._instant_ns = self._instant_ns, None
        if instant_ns is not None:
            for heard in self.on_instant:
                heard(instant_ns)
        waiting, self._waiting = self._waiting, []
        for durable in waiting:
            durable()
