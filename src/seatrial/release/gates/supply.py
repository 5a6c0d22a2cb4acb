"""What would supply each gate: the command a person runs, or the room that does not exist yet.

Every gate of the catalogue is here, once: a gate whose room is absent is asked like any other, answers NODATA and
holds. `docs/reference/gates.md` is written from these tables and a test keeps them equal.
"""

from __future__ import annotations

from collections.abc import Mapping

SUPPLIED: Mapping[str, str] = {
    "config_valid": "seatrial gate run config_valid",
    "build_tests": "seatrial gate run build_tests",
    "credential_guard": "seatrial gate run credential_guard",
    "credential_age": "seatrial gate run credential_age",
    "rehearsal_parity": "seatrial rehearse --sessions 1",
    "deploy_health": "seatrial up, then seatrial gate run deploy_health",
    "smoke": "seatrial smoke --times 3",
    "reconciliation": "seatrial up, then seatrial gate run reconciliation",
    "risk_limits": "seatrial gate run risk_limits",
    "data_safety": "seatrial gate run data_safety",
    "lookahead": "seatrial gate run lookahead",
    "recursive": "seatrial gate run recursive",
    "soak": "keep seatrial up running; it measures itself",
}

ABSENT: Mapping[str, str] = {
    "egress_guard": "a watch over outgoing connections",
    "resources": "the judge of the metrics history",
    "hot_watch": "the judge of the logs",
    "parity_config": "the judge of overlays",
    "error_budget": "the judge of the metrics history",
    "scheduler_liveness": "the judge of the metrics history",
    "load_test": "the load room",
    "security_audit": "the audit room",
    "documents": "the documents room",
    "alert_drills": "the drill room",
    "breaker_drill": "the drill room",
    "kill_drill": "the drill room",
    "rollback_drill": "the drill room",
    "escalation_drill": "the drill room",
    "runbooks_signed": "the documents room",
    "model_eval": "the model room",
    "divergence": "the judge of paper against backtest",
    "regression_log": "the documents room",
    "env_isolation": "the deployment room",
    "oncall_present": "the alert room",
    "fleet_digest": "the deployment room",
    "divergence_live": "the judge of paper against backtest",
    "ramp": "the capital ramp",
}

SIGNED: Mapping[str, str] = {"break_glass": "two signatures, with a reason and an end"}


def supply_of(gate: str) -> str:
    """The command that would supply a gate; a sentence where there is none yet."""
    if gate in ABSENT:
        return f"nothing yet: {ABSENT[gate]} is a later room"
    return SUPPLIED.get(gate) or SIGNED.get(gate, "")


def absence(gate: str) -> str:
    """Why a gate has no evidence and cannot have any today."""
    return f"room absent: {ABSENT[gate]}"
