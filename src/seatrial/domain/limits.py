"""The limits a stage sets and a strategy cannot loosen, as whole numbers.

One field per key of `config/risk_limits.toml`, and a few that guard the door itself. Money is in
cash units of the account's own currency: limits of two currencies are never summed. Of two values of
one limit, whoever gave them, the stricter holds.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeVar

from seatrial.domain.ids import AccountId, Symbol, VenueName
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.time import MINUTE_NS, SECOND_NS

NO_LIMIT = 2**62  # a limit that is off: nothing countable reaches it
QUANTITY_SCALE = 10**9  # a symbol's own limits count in nano units of it, whatever its instrument's grid

Scope = TypeVar("Scope", "RiskLimits", "SymbolLimits")
LimitValue = int | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RiskLimits:
    """Defaults are the staging values of the runbooks; what the runbooks do not know is off."""

    # [position_limits]
    max_shares: int = 500  # whole shares; applies to equities only
    max_notional_per_position_units: int = 5_000 * CASH_SCALE
    max_total_exposure_units: int = 20_000 * CASH_SCALE
    max_open_positions: int = 3
    # [loss_limits]
    max_loss_per_trade_units: int = 250 * CASH_SCALE
    max_daily_loss_units: int = 2_000 * CASH_SCALE
    max_weekly_loss_units: int = 5_000 * CASH_SCALE
    max_monthly_loss_units: int = 15_000 * CASH_SCALE
    # [stop_loss]
    default_stop_loss_ppm: int = 30_000
    enable_trailing_stop: bool = True
    trailing_stop_ppm: int = 20_000
    # [circuit_breaker]
    breaker_enabled: bool = True
    breaker_daily_loss_units: int = 2_000 * CASH_SCALE
    breaker_consecutive_losses_max: int = 3
    breaker_cooldown_ns: int = 30 * MINUTE_NS
    breaker_auto_resume: bool = False
    # [order_limits], ours
    price_collar_ppm: int = 100_000  # a limit or stop further than 10 % from the last price is a typing error
    price_age_ns_max: int = 5 * MINUTE_NS
    orders_per_minute_max: int = 120
    orders_working_max: int = 50
    # ours, of every section; each may be left out
    max_net_exposure_units: int = NO_LIMIT  # long less short, either way
    max_position_equity_ppm: int = NO_LIMIT  # one position's value as a share of equity
    max_leverage_ppm: int = NO_LIMIT  # gross exposure as a share of equity: 1_000_000 is all of it, once
    max_drawdown_ppm: int = NO_LIMIT  # equity lost since its peak, as a share of the peak
    max_order_shares: int = NO_LIMIT  # whole shares of one order; applies to equities only
    max_order_value_units: int = NO_LIMIT
    orders_per_second_max: int = NO_LIMIT
    messages_per_minute_max: int = NO_LIMIT  # orders and cancels
    messages_per_second_max: int = NO_LIMIT
    duplicate_orders_max: int = NO_LIMIT  # orders alike in symbol, side, quantity and prices within the window
    duplicate_window_ns: int = 10 * SECOND_NS
    executions_per_symbol_max: int = NO_LIMIT  # orders of one symbol that executed within the window
    execution_window_ns: int = MINUTE_NS
    close_only: bool = False  # no new positions; what is held can be closed
    targets_per_message_max: int = 1_000
    restricted_symbols: tuple[str, ...] = ()  # may be closed, never opened


@dataclass(frozen=True, slots=True)
class SymbolLimits:
    """Limits of one symbol, beside those of its account. Quantities are in nano units of the symbol."""

    max_position_nano: int = NO_LIMIT
    max_notional_per_position_units: int = NO_LIMIT
    max_position_equity_ppm: int = NO_LIMIT
    max_order_nano: int = NO_LIMIT
    max_order_value_units: int = NO_LIMIT
    price_collar_ppm: int = NO_LIMIT
    restricted: bool = False
    close_only: bool = False


# Where more is stricter; everywhere else less is.
STRICTER_WHEN_HIGHER = frozenset({
    "breaker_enabled", "enable_trailing_stop", "breaker_cooldown_ns", "close_only", "restricted",
    "duplicate_window_ns", "execution_window_ns",
})  # fmt: skip


def stricter(field: str, first: LimitValue, second: LimitValue) -> LimitValue:
    """The stricter of two values of a limit. Of two lists, everything on either."""
    if isinstance(first, tuple) and isinstance(second, tuple):
        return tuple(sorted({*first, *second}))
    assert not isinstance(first, tuple)
    assert not isinstance(second, tuple)
    return max(first, second) if field in STRICTER_WHEN_HIGHER else min(first, second)


def strictest(first: Scope, second: Scope) -> Scope:
    """Of each limit the stricter value of two sets of them."""
    names = [field.name for field in fields(first)]
    chosen: dict[str, Any] = {name: stricter(name, getattr(first, name), getattr(second, name)) for name in names}
    return type(first)(**chosen)


@dataclass(frozen=True, slots=True)
class Account:
    """One account at one venue: the key of positions, cash and limits."""

    id: AccountId
    venue: VenueName
    currency: Currency
    calendar: str  # XNYS or 24x7: what a risk day is
    limits: RiskLimits
    spends_unsettled: bool = False  # whether a cash account buys with proceeds that are not good yet
    by_symbol: tuple[tuple[Symbol, SymbolLimits], ...] = ()  # limits of single symbols, beside the account's
