"""Records and verdicts in the words of the doors."""

from __future__ import annotations

from typing import Any

from seatrial.domain.time import SECOND_NS, rfc3339
from seatrial.release.catalogue import GATES
from seatrial.release.manifest import short_id
from seatrial.release.record import Record
from seatrial.release.verdict import GateResult
from seatrial.services.api.release_answers import EvidenceRow, GateAnswer, HistoryRow, ReleaseStepAnswer


def gate_answer(result: GateResult, now_ns: int, *, blocks: bool) -> GateAnswer:
    """One gate."""
    return GateAnswer(
        gate=result.gate,
        asks=GATES[result.gate],
        verdict=result.verdict.value,
        reason=result.reason,
        as_of=rfc3339(result.as_of_ns),
        age_s=max(0, now_ns - result.as_of_ns) // SECOND_NS,
        clock=result.clock.value,
        venue=result.venue.value,
        supply=result.supply,
        blocks=blocks,
    )


def evidence_row(record: Record) -> EvidenceRow:
    """One record in short."""
    return EvidenceRow(
        stage=record.draft.env,
        seq=record.seq,
        at=rfc3339(record.ts_ns),
        type=record.type,
        release=_short(record),
        actor=record.draft.actor.id,
        gist=gist(record),
        hash=record.hash,
    )


def history_row(record: Record) -> HistoryRow:
    """One thing that happened."""
    kind = str(record.body.get("gate")) if record.type == "measurement" else record.type
    return HistoryRow(
        at=rfc3339(record.ts_ns),
        stage=record.draft.env,
        kind=kind,
        release=_short(record),
        outcome=gist(record),
        clock=record.draft.clock.value,
    )


def step_answer(record: Record) -> ReleaseStepAnswer:
    """One transition."""
    body = record.body
    return ReleaseStepAnswer(
        stage=record.draft.env,
        seq=record.seq,
        at=rfc3339(record.ts_ns),
        start=str(body["from"]),
        end=str(body["to"]),
        reason=str(body["reason"]),
    )


def gist(record: Record) -> str:
    """The few words of a record that people look for."""
    body: Any = record.body
    match record.type:
        case "gate.verdict":
            return f"{body['gate']}: {body['verdict']}"
        case "transition":
            return f"{body['from']} -> {body['to']}"
        case "release.sealed" | "promotion":
            return f"a {body['change_class']} change"
        case "approval":
            return f"by {record.draft.actor.id}"
        case "key.add":
            return f"{body['owner']}: {', '.join(body['roles'])}"
        case "measurement":
            return _measured(body)
    return ""


def _measured(body: Any) -> str:
    match body.get("gate"):
        case "smoke":
            failed = body.get("failed", [])
            return f"failed: {', '.join(failed)}" if failed else f"{len(body.get('checks', []))} checks passed"
        case "build_tests":
            return f"exit code {body['exit_code']}" + (
                f", {body['passed']} passed" if body["passed"] is not None else ""
            )
        case "rehearsal_parity":
            equal = "equal" if body["backtest"] == body["rehearsal"] else "they differ"
            return f"{body['sessions']} sessions, {body['fills']} fills: {equal}"
        case "soak":
            return f"{body['healthy_s']} of {body['up_s']} s healthy, {body['fills']} fills"
        case "data_safety":
            return str(body["fault"]) or f"{body['rows_restored']} of {body['rows_kept']} rows restored"
    return str(body.get("gate"))


def _short(record: Record) -> str | None:
    return short_id(record.draft.release) if record.draft.release else None
