"""Queue models in plain Python, written from `docs/concepts/fills_depth.md` for `core.plain_depth`."""

from __future__ import annotations

import math

from seatrial.core.depth_orders import FillRules

MICRO = 1_000_000


def after_change(rules: FillRules, ahead: int, traded: int, before: int, after: int) -> int:
    """What stands ahead, in millionths of a lot, once a level went from `before` to `after` lots."""
    rests = after * MICRO
    stood = before * MICRO - traded
    canceled = stood - rests
    if rules.queue in ("cautious", "front") or canceled <= 0:
        return min(ahead, rests)
    behind = max(stood - ahead, 0)
    gone_behind = min(int(share_behind(rules, ahead, behind) * canceled), behind)
    return min(max(ahead - (canceled - gone_behind), 0), rests)


def share_behind(rules: FillRules, ahead: int, behind: int) -> float:
    """How likely it is that a cancelled lot stood behind us."""
    if ahead <= 0 or behind <= 0:
        return 1.0 if ahead <= 0 else 0.0
    return weight(rules, behind) / (weight(rules, ahead) + weight(rules, behind))


def weight(rules: FillRules, micro: int) -> float:
    """`f(x)` of the model."""
    match rules.queue:
        case "log":
            return math.log(1.0 + micro / (MICRO * rules.log_unit_lots))
        case "sqrt":
            return math.sqrt(micro / MICRO)
        case "power":
            return math.pow(micro / MICRO, rules.power_milli / 1_000)
        case _:
            return micro / MICRO
