"""Halts: while one is in force, prints of the symbol are told and meet no order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from seatrial.domain.ids import Symbol
from seatrial.emulators.faults.script import FaultScript


class Printed(Protocol):
    """A print of the market."""

    @property
    def symbol(self) -> Symbol:
        """What was traded."""
        ...


class Halting(Protocol):
    """What an exchange lets us do."""

    def halt(self, symbol: Symbol) -> None:
        """Prints of it meet no order."""
        ...

    def resume(self, symbol: Symbol) -> None:
        """They do again."""
        ...


def halts(script: FaultScript, exchange: Halting) -> Callable[[Printed], None]:
    """A listener for `Exchange.on_print`, which hears a print before orders meet it."""
    halted: set[Symbol] = set()

    def heard(trade: Printed) -> None:
        if script.halted(trade.symbol):
            halted.add(trade.symbol)
            exchange.halt(trade.symbol)
        elif trade.symbol in halted:
            halted.discard(trade.symbol)
            exchange.resume(trade.symbol)

    return heard
