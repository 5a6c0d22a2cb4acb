"""Which of two values of a limit allows more. Every limit of `risk_limits.toml` has one strict direction.

Values are as a manifest holds them: text. What is not known or does not read counts as looser: doubt holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from seatrial.release.verdict import JsonValue

STRICT_WHEN_TRUE = frozenset({
    "stop_loss.enable_trailing_stop", "circuit_breaker.enabled", "position_limits.close_only", "symbols.restricted",
    "symbols.close_only",
})  # fmt: skip
STRICT_WHEN_FALSE = frozenset({"circuit_breaker.auto_resume"})
STRICT_WHEN_LARGE = frozenset({
    "circuit_breaker.cooldown_minutes", "order_limits.duplicate_window_seconds",
    "order_limits.execution_window_seconds",
})  # fmt: skip
STRICT_WHEN_LISTED = frozenset({"position_limits.restricted_symbols"})
STRICT_WHEN_SMALL = frozenset({
    "position_limits.max_shares", "position_limits.max_notional_per_position", "position_limits.max_total_exposure",
    "position_limits.max_open_positions", "loss_limits.max_loss_per_trade", "loss_limits.max_daily_loss",
    "loss_limits.max_weekly_loss", "loss_limits.max_monthly_loss", "stop_loss.default_stop_loss_percent",
    "stop_loss.trailing_stop_percent", "circuit_breaker.daily_loss_threshold",
    "circuit_breaker.max_consecutive_losses", "order_limits.price_collar_percent",
    "order_limits.max_price_age_seconds", "order_limits.max_orders_per_minute", "order_limits.max_working_orders",
    "position_limits.max_net_exposure", "position_limits.max_percent_of_equity", "position_limits.max_leverage",
    "loss_limits.max_drawdown_percent", "order_limits.max_order_shares", "order_limits.max_order_value",
    "order_limits.max_orders_per_second", "order_limits.max_messages_per_second",
    "order_limits.max_messages_per_minute", "order_limits.max_duplicate_orders",
    "order_limits.max_executions_per_symbol", "order_limits.max_targets_per_message", "symbols.max_quantity",
    "symbols.max_notional", "symbols.max_percent_of_equity", "symbols.max_order_quantity", "symbols.max_order_value",
    "symbols.price_collar_percent",
})  # fmt: skip
KNOWN = STRICT_WHEN_TRUE | STRICT_WHEN_FALSE | STRICT_WHEN_LARGE | STRICT_WHEN_SMALL | STRICT_WHEN_LISTED
OFF = "off"
# What may be left out of a file, and what holds then.
LEFT_OUT: Mapping[str, JsonValue] = {
    "position_limits.close_only": False, "symbols.restricted": False, "symbols.close_only": False,
    "position_limits.restricted_symbols": [], "order_limits.duplicate_window_seconds": "10",
    "order_limits.execution_window_seconds": "60", "order_limits.max_targets_per_message": "1000",
    **dict.fromkeys((
        "position_limits.max_net_exposure", "position_limits.max_percent_of_equity", "position_limits.max_leverage",
        "loss_limits.max_drawdown_percent", "order_limits.max_order_shares", "order_limits.max_order_value",
        "order_limits.max_orders_per_second", "order_limits.max_messages_per_second",
        "order_limits.max_messages_per_minute", "order_limits.max_duplicate_orders",
        "order_limits.max_executions_per_symbol", "symbols.max_quantity", "symbols.max_notional",
        "symbols.max_percent_of_equity", "symbols.max_order_quantity", "symbols.max_order_value",
        "symbols.price_collar_percent",
    ), OFF),
}  # fmt: skip


def looser(name: str, strict: JsonValue, loose: JsonValue) -> bool:
    """Whether `loose` allows more than `strict` does, of the limit called `name`.

    What an account's or a symbol's own section leaves out holds as off: its stage's limit is compared by itself.
    """
    scope, name = _unscoped(name)
    left_out = LEFT_OUT.get(name, OFF if scope and name in STRICT_WHEN_SMALL else None)
    strict, loose = (left_out if each is None else each for each in (strict, loose))
    if strict == loose:
        return False
    if name in STRICT_WHEN_LISTED:
        return not (
            isinstance(strict, list | tuple)
            and isinstance(loose, list | tuple)
            and set(map(str, strict)) <= set(map(str, loose))
        )
    if name in STRICT_WHEN_TRUE or name in STRICT_WHEN_FALSE:
        return str(loose).lower() != str(name in STRICT_WHEN_TRUE).lower()
    first, second = _number(strict), _number(loose)
    if first is None or second is None or name not in KNOWN:
        return True
    return second < first if name in STRICT_WHEN_LARGE else second > first


def _unscoped(name: str) -> tuple[str, str]:
    """`accounts.binance.loss_limits.max_daily_loss` is the same kind of limit as without its first two words."""
    parts = name.split(".")
    if parts[0] == "accounts" and len(parts) > 2:
        return parts[1], ".".join(parts[2:])
    if parts[0] == "symbols" and len(parts) > 2:
        return ".".join(parts[1:-1]), f"symbols.{parts[-1]}"
    return "", name


def looser_names(strict: Mapping[str, JsonValue], loose: Mapping[str, JsonValue]) -> list[str]:
    """The limits in which `loose` allows more than `strict`. A limit that only one of them has counts."""
    return sorted(name for name in strict.keys() | loose.keys() if looser(name, strict.get(name), loose.get(name)))


def _number(value: JsonValue) -> Decimal | None:
    if value is None or isinstance(value, bool):
        return None
    if value == OFF:
        return Decimal("Infinity")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
