"""The limits a stage sets and a strategy cannot loosen, as whole numbers.

One field per key of `config/risk_limits.toml`, and a few that guard the door itself. Money is in
cash units of the account's own currency: limits of two currencies are never summed.
"""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.domain.ids import AccountId, VenueName
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.time import MINUTE_NS


@dataclass(frozen=True, slots=True)
class RiskLimits:
    """Defaults are the staging values of the runbooks."""

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


@dataclass(frozen=True, slots=True)
class Account:
    """One account at one venue: the key of positions, cash and limits."""

    id: AccountId
    venue: VenueName
    currency: Currency
    calendar: str  # XNYS or 24x7: what a risk day is
    limits: RiskLimits
    spends_unsettled: bool = False  # whether a cash account buys with proceeds that are not good yet
