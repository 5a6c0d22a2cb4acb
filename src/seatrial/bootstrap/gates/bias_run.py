"""Looks for bias in every strategy of the settings; the body of a measurement of `lookahead` or `recursive`."""

from __future__ import annotations

from collections.abc import Callable

from seatrial.bootstrap.compiling import compile_core
from seatrial.bootstrap.numba_cache import prepare_compiled_core
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.strategy_files import ChosenStrategy, chosen_strategies
from seatrial.domain.faults import SeatrialFault
from seatrial.release.verdict import JsonObject, JsonValue


def look_for_bias(settings: Settings, gate: str, on_line: Callable[[str], None]) -> JsonObject:
    """A verdict per strategy, on the market of the settings. A strategy that does not run is told as ERROR."""
    compile_core(on_line)
    prepare_compiled_core()
    told: list[JsonValue] = []
    for chosen in chosen_strategies(settings):
        verdict = _verdict(settings, chosen, gate)
        on_line(f"{verdict['strategy']}: {verdict['verdict']}, {verdict['reason']}")
        told.append(verdict)
    market = "synthetic" if settings.data is None else "recorded"
    return {"gate": gate, "market": market, "seed": settings.seed, "strategies": told}


def _verdict(settings: Settings, chosen: ChosenStrategy, gate: str) -> JsonObject:
    from seatrial.bootstrap.research.bias import lookahead, recursive
    from seatrial.bootstrap.research.job import job_of

    name = f"{chosen.venue}/{chosen.id}"
    try:
        job = job_of(settings, chosen.path, {})
        report = lookahead(job, settings.data, seed=settings.seed) if gate == "lookahead" else recursive(job)
    except SeatrialFault as fault:
        return {"strategy": name, "verdict": "ERROR", "reason": str(fault), "runs": 0}
    return {"strategy": name, "verdict": report.verdict.value, "reason": report.reason, "runs": report.runs}
