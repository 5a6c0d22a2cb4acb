"""A dependency's circuit: it opens, rests, lets one question through, and is never stuck."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seatrial.services.circuits import Circuit, CircuitRules, CircuitState, admits, asked, failed, succeeded

RULES = CircuitRules(failures_max=3, rest_ns=30)
STEPS = st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=60)


def lived(steps: list[tuple[int, bool]]) -> list[tuple[Circuit, bool, int]]:
    """Each step: time passes, somebody asks, and is answered or not. The circuit after it, whether it let them."""
    circuit, now_ns, seen = Circuit(), 0, []
    for passed_ns, works in steps:
        now_ns += passed_ns
        let = admits(circuit, now_ns, RULES)
        if let:
            circuit = asked(circuit, now_ns, RULES)
            circuit = succeeded(circuit, now_ns) if works else failed(circuit, now_ns, RULES, "broken")
        seen.append((circuit, let, now_ns))
    return seen


@given(STEPS)
def test_it_opens_at_the_third_failure_in_a_row_and_not_before(steps):
    for circuit, _, _ in lived(steps):
        assert (circuit.state is CircuitState.CLOSED) == (circuit.failure_streak < RULES.failures_max)
        assert circuit.state is not CircuitState.HALF_OPEN, "an answered question leaves no half-open circuit"


@given(STEPS)
def test_every_question_that_passed_is_counted_once(steps):
    seen = lived(steps)
    passed = sum(let for _, let, _ in seen)
    if seen:
        assert seen[-1][0].successes + seen[-1][0].failures == passed


@given(STEPS)
def test_it_rests_as_long_as_it_says_and_then_lets_somebody_find_out(steps):
    for circuit, _, now_ns in lived(steps):
        if circuit.opened_ns is not None:
            assert admits(circuit, circuit.opened_ns + RULES.rest_ns, RULES)
            assert not admits(circuit, circuit.opened_ns + RULES.rest_ns - 1, RULES)
        else:
            assert admits(circuit, now_ns, RULES)


def test_while_one_finds_out_nobody_else_asks_and_the_answer_decides():
    circuit = Circuit()
    for _ in range(3):
        circuit = failed(circuit, 0, RULES, "broken")
    finding_out = asked(circuit, 30, RULES)
    assert finding_out.state is CircuitState.HALF_OPEN
    assert not admits(finding_out, 10**9, RULES)
    assert succeeded(finding_out, 31).state is CircuitState.CLOSED
    assert failed(finding_out, 31, RULES, "still broken").state is CircuitState.OPEN
