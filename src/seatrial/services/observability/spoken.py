"""What strategies said with their decisions, remembered from the bus for as long as this process lives."""

from __future__ import annotations

from seatrial.domain.ids import AccountId, StrategyId, Symbol
from seatrial.services.observability.signal_lookup import Said
from seatrial.services.topics import Decision

SAID_KEPT_MAX = 10_000

Place = tuple[AccountId, StrategyId, int, Symbol]


class Spoken:
    """A `SignalLookup` over the newest decisions."""

    def __init__(self) -> None:
        self._said: dict[Place, Said] = {}

    def hear(self, decision: Decision) -> None:
        """Remember what was said with one decision; the oldest is forgotten."""
        for signal in decision.signals:
            place = (decision.account, decision.strategy, decision.decided_at_ns, signal.symbol)
            self._said[place] = Said(signal.action, signal.confidence, signal.reason)
        while len(self._said) > SAID_KEPT_MAX:
            del self._said[next(iter(self._said))]

    def said(self, account: AccountId, strategy: StrategyId, decided_at_ns: int, symbol: Symbol) -> Said | None:
        """See `SignalLookup`."""
        return self._said.get((account, strategy, decided_at_ns, symbol))
