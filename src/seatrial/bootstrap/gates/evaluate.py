"""Asks gates about a release and appends what they say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from seatrial.bootstrap.evidence import append
from seatrial.bootstrap.gates import files, live, measured
from seatrial.bootstrap.gates.context import Collect, GateContext
from seatrial.domain.faults import RequestFault, SeatrialFault
from seatrial.release.catalogue import GATES
from seatrial.release.gates.supply import ABSENT, absence
from seatrial.release.verdict import GateResult

INSTANT: Mapping[str, Collect] = {
    "config_valid": files.configuration,
    "credential_guard": files.credentials,
    "credential_age": files.credential_ages,
    "risk_limits": files.limits,
    "deploy_health": live.deployed,
    "reconciliation": live.books,
}
MEASURED: Mapping[str, Collect] = {
    "build_tests": measured.tests,
    "smoke": measured.smoke_checks,
    "rehearsal_parity": measured.rehearsed,
    "lookahead": partial(measured.unbiased, gate="lookahead"),
    "recursive": partial(measured.unbiased, gate="recursive"),
    "data_safety": measured.backed_up,
    "soak": measured.soaked,
}
COLLECTORS: Mapping[str, Collect] = {**INSTANT, **MEASURED}


def known_gate(name: str) -> str:
    """The gate of this name.

    Raises:
        RequestFault: there is none.
    """
    if name not in GATES:
        raise RequestFault("gate", f"one of {', '.join(GATES)}", name)
    return name


def evaluate(context: GateContext, gate: str) -> GateResult:
    """What a gate says of a release now. A gate that cannot even be asked says ERROR, and one without a room NODATA."""
    asked = context.asked(gate)
    if gate in ABSENT:
        return asked.lacks(absence(gate))
    collect = COLLECTORS.get(gate)
    if collect is None:
        return asked.lacks("people sign it, nothing measures it")
    try:
        return collect(context)
    except (SeatrialFault, OSError) as fault:
        return asked.breaks(f"it could not be asked: {fault}")


def judge(context: GateContext, gates: Iterable[str]) -> list[GateResult]:
    """Evaluate these gates and append each verdict that is news. A release the chain does not know is only told.

    Raises:
        EvidenceFault: the chain cannot be written.
    """
    results = []
    for gate in gates:
        result = evaluate(context, gate)
        results.append(result)
        if context.case is not None and _is_news(context, result):
            append(
                context.settings,
                "gate.verdict",
                context.manifest.digest,
                result.body(),
                policy=context.policy.digest,
                clock=result.clock,
                venue=result.venue,
                actor="gates",
            )
    return results


def _is_news(context: GateContext, result: GateResult) -> bool:
    """Whether it adds something. A room that is absent is so every time; a measurement speaks of its own instant."""
    assert context.case is not None
    known = context.case.verdicts.get(result.gate)
    if known is None:
        return result.gate not in ABSENT
    said = known.verdict, known.reason
    if result.gate in INSTANT:
        return said != (result.verdict, result.reason) or result.as_of_ns > known.as_of_ns
    return said != (result.verdict, result.reason) or result.as_of_ns != known.as_of_ns
