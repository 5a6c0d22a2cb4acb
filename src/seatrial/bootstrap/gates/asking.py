"""`seatrial gate run`: some gates need work before they can be judged, and this does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from seatrial.bootstrap.evidence import append
from seatrial.bootstrap.gates.backups import rehearse_backup
from seatrial.bootstrap.gates.bias_run import look_for_bias
from seatrial.bootstrap.gates.evaluate import judge, known_gate
from seatrial.bootstrap.gates.suite import run_tests
from seatrial.bootstrap.releases.journey import context_of, explained, which_release
from seatrial.bootstrap.settings import Settings
from seatrial.release.gates.supply import SIGNED
from seatrial.release.states import required
from seatrial.release.verdict import GateResult, VenueKind


def ask(
    settings: Settings, gates: Sequence[str], release: str | None, token: str | None, on_line: Callable[[str], None]
) -> list[GateResult]:
    """Measure where a gate of this name measures, judge all of them, and append the verdicts.

    Without `gates`: every gate of the release's next step, measuring nothing anew.

    Raises:
        RequestFault: no such gate or release.
        EvidenceFault: a chain was altered or cannot be written.
    """
    names = [known_gate(name) for name in gates]
    manifest = which_release(settings, release)
    if "build_tests" in names:
        body = run_tests(settings, manifest, on_line)
        append(settings, "measurement", manifest.digest, body, actor="gates")
    if "data_safety" in names:
        append(settings, "measurement", manifest.digest, rehearse_backup(settings), actor="gates")
    for gate in ("lookahead", "recursive"):
        if gate in names:
            found = look_for_bias(settings, gate, on_line)
            append(settings, "measurement", manifest.digest, found, venue=VenueKind.EMULATED, actor="gates")
    context = context_of(settings, manifest, token)
    if not names and context.case is not None:
        names = [gate for gate in required(context.case, context.policy) if gate not in SIGNED]
    elif not names:
        rules = context.policy.stages[str(settings.stage)]
        names = list(dict.fromkeys([*rules.entry, *rules.continuous, *rules.exit]))
    return [explained(each) for each in judge(context, names)]
