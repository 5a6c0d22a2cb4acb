"""Staging may do no more than prod, and prod no more than the hard caps that no file can lift."""

from __future__ import annotations

from collections.abc import Mapping

from seatrial.release.gates.asked import Asked, several
from seatrial.release.limit_order import looser, looser_names
from seatrial.release.verdict import GateResult, JsonObject, JsonValue

# Far above what a first release should carry, and in the code: lifting one is a change of the platform, with the
# proof that asks for. Money is in the account's own currency.
HARD_CAPS: Mapping[str, str] = {
    "position_limits.max_shares": "100000",
    "position_limits.max_notional_per_position": "1000000",
    "position_limits.max_total_exposure": "5000000",
    "position_limits.max_open_positions": "200",
    "loss_limits.max_loss_per_trade": "50000",
    "loss_limits.max_daily_loss": "100000",
    "loss_limits.max_weekly_loss": "250000",
    "loss_limits.max_monthly_loss": "500000",
    "order_limits.price_collar_percent": "20",
    "order_limits.max_price_age_seconds": "900",
    "order_limits.max_orders_per_minute": "1000",
    "order_limits.max_working_orders": "500",
}


def evaluate(stages: Mapping[str, JsonValue], asked: Asked) -> GateResult:
    """`stages` are the limits of each stage, as a manifest holds them."""
    staging, prod = (_limits(stages, stage) for stage in ("staging", "prod"))
    if staging is None or prod is None:
        return asked.lacks("there is no file of risk limits")
    beyond = looser_names(prod, staging)
    if beyond:
        named = several([f"{name} {staging.get(name)} > {prod.get(name)}" for name in beyond], 3)
        return asked.fails(f"staging allows more than prod: {named}", limits=list(beyond))
    over = [name for name, cap in HARD_CAPS.items() if name in prod and looser(name, cap, prod[name])]
    if over:
        named = several([f"{name} {prod[name]} > {HARD_CAPS[name]}" for name in over], 3)
        return asked.fails(f"prod allows more than the hard caps: {named}", limits=list(over))
    if prod.get("circuit_breaker.auto_resume") not in {False, "False", "false"}:
        return asked.fails("circuit_breaker.auto_resume must be false in prod: a person resumes")
    return asked.passes(f"{len(prod)} limits: staging <= prod <= hard caps")


def _limits(stages: Mapping[str, JsonValue], stage: str) -> JsonObject | None:
    found = stages.get(stage)
    return found if isinstance(found, dict) and found else None
