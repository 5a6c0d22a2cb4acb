"""A circuit before a dependency: after failures in a row it rests, then one question may find out. Pure.

CLOSED     questions pass; `failures_max` failures in a row open it
OPEN       none passes, until `rest_ns` have gone by
HALF_OPEN  one passes; its answer closes the circuit, its failure opens it again
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from seatrial.domain.time import SECOND_NS


class CircuitState(StrEnum):
    """The three words of a dependency's circuit; a trading breaker has other ones."""

    CLOSED = "CLOSED"
    OPEN = "OPEN"
    HALF_OPEN = "HALF_OPEN"


@dataclass(frozen=True, slots=True)
class CircuitRules:
    """Failures in a row before it opens, and how long it then rests, by our own clock."""

    failures_max: int = 3
    rest_ns: int = 30 * SECOND_NS


@dataclass(frozen=True, slots=True)
class Circuit:
    """One circuit. `successes` and `failures` count all there ever were; times are our own clock's."""

    state: CircuitState = CircuitState.CLOSED
    successes: int = 0
    failures: int = 0
    failure_streak: int = 0
    opened_ns: int | None = None
    succeeded_ns: int | None = None
    error: str | None = None  # of the newest failure


def admits(circuit: Circuit, now_ns: int, rules: CircuitRules) -> bool:
    """Whether a question may pass now."""
    match circuit.state:
        case CircuitState.CLOSED:
            return True
        case CircuitState.HALF_OPEN:
            return False  # the one that found out is still under way
        case CircuitState.OPEN:
            assert circuit.opened_ns is not None
            return now_ns - circuit.opened_ns >= rules.rest_ns


def asked(circuit: Circuit, now_ns: int, rules: CircuitRules) -> Circuit:
    """A question passes. Only where `admits`."""
    assert admits(circuit, now_ns, rules)
    return circuit if circuit.state is CircuitState.CLOSED else replace(circuit, state=CircuitState.HALF_OPEN)


def succeeded(circuit: Circuit, now_ns: int) -> Circuit:
    """It was answered."""
    return replace(
        circuit,
        state=CircuitState.CLOSED,
        successes=circuit.successes + 1,
        failure_streak=0,
        opened_ns=None,
        succeeded_ns=now_ns,
    )


def failed(circuit: Circuit, now_ns: int, rules: CircuitRules, error: str) -> Circuit:
    """It was not."""
    streak = circuit.failure_streak + 1
    opens = circuit.state is not CircuitState.CLOSED or streak >= rules.failures_max
    return replace(
        circuit,
        state=CircuitState.OPEN if opens else CircuitState.CLOSED,
        failures=circuit.failures + 1,
        failure_streak=streak,
        opened_ns=now_ns if opens else None,
        error=error,
    )
