"""Every limit with what is used of it now: the numbers risk itself compares, in whole units."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from seatrial.core.machine import Machine
from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.instrument import AssetClass
from seatrial.domain.limits import Account
from seatrial.domain.time import MINUTE_NS, SECOND_NS
from seatrial.services.observability.exposure import AccountExposure
from seatrial.services.observability.risk_state import RiskState, risk_state

FIELDS = {  # where a key of the file is called otherwise among the settings
    "default_stop_loss_percent": "default_stop_loss_ppm",
    "trailing_stop_percent": "trailing_stop_ppm",
    "enabled": "breaker_enabled",
    "daily_loss_threshold": "breaker_daily_loss",
    "max_consecutive_losses": "breaker_consecutive_losses_max",
    "cooldown_minutes": "breaker_cooldown_ns",
    "auto_resume": "breaker_auto_resume",
    "price_collar_percent": "price_collar_ppm",
    "max_price_age_seconds": "price_age_ns_max",
    "max_orders_per_minute": "orders_per_minute_max",
    "max_working_orders": "orders_working_max",
}


class Unit(StrEnum):
    """What a limit counts."""

    MONEY = "money"  # cash units of the account's currency
    SHARES = "shares"
    COUNT = "count"
    PERCENT = "percent"  # kept in millionths
    SECONDS = "seconds"
    MINUTES = "minutes"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class LimitUse:
    """One limit of one account.

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


def limit_uses(machine: Machine, account: Account, exposure: AccountExposure, now_ns: int) -> list[LimitUse]:
    """Every limit of one account; `now_ns` is its market time."""
    return [
        *_positions(account, exposure),
        *_losses(account, risk_state(machine, account.id)),
        *_stops(account),
        *_breaker(account, risk_state(machine, account.id)),
        *_orders(account, risk_state(machine, account.id), exposure, now_ns),
    ]


def _positions(account: Account, exposure: AccountExposure) -> Iterator[LimitUse]:
    limits = account.limits
    shares = {
        symbol: -(-one.worst_qty_units // one.instrument.qty_scale)
        for symbol, one in exposure.by_symbol.items()
        if one.instrument.asset_class is AssetClass.US_EQUITY
    }
    values = {symbol: one.worst_units for symbol, one in exposure.by_symbol.items()}
    use = _user("position_limits", account)
    if shares:
        yield use("max_shares", Unit.SHARES, limits.max_shares, *_most(shares))
    name = "max_notional_per_position"
    yield use(name, Unit.MONEY, limits.max_notional_per_position_units, *_most(values))
    yield use("max_total_exposure", Unit.MONEY, limits.max_total_exposure_units, exposure.worst_units)
    yield use("max_open_positions", Unit.COUNT, limits.max_open_positions, exposure.open_worst)


def _losses(account: Account, state: RiskState) -> Iterator[LimitUse]:
    limits = account.limits
    use = _user("loss_limits", account)
    yield use("max_loss_per_trade", Unit.MONEY, limits.max_loss_per_trade_units)
    yield use("max_daily_loss", Unit.MONEY, limits.max_daily_loss_units, _lost(state.day_loss_units))
    yield use("max_weekly_loss", Unit.MONEY, limits.max_weekly_loss_units, _lost(state.week_loss_units))
    yield use("max_monthly_loss", Unit.MONEY, limits.max_monthly_loss_units, _lost(state.month_loss_units))


def _stops(account: Account) -> Iterator[LimitUse]:
    limits = account.limits
    use = _user("stop_loss", account)
    yield use("default_stop_loss_percent", Unit.PERCENT, limits.default_stop_loss_ppm)
    yield use("enable_trailing_stop", Unit.FLAG, int(limits.enable_trailing_stop))
    yield use("trailing_stop_percent", Unit.PERCENT, limits.trailing_stop_ppm)


def _breaker(account: Account, state: RiskState) -> Iterator[LimitUse]:
    limits = account.limits
    use = _user("circuit_breaker", account)
    yield use("enabled", Unit.FLAG, int(limits.breaker_enabled))
    yield use("daily_loss_threshold", Unit.MONEY, limits.breaker_daily_loss_units, _lost(state.day_loss_units))
    name = "max_consecutive_losses"
    yield use(name, Unit.COUNT, limits.breaker_consecutive_losses_max, state.losses_in_row)
    yield use("cooldown_minutes", Unit.MINUTES, limits.breaker_cooldown_ns // MINUTE_NS)
    yield use("auto_resume", Unit.FLAG, int(limits.breaker_auto_resume))


def _orders(account: Account, state: RiskState, exposure: AccountExposure, now_ns: int) -> Iterator[LimitUse]:
    limits = account.limits
    ages = {
        symbol: max(now_ns - one.price_at_ns, 0) // SECOND_NS
        for symbol, one in exposure.by_symbol.items()
        if one.price_units
    }
    use = _user("order_limits", account)
    yield use("price_collar_percent", Unit.PERCENT, limits.price_collar_ppm)
    yield use("max_price_age_seconds", Unit.SECONDS, limits.price_age_ns_max // SECOND_NS, *_most(ages))
    yield use("max_orders_per_minute", Unit.COUNT, limits.orders_per_minute_max, state.entries_this_minute)
    yield use("max_working_orders", Unit.COUNT, limits.orders_working_max, state.orders_working)


def _user(section: str, account: Account) -> Callable[..., LimitUse]:
    def use(name: str, unit: Unit, value: int, used: int | None = None, symbol: Symbol | None = None) -> LimitUse:
        setting = f"limits.{FIELDS.get(name, name)}"
        return LimitUse(f"{section}.{name}", setting, account.id, unit, value, used, symbol)

    return use


def _most(by_symbol: dict[Symbol, int]) -> tuple[int | None, Symbol | None]:
    """The instrument that uses most, and how much; None where nothing is known."""
    if not by_symbol:
        return None, None
    symbol = max(by_symbol, key=lambda each: (by_symbol[each], each))
    return by_symbol[symbol], symbol if by_symbol[symbol] else None


def _lost(units: int | None) -> int | None:
    """A loss uses its limit up; a gain uses nothing."""
    return None if units is None else max(units, 0)
