"""Targets of a strategy that acts at times of its own: they wait for the run, and the latest one counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from seatrial.domain.facts import CancelRequest, OrderRequest, Target
from seatrial.domain.ids import Symbol

Decision = Target | OrderRequest | CancelRequest


class Gate(Protocol):
    """When decisions may leave."""

    def opens(self, batch_ns: int) -> bool:
        """Whether the run happens with the bars that ended at this instant. Asked once per batch, in order."""
        ...


class Holding:
    """What a scheduled strategy wants, until its run.

    Cancels never wait: they take back. An explicit order counts only when it is asked for with the bars of the
    run: a limit price of the morning is no price of the afternoon.
    """

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.targets: dict[Symbol, Target] = {}
        self.opened = False  # with the newest bars
        self.dropped = 0  # orders asked for between runs

    def keep(self, decisions: Sequence[Decision]) -> None:
        """Remember what is wanted; orders and cancels of the past are past."""
        self.targets.update({each.symbol: each for each in decisions if isinstance(each, Target)})

    def pass_on(self, decisions: Sequence[Decision], batch_ns: int) -> list[Decision]:
        """What leaves with the bars of this instant; targets are then decided at it."""
        self.keep(decisions)
        self.opened = self.gate.opens(batch_ns)
        kinds = (CancelRequest, OrderRequest) if self.opened else (CancelRequest,)
        leaving: list[Decision] = [each for each in decisions if isinstance(each, kinds)]
        if not self.opened:
            self.dropped += sum(isinstance(each, OrderRequest) for each in decisions)
            return leaving
        for target in self.targets.values():
            leaving.append(replace(target, at_ns=batch_ns, decided_at_ns=batch_ns))
        self.targets.clear()
        return leaving
