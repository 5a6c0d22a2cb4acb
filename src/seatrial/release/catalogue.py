"""Every gate there is, in the order a reader meets them, and what each one asks. Policies pick from this list."""

from __future__ import annotations

GATES = {
    "config_valid": "every setting is known, well formed and inside its bounds",
    "build_tests": "the tests passed on this commit, and its tag is of the right form",
    "credential_guard": "no live key in this stage, the endpoint and the account are what the stage says",
    "rehearsal_parity": "backtest and rehearsal of one session come to the same orders and the same money",
    "deploy_health": "every role starts, stops and is healthy within its time, all of one digest",
    "smoke": "health, flags, feed, test order and cancel, database writes, positions",
    "reconciliation": "our ledger says what the broker says",
    "risk_limits": "staging limits <= prod limits <= hard caps",
    "egress_guard": "no call went to a live host",
    "credential_age": "no key is older than a quarter",
    "data_safety": "a backup was restored, migrations ran, the schema version is known",
    "resources": "disk, processor and memory have room",
    "hot_watch": "the first fifteen minutes of logs hold no surprise",
    "parity_config": "staging differs from prod only where the overlay may",
    "error_budget": "errors in logs and answers stay below their rates",
    "scheduler_liveness": "no scheduled run was skipped",
    "soak": "long enough on the wall's clock, over enough complete sessions, without interruption",
    "load_test": "twice the largest message and trade volume of six months",
    "security_audit": "dependencies and secrets scanned, nothing high is open",
    "documents": "decision record, rollback plan, on-call, staged rollout, alerts",
    "alert_drills": "every critical alert fired in a drill and arrived",
    "breaker_drill": "the breaker trips, stays tripped and asks for a human",
    "kill_drill": "everything is cancelled within seconds",
    "rollback_drill": "the way back was walked, and smoke passed after it",
    "escalation_drill": "an unanswered page reaches the next person",
    "runbooks_signed": "the incident and shutdown runbooks carry a fresh signature",
    "model_eval": "the model's figures, recomputed, with their uncertainty",
    "lookahead": "no decision of a strategy changes when the future does",
    "recursive": "after its warm-up no strategy remembers where it was started",
    "divergence": "paper trading does what the backtest did, within margins",
    "regression_log": "the log of regressions is generated from this evidence",
    "env_isolation": "prod shares no database, key, queue or account with anything",
    "oncall_present": "somebody is on call and answered",
    "fleet_digest": "every host runs the same digest and the same configuration",
    "divergence_live": "live trading does what paper trading does",
    "break_glass": "two people signed an emergency, for a reason and until an hour",
    "ramp": "this tier has served its sessions and fills",
}

MACHINE_GATES = frozenset({"approvals", "cooling_off"})
"""Steps the state machine counts itself; no verdict stands for them."""

NEVER_WAIVABLE = frozenset(
    {
        "credential_guard",
        "kill_drill",
        "rehearsal_parity",
        "reconciliation",
        "risk_limits",
        "soak",
        "break_glass",
        "ramp",
    }
)

TIMELESS = frozenset({"rehearsal_parity"})
"""Deterministic comparisons: they mean the same in virtual time, so a policy may take them from there."""
