"""What a strategy says beside a decision: which way, how sure, and why. Words for people; no order is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from seatrial.domain.facts import CancelRequest, OrderRequest, Target
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import Symbol

Action = Literal["buy", "sell", "hold"]
ACTIONS: tuple[Action, ...] = ("buy", "sell", "hold")
REASON_LENGTH_MAX = 500


@dataclass(frozen=True, slots=True)
class Saying:
    """One statement. `confidence` is the strategy's own, from 0 to 1; None where it gives none, never a guess of ours.

    `decision` is the target or order it explains, None for a statement without one.
    """

    at_ns: int
    symbol: Symbol
    action: Action
    confidence: float | None
    reason: str | None
    decision: Target | OrderRequest | None = None

    def below(self, least: float) -> bool:
        """Whether it says that it is less sure than this. A strategy that does not say is not below."""
        return self.confidence is not None and self.confidence < least


class Sayings:
    """What was said in one batch, and what was wanted before it."""

    def __init__(self) -> None:
        self.newest: list[Saying] = []
        self._wanted: dict[Symbol, Target] = {}

    def clear(self) -> None:
        """Another batch begins."""
        self.newest = []

    def on_target(self, target: Target, held_units: int, confidence: object, reason: object) -> None:
        """A target was set; which way it leads is told by what was wanted before, or is held."""
        action = direction(target, self._wanted.get(target.symbol), held_units)
        self._say(target.at_ns, target.symbol, action, confidence, reason, target)
        self._wanted[target.symbol] = target

    def on_order(self, order: OrderRequest, confidence: object, reason: object) -> None:
        """An order was asked for."""
        self._say(order.at_ns, order.symbol, "buy" if order.side > 0 else "sell", confidence, reason, order)

    def on_signal(self, at_ns: int, symbol: Symbol, action: object, confidence: object, reason: object) -> None:
        """Something was said and nothing asked for."""
        self._say(at_ns, symbol, checked_action(action), confidence, reason, None)

    def forget(self, decisions: Sequence[Target | OrderRequest | CancelRequest]) -> None:
        """These decisions do not count, so nothing was said of them."""
        for decision in decisions:
            if isinstance(decision, Target) and self._wanted.get(decision.symbol) is decision:
                del self._wanted[decision.symbol]
        if decisions:
            self.newest = [each for each in self.newest if not any(each.decision is one for one in decisions)]

    def below(self, least: float) -> list[Saying]:
        """What was said with less confidence than this."""
        return [each for each in self.newest if each.below(least)]

    def _say(
        self,
        at_ns: int,
        symbol: Symbol,
        action: Action,
        confidence: object,
        reason: object,
        decision: Target | OrderRequest | None,
    ) -> None:
        sure, why = checked_confidence(confidence), checked_reason(reason)
        if self.newest and self.newest[-1].at_ns != at_ns:
            self.newest = []  # a driver that shows many batches tells of none
        self.newest.append(Saying(at_ns, symbol, action, sure, why, decision))


def checked_confidence(confidence: object) -> float | None:
    """A confidence from 0 to 1, or None.

    Raises:
        RequestFault: anything else.
    """
    if confidence is None:
        return None
    if isinstance(confidence, bool) or not isinstance(confidence, int | float) or not 0 <= confidence <= 1:
        raise RequestFault("confidence", "a number from 0 to 1, or None", confidence)
    return float(confidence)


def checked_reason(reason: object) -> str | None:
    """A reason in words, or None.

    Raises:
        RequestFault: no text, or too long a one.
    """
    if reason is None:
        return None
    if not isinstance(reason, str) or len(reason) > REASON_LENGTH_MAX:
        raise RequestFault("reason", f"text of at most {REASON_LENGTH_MAX} characters", reason)
    return reason.strip() or None


def checked_action(action: object) -> Action:
    """Buy, sell or hold.

    Raises:
        RequestFault: another word.
    """
    for known in ACTIONS:
        if action == known:
            return known
    raise RequestFault("action", ", ".join(ACTIONS), action)


def direction(target: Target, before: Target | None, held_units: int) -> Action:
    """Which way a target leads: against what the strategy wanted before, or, the first time, against what is held."""
    wanted = _amount(target)
    if before is not None and (before.weight_ppm is None) == (target.weight_ppm is None):
        known = _amount(before)
    elif target.quantity_units is not None or not held_units or not wanted:
        known = held_units
    else:
        return "hold"  # a weight against a quantity: nobody has compared them yet
    return "buy" if wanted > known else "sell" if wanted < known else "hold"


def _amount(target: Target) -> int:
    amount = target.quantity_units if target.weight_ppm is None else target.weight_ppm
    assert amount is not None, "a target has a quantity or a weight"
    return amount
