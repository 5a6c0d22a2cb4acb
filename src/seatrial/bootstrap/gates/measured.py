"""Gates over what commands and the recorder measured on this release, read from the chain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seatrial.bootstrap.accounts import CALENDARS
from seatrial.bootstrap.gates.context import GateContext
from seatrial.bootstrap.soak_records import window_of
from seatrial.domain.time import HOUR_NS
from seatrial.release.gates import bias, build_tests, data_safety, rehearsal_parity, smoke, soak
from seatrial.release.gates.bias import BiasSeen
from seatrial.release.gates.build_tests import TestsRun
from seatrial.release.gates.data_safety import BackupSeen
from seatrial.release.gates.rehearsal_parity import RehearsalSeen
from seatrial.release.gates.smoke import SmokeRun
from seatrial.release.gates.soak import SoakNeeds
from seatrial.release.record import Record
from seatrial.release.verdict import GateResult, Input


def tests(context: GateContext) -> GateResult:
    """The last run of the test command."""
    last = _last(context, "build_tests")
    if last is None:
        return build_tests.evaluate(None, context.asked("build_tests"))
    body: Any = last.body
    run = TestsRun(
        command=str(body["command"]),
        exit_code=body["exit_code"],
        passed=body["passed"],
        failed=body["failed"],
        same_before=body["same_before"] is True,
        same_after=body["same_after"] is True,
        told=str(body.get("told", "")),
    )
    output = Input("output", str(body["output_sha256"]), int(body["output_bytes"]))
    asked = context.asked(
        "build_tests", as_of_ns=last.ts_ns, clock=last.draft.clock, venue=last.draft.venue, inputs=(output,)
    )
    return build_tests.evaluate(run, asked)


def smoke_checks(context: GateContext) -> GateResult:
    """Every smoke check on this release."""
    records = list(context.measured("smoke"))
    runs = [_smoke_run(record) for record in records]
    asked = context.asked_of(records[-1], "smoke") if records else context.asked("smoke")
    return smoke.evaluate(runs, asked)


def rehearsed(context: GateContext) -> GateResult:
    """The last rehearsal of this release."""
    last = _last(context, "rehearsal_parity")
    if last is None:
        return rehearsal_parity.evaluate(None, context.asked("rehearsal_parity"))
    body: Any = last.body
    seen = RehearsalSeen(
        sessions=int(body["sessions"]),
        backtest=str(body["backtest"]),
        rehearsal=str(body["rehearsal"]),
        replays=body["replays"] is True,
        difference=str(body["difference"]),
        fills=int(body["fills"]),
    )
    return rehearsal_parity.evaluate(seen, context.asked_of(last, "rehearsal_parity"))


def unbiased(context: GateContext, gate: str) -> GateResult:
    """The last look for look-ahead or recursion in the strategies of this release."""
    last = _last(context, gate)
    if last is None:
        return bias.evaluate([], context.asked(gate))
    body: Any = last.body
    seen = [BiasSeen(each["strategy"], each["verdict"], each["reason"], each["runs"]) for each in body["strategies"]]
    return bias.evaluate(seen, context.asked_of(last, gate))


def backed_up(context: GateContext) -> GateResult:
    """The last rehearsed backup of this release."""
    last = _last(context, "data_safety")
    if last is None:
        return data_safety.evaluate(None, context.asked("data_safety"))
    body: Any = last.body
    seen = BackupSeen(
        int(body["rows_kept"]), int(body["rows_restored"]), int(body["schema_version"]), str(body.get("fault", ""))
    )
    return data_safety.evaluate(seen, context.asked_of(last, "data_safety"))


def soaked(context: GateContext) -> GateResult:
    """Everything the recorder wrote, of this release and of whatever ran in between."""
    records = [record for record in context.measurements if record.body.get("gate") == "soak"]
    windows = [window_of(record) for record in records]
    strategies: Mapping[str, Any] = context.manifest.sections["strategies"]
    venues = {key.partition("/")[0] for key in strategies}  # `venue`, or `venue/name` where it has several
    calendars = sorted({CALENDARS[venue] for venue in venues if venue in CALENDARS})
    asked = context.asked_of(records[-1], "soak") if records else context.asked("soak")
    return soak.evaluate(windows, context.release_id, calendars, needs_of(context), asked)


def needs_of(context: GateContext) -> SoakNeeds:
    """What the policy asks of a change of this kind."""
    change = context.case.change_class if context.case is not None else "strategy-material"
    rules = context.policy.classes[change]
    return SoakNeeds(wall_hours=-(-rules.soak_wall_ns // HOUR_NS), sessions=rules.soak_sessions)


def _last(context: GateContext, gate: str) -> Record | None:
    return max(context.measured(gate), key=lambda record: record.seq, default=None)


def _smoke_run(record: Record) -> SmokeRun:
    body: Any = record.body
    checks, failed = body.get("checks", []), body.get("failed", [])
    if not checks:  # it looked at nothing, so it showed nothing
        failed = ["nothing was checked"]
    return SmokeRun(record.ts_ns, tuple(map(str, failed)), len(checks), tuple(map(str, body.get("skipped", []))))
