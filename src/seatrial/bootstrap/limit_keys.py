"""Every key of `config/risk_limits.toml`: the field it fills, what it accepts, and how its unit becomes ours.

`docs/reference/risk.md` is held against these tables by a test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from seatrial.bootstrap import parsing
from seatrial.bootstrap.environment import did_you_mean
from seatrial.bootstrap.parsing import Kind
from seatrial.core.records import PPM, RECENT_ORDERS
from seatrial.domain.faults import RequestFault
from seatrial.domain.limits import NO_LIMIT, QUANTITY_SCALE
from seatrial.domain.time import MINUTE_NS, SECOND_NS

OFF = "off"
LEVERAGE_MAX = 100


def _same(value: Any) -> Any:
    return value


def _or_off(kind: Kind) -> Kind:
    def parse(raw: object) -> Any:
        return NO_LIMIT if isinstance(raw, str) and raw.strip().lower() == OFF else kind.parse(raw)

    return Kind(f"{kind.accepted}, or {OFF}", parse)


def _scaled(scale: int, most: int) -> Callable[[object], int]:
    def units(raw: object) -> int:
        if isinstance(raw, bool):
            raise TypeError(raw)
        value = Decimal(str(raw).strip()) * scale
        if not value.is_finite() or value != value.to_integral_value() or not 0 < value <= most:
            raise ValueError(raw)
        return int(value)

    return units


def _alike(raw: object) -> int:
    count = int(parsing.COUNT.parse(raw))
    if count > RECENT_ORDERS:
        raise ValueError(raw)
    return count


def _listed(raw: object) -> tuple[str, ...]:
    return tuple(sorted(set(parsing.SYMBOLS.parse(raw))))


MONEY, COUNT, PERCENT = _or_off(parsing.MONEY), _or_off(parsing.COUNT), _or_off(parsing.PERCENT)
LEVERAGE = _or_off(
    Kind(f"a number above 0, at most {LEVERAGE_MAX}, with at most six decimals", _scaled(PPM, LEVERAGE_MAX * PPM))
)
QUANTITY = _or_off(
    Kind("a quantity above 0, at most 1000000000, with at most nine decimals", _scaled(QUANTITY_SCALE, 10**18))
)
ALIKE = _or_off(Kind(f"a whole number from 1 to {RECENT_ORDERS}", _alike))
LIST = Kind(parsing.SYMBOLS.accepted, _listed)


@dataclass(frozen=True, slots=True)
class Key:
    """One key. An optional one is ours and may be left out; the others are the runbooks' and are required."""

    field: str
    kind: Kind
    convert: Callable[[Any], Any] = _same
    optional: bool = False


def _ours(field: str, kind: Kind, unit_ns: int = 0) -> Key:
    return Key(field, kind, (lambda value: value * unit_ns) if unit_ns else _same, optional=True)


KEYS: Mapping[str, Key] = {
    "position_limits.max_shares": Key("max_shares", parsing.COUNT),
    "position_limits.max_notional_per_position": Key("max_notional_per_position_units", parsing.MONEY),
    "position_limits.max_total_exposure": Key("max_total_exposure_units", parsing.MONEY),
    "position_limits.max_open_positions": Key("max_open_positions", parsing.COUNT),
    "position_limits.max_net_exposure": _ours("max_net_exposure_units", MONEY),
    "position_limits.max_percent_of_equity": _ours("max_position_equity_ppm", PERCENT),
    "position_limits.max_leverage": _ours("max_leverage_ppm", LEVERAGE),
    "position_limits.close_only": _ours("close_only", parsing.BOOLEAN),
    "position_limits.restricted_symbols": _ours("restricted_symbols", LIST),
    "loss_limits.max_loss_per_trade": Key("max_loss_per_trade_units", parsing.MONEY),
    "loss_limits.max_daily_loss": Key("max_daily_loss_units", parsing.MONEY),
    "loss_limits.max_weekly_loss": Key("max_weekly_loss_units", parsing.MONEY),
    "loss_limits.max_monthly_loss": Key("max_monthly_loss_units", parsing.MONEY),
    "loss_limits.max_drawdown_percent": _ours("max_drawdown_ppm", PERCENT),
    "stop_loss.default_stop_loss_percent": Key("default_stop_loss_ppm", parsing.PERCENT),
    "stop_loss.enable_trailing_stop": Key("enable_trailing_stop", parsing.BOOLEAN),
    "stop_loss.trailing_stop_percent": Key("trailing_stop_ppm", parsing.PERCENT),
    "circuit_breaker.enabled": Key("breaker_enabled", parsing.BOOLEAN),
    "circuit_breaker.daily_loss_threshold": Key("breaker_daily_loss_units", parsing.MONEY),
    "circuit_breaker.max_consecutive_losses": Key("breaker_consecutive_losses_max", parsing.COUNT),
    "circuit_breaker.cooldown_minutes": Key("breaker_cooldown_ns", parsing.COUNT, lambda minutes: minutes * MINUTE_NS),
    "circuit_breaker.auto_resume": Key("breaker_auto_resume", parsing.BOOLEAN),
    "order_limits.price_collar_percent": _ours("price_collar_ppm", parsing.PERCENT),
    "order_limits.max_price_age_seconds": _ours("price_age_ns_max", parsing.COUNT, SECOND_NS),
    "order_limits.max_order_shares": _ours("max_order_shares", COUNT),
    "order_limits.max_order_value": _ours("max_order_value_units", MONEY),
    "order_limits.max_orders_per_second": _ours("orders_per_second_max", COUNT),
    "order_limits.max_orders_per_minute": _ours("orders_per_minute_max", parsing.COUNT),
    "order_limits.max_messages_per_second": _ours("messages_per_second_max", COUNT),
    "order_limits.max_messages_per_minute": _ours("messages_per_minute_max", COUNT),
    "order_limits.max_duplicate_orders": _ours("duplicate_orders_max", ALIKE),
    "order_limits.duplicate_window_seconds": _ours("duplicate_window_ns", parsing.COUNT, SECOND_NS),
    "order_limits.max_executions_per_symbol": _ours("executions_per_symbol_max", COUNT),
    "order_limits.execution_window_seconds": _ours("execution_window_ns", parsing.COUNT, SECOND_NS),
    "order_limits.max_working_orders": _ours("orders_working_max", parsing.COUNT),
    "order_limits.max_targets_per_message": _ours("targets_per_message_max", parsing.COUNT),
}
# `[symbols.NAME]`: limits of one symbol, beside those of its account.
SYMBOL_KEYS: Mapping[str, Key] = {
    "max_quantity": _ours("max_position_nano", QUANTITY),
    "max_notional": _ours("max_notional_per_position_units", MONEY),
    "max_percent_of_equity": _ours("max_position_equity_ppm", PERCENT),
    "max_order_quantity": _ours("max_order_nano", QUANTITY),
    "max_order_value": _ours("max_order_value_units", MONEY),
    "price_collar_percent": _ours("price_collar_ppm", PERCENT),
    "restricted": _ours("restricted", parsing.BOOLEAN),
    "close_only": _ours("close_only", parsing.BOOLEAN),
}


def read_limit(name: str, raw: object, of_symbol: bool) -> tuple[str, int]:
    """What an operator says of one limit: its field and its value in whole units. Nothing said is 0.

    Raises:
        RequestFault: there is no such limit, it is none that can change while running, or the value is not accepted.
    """
    known = SYMBOL_KEYS if of_symbol else KEYS
    key = known.get(name)
    if key is None:
        raise RequestFault("limit", f"a key of config/risk_limits.toml{did_you_mean(name, known)}", name)
    if key.kind is LIST or key.field == "targets_per_message_max":
        raise RequestFault("limit", "a limit that can change while running; for one symbol use its `restricted`", name)
    if raw is None:
        return key.field, 0
    try:
        return key.field, int(key.convert(key.kind.parse(raw)))
    except (ValueError, TypeError, KeyError, ArithmeticError):
        raise RequestFault("value", key.kind.accepted, raw) from None
