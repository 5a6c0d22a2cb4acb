"""Every limit with what is used of it now: the numbers risk itself compares, in whole units."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from seatrial.core.machine import Machine
from seatrial.core.records import PPM
from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.instrument import AssetClass
from seatrial.domain.limits import NO_LIMIT, Account, RiskLimits
from seatrial.domain.time import MINUTE_NS, SECOND_NS
from seatrial.services.observability.exposure import AccountExposure
from seatrial.services.observability.risk_state import RiskState, risk_state
from seatrial.services.observability.symbol_limits import executions_by_symbol, symbol_uses

FIELDS = {  # where a key of the file is called otherwise among the settings
    "max_percent_of_equity": "max_position_equity_ppm",
    "max_leverage": "max_leverage_ppm",
    "max_drawdown_percent": "max_drawdown_ppm",
    "default_stop_loss_percent": "default_stop_loss_ppm",
    "trailing_stop_percent": "trailing_stop_ppm",
    "enabled": "breaker_enabled",
    "daily_loss_threshold": "breaker_daily_loss",
    "max_consecutive_losses": "breaker_consecutive_losses_max",
    "cooldown_minutes": "breaker_cooldown_ns",
    "auto_resume": "breaker_auto_resume",
    "price_collar_percent": "price_collar_ppm",
    "max_price_age_seconds": "price_age_ns_max",
    "max_orders_per_second": "orders_per_second_max",
    "max_orders_per_minute": "orders_per_minute_max",
    "max_messages_per_second": "messages_per_second_max",
    "max_messages_per_minute": "messages_per_minute_max",
    "max_duplicate_orders": "duplicate_orders_max",
    "duplicate_window_seconds": "duplicate_window_ns",
    "max_executions_per_symbol": "executions_per_symbol_max",
    "execution_window_seconds": "execution_window_ns",
    "max_working_orders": "orders_working_max",
    "max_targets_per_message": "targets_per_message_max",
}


class Unit(StrEnum):
    """What a limit counts."""

    MONEY = "money"  # cash units of the account's currency
    SHARES = "shares"
    QUANTITY = "quantity"  # kept in nano units
    COUNT = "count"
    PERCENT = "percent"  # kept in millionths
    RATIO = "ratio"  # kept in millionths
    SECONDS = "seconds"
    MINUTES = "minutes"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class LimitUse:
    """One limit of one account, or of one symbol of it.

    `used` is None where the limit is a rule for an order and nothing uses it up; `symbol` names the instrument
    that uses most, where the limit holds for each by itself.
    """

    name: str  # as in config/risk_limits.toml
    setting: str  # under which `/api/v1/config` tells its source
    account: AccountId
    unit: Unit
    value: int
    used: int | None = None
    symbol: Symbol | None = None
    said_by: str | None = None  # the operator whose word it is, where it is not the settings'


Use = Callable[..., LimitUse]


def limit_uses(machine: Machine, account: Account, exposure: AccountExposure, now_ns: int) -> list[LimitUse]:
    """Every limit of one account that is on; `now_ns` is its market time."""
    limits, state = machine.limits.of(account.id), risk_state(machine, account.id)
    found = [
        *_positions(_user("position_limits", machine, account), limits, exposure, state),
        *_losses(_user("loss_limits", machine, account), limits, state),
        *_stops(_user("stop_loss", machine, account), limits),
        *_breaker(_user("circuit_breaker", machine, account), limits, state),
        *_orders(_user("order_limits", machine, account), limits, state, exposure, now_ns),
        *_pace(_user("order_limits", machine, account), limits, state, executions_by_symbol(machine, account.id)),
        *_symbols(machine, account, exposure),
    ]
    return [use for use in found if use.value != NO_LIMIT]


def _positions(use: Use, limits: RiskLimits, exposure: AccountExposure, state: RiskState) -> Iterator[LimitUse]:
    shares = {
        symbol: -(-one.worst_qty_units // one.instrument.qty_scale)
        for symbol, one in exposure.by_symbol.items()
        if one.instrument.asset_class is AssetClass.US_EQUITY
    }
    values = {symbol: one.worst_units for symbol, one in exposure.by_symbol.items()}
    if shares:
        yield use("max_shares", Unit.SHARES, limits.max_shares, *_most(shares))
    name = "max_notional_per_position"
    yield use(name, Unit.MONEY, limits.max_notional_per_position_units, *_most(values))
    parts = {symbol: part for symbol, value in values.items() if (part := _part(value, state)) is not None}
    yield use("max_percent_of_equity", Unit.PERCENT, limits.max_position_equity_ppm, *_most(parts))
    yield use("max_total_exposure", Unit.MONEY, limits.max_total_exposure_units, exposure.worst_units)
    yield use("max_net_exposure", Unit.MONEY, limits.max_net_exposure_units, exposure.net_worst_units)
    yield use("max_leverage", Unit.RATIO, limits.max_leverage_ppm, _part(exposure.worst_units, state))
    yield use("max_open_positions", Unit.COUNT, limits.max_open_positions, exposure.open_worst)
    yield use("close_only", Unit.FLAG, int(limits.close_only))
    if limits.restricted_symbols:
        yield use("restricted_symbols", Unit.COUNT, len(limits.restricted_symbols))


def _losses(use: Use, limits: RiskLimits, state: RiskState) -> Iterator[LimitUse]:
    yield use("max_loss_per_trade", Unit.MONEY, limits.max_loss_per_trade_units)
    yield use("max_daily_loss", Unit.MONEY, limits.max_daily_loss_units, _lost(state.day_loss_units))
    yield use("max_weekly_loss", Unit.MONEY, limits.max_weekly_loss_units, _lost(state.week_loss_units))
    yield use("max_monthly_loss", Unit.MONEY, limits.max_monthly_loss_units, _lost(state.month_loss_units))
    yield use("max_drawdown_percent", Unit.PERCENT, limits.max_drawdown_ppm, state.drawdown_ppm)


def _stops(use: Use, limits: RiskLimits) -> Iterator[LimitUse]:
    yield use("default_stop_loss_percent", Unit.PERCENT, limits.default_stop_loss_ppm)
    yield use("enable_trailing_stop", Unit.FLAG, int(limits.enable_trailing_stop))
    yield use("trailing_stop_percent", Unit.PERCENT, limits.trailing_stop_ppm)


def _breaker(use: Use, limits: RiskLimits, state: RiskState) -> Iterator[LimitUse]:
    yield use("enabled", Unit.FLAG, int(limits.breaker_enabled))
    yield use("daily_loss_threshold", Unit.MONEY, limits.breaker_daily_loss_units, _lost(state.day_loss_units))
    name = "max_consecutive_losses"
    yield use(name, Unit.COUNT, limits.breaker_consecutive_losses_max, state.losses_in_row)
    yield use("cooldown_minutes", Unit.MINUTES, limits.breaker_cooldown_ns // MINUTE_NS)
    yield use("auto_resume", Unit.FLAG, int(limits.breaker_auto_resume))


def _orders(
    use: Use, limits: RiskLimits, state: RiskState, exposure: AccountExposure, now_ns: int
) -> Iterator[LimitUse]:
    ages = {
        symbol: max(now_ns - one.price_at_ns, 0) // SECOND_NS
        for symbol, one in exposure.by_symbol.items()
        if one.price_units
    }
    yield use("price_collar_percent", Unit.PERCENT, limits.price_collar_ppm)
    yield use("max_price_age_seconds", Unit.SECONDS, limits.price_age_ns_max // SECOND_NS, *_most(ages))
    yield use("max_order_shares", Unit.SHARES, limits.max_order_shares)
    yield use("max_order_value", Unit.MONEY, limits.max_order_value_units)
    yield use("max_orders_per_second", Unit.COUNT, limits.orders_per_second_max, state.entries_this_second)
    yield use("max_orders_per_minute", Unit.COUNT, limits.orders_per_minute_max, state.entries_this_minute)
    yield use("max_working_orders", Unit.COUNT, limits.orders_working_max, state.orders_working)
    yield use("max_targets_per_message", Unit.COUNT, limits.targets_per_message_max)


def _pace(use: Use, limits: RiskLimits, state: RiskState, executed: Mapping[Symbol, int]) -> Iterator[LimitUse]:
    yield use("max_messages_per_second", Unit.COUNT, limits.messages_per_second_max, state.messages_this_second)
    yield use("max_messages_per_minute", Unit.COUNT, limits.messages_per_minute_max, state.messages_this_minute)
    if limits.duplicate_orders_max != NO_LIMIT:
        yield use("max_duplicate_orders", Unit.COUNT, limits.duplicate_orders_max)
        yield use("duplicate_window_seconds", Unit.SECONDS, limits.duplicate_window_ns // SECOND_NS)
    if limits.executions_per_symbol_max != NO_LIMIT:
        name = "max_executions_per_symbol"
        yield use(name, Unit.COUNT, limits.executions_per_symbol_max, *_most(dict(executed)))
        yield use("execution_window_seconds", Unit.SECONDS, limits.execution_window_ns // SECOND_NS)


def _symbols(machine: Machine, account: Account, exposure: AccountExposure) -> Iterator[LimitUse]:
    equity = machine.equity_units(account.id)
    for symbol, one in exposure.by_symbol.items():
        for key, field, value, used in symbol_uses(machine.limits.of_symbol(account.id, symbol), one, equity):
            said = machine.limits.said(account.id, field, symbol)
            setting = f"limits.symbols.{symbol}.{field.removesuffix('_units')}"
            unit = Unit(_SYMBOL_UNITS.get(key, "money"))
            by = said.actor if said else None
            yield LimitUse(f"symbols.{symbol}.{key}", setting, account.id, unit, value, used, symbol, by)


_SYMBOL_UNITS = {
    "max_quantity": "quantity",
    "max_order_quantity": "quantity",
    "max_percent_of_equity": "percent",
    "price_collar_percent": "percent",
    "restricted": "flag",
    "close_only": "flag",
}


def _user(section: str, machine: Machine, account: Account) -> Use:
    def use(name: str, unit: Unit, value: int, used: int | None = None, symbol: Symbol | None = None) -> LimitUse:
        field = FIELDS.get(name, name)
        said = machine.limits.said(account.id, field) or machine.limits.said(account.id, f"{field}_units")
        by = said.actor if said else None
        return LimitUse(f"{section}.{name}", f"limits.{field}", account.id, unit, value, used, symbol, by)

    return use


def _part(units: int, state: RiskState) -> int | None:
    """A value as millionths of equity; None where there is no equity to measure by."""
    return units * PPM // state.equity_units if state.equity_units > 0 else None


def _most(by_symbol: dict[Symbol, int]) -> tuple[int | None, Symbol | None]:
    """The instrument that uses most, and how much; None where nothing is known."""
    if not by_symbol:
        return None, None
    symbol = max(by_symbol, key=lambda each: (by_symbol[each], each))
    return by_symbol[symbol], symbol if by_symbol[symbol] else None


def _lost(units: int | None) -> int | None:
    """A loss uses its limit up; a gain uses nothing."""
    return None if units is None else max(units, 0)
