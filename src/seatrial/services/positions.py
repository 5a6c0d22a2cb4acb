"""What strategies may know of execution: what is held, what is working, and whether that can be trusted yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from seatrial.core.machine import Machine
from seatrial.core.views import OrderView
from seatrial.domain.ids import AccountId, ClientOrderId, StrategyId, Symbol

REQUEST = "request"  # why an order exists that was asked for as it is; those of targets are the machine's own


class Positions(Protocol):
    """Read-only, and always of this moment."""

    @property
    def waiting_for(self) -> str | None:
        """Why positions cannot be trusted yet; None when they can."""
        ...

    def held(self, account: AccountId) -> Mapping[Symbol, int]:
        """Signed quantity units by symbol."""
        ...

    def working(self, account: AccountId) -> Collection[ClientOrderId]:
        """Orders that are not over."""
        ...

    def asked(self, account: AccountId, strategy: StrategyId) -> Sequence[OrderView]:
        """The orders one strategy asked for itself that are not over, also those of an earlier process."""
        ...


class Recovering(Protocol):
    """The part of the execution service that is asked here."""

    machine: Machine
    waiting_for: str | None


class ExecutionPositions:
    """Positions of an execution service in the same process."""

    def __init__(self, execution: Recovering) -> None:
        self._execution = execution

    @property
    def waiting_for(self) -> str | None:
        """See `Positions`."""
        return self._execution.waiting_for

    def held(self, account: AccountId) -> Mapping[Symbol, int]:
        """See `Positions`."""
        views = self._execution.machine.positions()
        return {view.symbol: view.qty_units for view in views if view.account == account}

    def working(self, account: AccountId) -> Collection[ClientOrderId]:
        """See `Positions`."""
        mine = [order for order in self._execution.machine.registry.working() if order.account == account]
        entries = {order.parent for order in mine if order.parked and order.parent is not None}
        return {order.client_order_id for order in mine} | entries  # an entry lives in its exits

    def asked(self, account: AccountId, strategy: StrategyId) -> Sequence[OrderView]:
        """See `Positions`."""
        machine = self._execution.machine
        known = [machine.order(each) for each in self.working(account)]
        asked = [each for each in known if each is not None and (each.strategy, each.reason) == (strategy, REQUEST)]
        return sorted(asked, key=lambda each: each.sequence)
