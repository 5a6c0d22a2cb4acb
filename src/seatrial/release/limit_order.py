"""Which of two values of a limit allows more. Every limit of `risk_limits.toml` has one strict direction.

Values are as a manifest holds them: text. What is not known or does not read counts as looser: doubt holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from seatrial.release.verdict import JsonValue

STRICT_WHEN_TRUE = frozenset({"stop_loss.enable_trailing_stop", "circuit_breaker.enabled"})
STRICT_WHEN_FALSE = frozenset({"circuit_breaker.auto_resume"})
STRICT_WHEN_LARGE = frozenset({"circuit_breaker.cooldown_minutes"})
STRICT_WHEN_SMALL = frozenset({
    "position_limits.max_shares", "position_limits.max_notional_per_position", "position_limits.max_total_exposure",
    "position_limits.max_open_positions", "loss_limits.max_loss_per_trade", "loss_limits.max_daily_loss",
    "loss_limits.max_weekly_loss", "loss_limits.max_monthly_loss", "stop_loss.default_stop_loss_percent",
    "stop_loss.trailing_stop_percent", "circuit_breaker.daily_loss_threshold",
    "circuit_breaker.max_consecutive_losses", "order_limits.price_collar_percent",
    "order_limits.max_price_age_seconds", "order_limits.max_orders_per_minute", "order_limits.max_working_orders",
})  # fmt: skip
KNOWN = STRICT_WHEN_TRUE | STRICT_WHEN_FALSE | STRICT_WHEN_LARGE | STRICT_WHEN_SMALL


def looser(name: str, strict: JsonValue, loose: JsonValue) -> bool:
    """Whether `loose` allows more than `strict` does, of the limit called `name`."""
    if strict == loose:
        return False
    if name in STRICT_WHEN_TRUE or name in STRICT_WHEN_FALSE:
        return str(loose).lower() != str(name in STRICT_WHEN_TRUE).lower()
    first, second = _number(strict), _number(loose)
    if first is None or second is None or name not in KNOWN:
        return True
    return second < first if name in STRICT_WHEN_LARGE else second > first


def looser_names(strict: Mapping[str, JsonValue], loose: Mapping[str, JsonValue]) -> list[str]:
    """The limits in which `loose` allows more than `strict`. A limit that only one of them has counts."""
    return sorted(name for name in strict.keys() | loose.keys() if looser(name, strict.get(name), loose.get(name)))


def _number(value: JsonValue) -> Decimal | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
