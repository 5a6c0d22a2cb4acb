"""What a token may do. Scopes are not a ladder: whoever trades need not be able to approve a release."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """One thing a token may do. Every token may also look, whatever its scopes are."""

    VIEWER = "viewer"  # read everything but secrets
    TRADER = "trader"  # place, replace and cancel orders, post targets
    OPERATOR = "operator"  # halt, kill, resume, reset the breaker, start runs, reload; cancel too: it reduces risk
    APPROVER = "approver"  # say yes or no to a release


PUBLIC: frozenset[Scope] = frozenset()  # a door without scopes answers anybody: health, and nothing else
LOOK = frozenset({Scope.VIEWER})
TRADE = frozenset({Scope.TRADER})
CANCEL = frozenset({Scope.TRADER, Scope.OPERATOR})
OPERATE = frozenset({Scope.OPERATOR})
APPROVE = frozenset({Scope.APPROVER})


def admits(door: frozenset[Scope], held: frozenset[Scope]) -> bool:
    """Whether a token with these scopes may use a door. Any token may look."""
    return not door or (Scope.VIEWER in door and bool(held)) or bool(door & held)
