"""The least a policy that can arm real money asks for. Below it a policy is refused, unless somebody signed for it.

A policy that can never arm `live` has no floor: it may rehearse with as little as it likes.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from seatrial.domain.faults import EvidenceFault
from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS
from seatrial.release.canonical import canonical, sha256_of
from seatrial.release.keys import Keyring, SigningKey, signature_holds, unbase64
from seatrial.release.policy import Policy
from seatrial.release.verdict import JsonObject

GATES_LEAST = {
    ("dev", "exit"): ("config_valid", "build_tests", "credential_guard"),
    ("staging", "entry"): (
        "credential_guard", "credential_age", "config_valid", "data_safety", "risk_limits", "deploy_health", "smoke",
    ),
    ("staging", "continuous"): (
        "credential_guard", "egress_guard", "hot_watch", "parity_config", "error_budget", "scheduler_liveness",
        "resources", "reconciliation", "risk_limits",
    ),
    ("staging", "exit"): (
        "soak", "smoke", "load_test", "security_audit", "documents", "alert_drills", "breaker_drill", "kill_drill",
        "rollback_drill", "escalation_drill", "runbooks_signed", "model_eval", "divergence", "regression_log",
    ),
    ("prod", "entry"): (
        "env_isolation", "risk_limits", "credential_guard", "deploy_health", "smoke", "oncall_present",
    ),
    ("prod", "continuous"): (
        "hot_watch", "reconciliation", "error_budget", "scheduler_liveness", "risk_limits", "fleet_digest",
        "divergence_live",
    ),
}  # fmt: skip
SOAK_LEAST = {"config-minor": (48, 2), "platform": (48, 5), "strategy-material": (48, 10)}
FIRST_TIER_CAPITAL_MAX = Decimal("0.05")
SOLO_CAPITAL_MAX = Decimal("0.25")
SOLO_COOLING_NS = 72 * HOUR_NS


def weaker(policy: Policy) -> list[str]:
    """Every way a policy asks for less than the floor, one sentence each; empty when it does not."""
    if not policy.arms_live:
        return []
    return [*_gates(policy), *_soak(policy), *_people(policy), *_bounds(policy)]


def lint(policy: Policy, keys: Keyring | None = None, at_ns: int = 0) -> list[str]:
    """What stands against using this policy; a signed `floor_override` by a key with role `risk` answers for it.

    Raises:
        EvidenceFault: there is an override, and its signature is false, unknown or not valid at `at_ns`.
    """
    found = weaker(policy)
    override: Any = policy.document.get("floor_override")
    if not found or override is None:
        return found
    key = (keys or Keyring()).get(str(override.get("key")))
    if key is None or not key.valid_at(at_ns) or "risk" not in key.roles:
        raise EvidenceFault("floor_override: it is signed by a key with role risk that is known and valid")
    if not signature_holds(key.public, unbase64(str(override.get("signature"))), override_bytes(policy.document)):
        raise EvidenceFault(f"floor_override: the signature of {key.owner} does not fit this policy")
    return []


def overridden(document: JsonObject, reason: str, key: SigningKey) -> JsonObject:
    """The document with a floor override somebody answers for."""
    open_: JsonObject = {**document, "floor_override": {"reason": reason, "key": key.id}}
    signature = base64.b64encode(key.sign(override_bytes(open_))).decode()
    return {**document, "floor_override": {"reason": reason, "key": key.id, "signature": signature}}


def override_bytes(document: JsonObject) -> bytes:
    """What an override signs: the whole rest of the policy, and the reason."""
    override: Any = document.get("floor_override")
    rest = {name: value for name, value in document.items() if name != "floor_override"}
    reason = override.get("reason", "") if isinstance(override, dict) else ""
    return f"seatrial/floor_override/v1\n{sha256_of(canonical(rest))}\n{reason}\n".encode()


def _gates(policy: Policy) -> Iterator[str]:
    for (stage, part), least in GATES_LEAST.items():
        rules = policy.stages[stage]
        asked = {"entry": rules.entry, "continuous": rules.continuous, "exit": rules.exit}[part]
        for gate in least:
            if gate not in asked:
                yield f"stages.{stage}.{part} lacks {gate}"
            elif policy.observed(gate):
                yield f"gates.{gate}.observe: a gate of the floor is not only looked at"


def _soak(policy: Policy) -> Iterator[str]:
    for name, (hours, sessions) in SOAK_LEAST.items():
        found = policy.classes.get(name)
        if found is None or found.soak_wall_ns < hours * HOUR_NS or found.soak_sessions < sessions:
            yield f"change_classes.{name}.soak: at least {hours} hours and {sessions} sessions"
    for name in policy.classes:
        if name not in SOAK_LEAST and not _emergency(policy, name):
            yield f"change_classes.{name}: it requires break_glass, and max_tier is {policy.tiers[0].name}"


def _emergency(policy: Policy, name: str) -> bool:
    found = policy.classes[name]
    return "break_glass" in found.requires and found.max_tier == policy.tiers[0].name


def _people(policy: Policy) -> Iterator[str]:
    rules, capital = policy.approvals, Decimal(policy.capital_max)
    if rules.need >= 2:
        if not {"author", "committer"} <= set(rules.excluded):
            yield "gates.approvals.not: author and committer do not approve their own release"
        if rules.roles.get("risk", 0) < 1:
            yield "gates.approvals.roles: at least one signature of role risk"
        if policy.cooling_off_ns < DAY_NS:
            yield "gates.cooling_off.for: at least 24h"
    elif rules.need == 1:
        if policy.cooling_off_ns < SOLO_COOLING_NS or capital > SOLO_CAPITAL_MAX:
            yield f"gates.approvals.need: one signature asks for cooling_off 72h and capital_max {SOLO_CAPITAL_MAX}"
    else:
        yield "gates.approvals.need: at least one signature"


def _bounds(policy: Policy) -> Iterator[str]:
    gates: Any = policy.document["gates"]
    approvals = gates.get("approvals", {})
    exit_: Any = policy.document["stages"]["staging"]  # type: ignore[call-overload, index]
    if policy.age_ns_max > DAY_NS:
        yield "defaults.max_age: at most 24h"
    if policy.hold_grace_ns > 15 * MINUTE_NS:
        yield "defaults.hold_grace: at most 15m"
    if Decimal(policy.tiers[0].capital) > FIRST_TIER_CAPITAL_MAX:
        yield f"ramp.tiers.{policy.tiers[0].name}.capital: at most {FIRST_TIER_CAPITAL_MAX} in the first tier"
    if set(approvals.get("binds", ("release", "policy", "evidence_root"))) != {"release", "policy", "evidence_root"}:
        yield "gates.approvals.binds: release, policy and evidence_root"
    if Decimal(str(gates.get("soak", {}).get("session_uptime_min", "0.95"))) < Decimal("0.95"):
        yield "gates.soak.session_uptime_min: at least 0.95"
    left = exit_.get("exit")
    if not isinstance(left, dict) or _then(left) != ("approvals", "cooling_off"):
        yield "stages.staging.exit: then approvals, then_wait cooling_off"
    yield from _silence(policy.document.get("defaults", {}))


def _then(left: dict[str, Any]) -> Sequence[object]:
    return left.get("then"), left.get("then_wait")


def _silence(defaults: Any) -> Iterator[str]:
    for name in ("on_nodata", "on_error"):
        if defaults.get(name, "hold") != "hold":
            yield f"defaults.{name}: hold, since silence is not evidence"
