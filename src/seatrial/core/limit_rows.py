"""The limits as columns: of an account in `State.limits`, of one symbol in `State.rules`."""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.arithmetic import muldiv_floor
from seatrial.domain.limits import NO_LIMIT, QUANTITY_SCALE, RiskLimits, SymbolLimits

# Fields of `RiskLimits` in the order of the L_ columns. Those that are not here never reach compiled code.
ACCOUNT_COLUMNS = (
    "max_shares",
    "max_notional_per_position_units",
    "max_total_exposure_units",
    "max_open_positions",
    "max_loss_per_trade_units",
    "max_daily_loss_units",
    "max_weekly_loss_units",
    "max_monthly_loss_units",
    "default_stop_loss_ppm",
    "enable_trailing_stop",
    "trailing_stop_ppm",
    "breaker_enabled",
    "breaker_daily_loss_units",
    "breaker_consecutive_losses_max",
    "breaker_cooldown_ns",
    "breaker_auto_resume",
    "price_collar_ppm",
    "price_age_ns_max",
    "orders_per_minute_max",
    "orders_working_max",
    "max_net_exposure_units",
    "max_position_equity_ppm",
    "max_leverage_ppm",
    "max_drawdown_ppm",
    "max_order_shares",
    "max_order_value_units",
    "orders_per_second_max",
    "messages_per_minute_max",
    "messages_per_second_max",
    "duplicate_orders_max",
    "duplicate_window_ns",
    "executions_per_symbol_max",
    "execution_window_ns",
    "close_only",
)
# Fields of `SymbolLimits` and the column of the rules each fills.
SYMBOL_COLUMNS = {
    "max_position_nano": r.R_MAX_QTY,
    "max_notional_per_position_units": r.R_POSITION_NOTIONAL,
    "max_position_equity_ppm": r.R_POSITION_SHARE_PPM,
    "max_order_nano": r.R_ORDER_QTY,
    "max_order_value_units": r.R_ORDER_VALUE,
    "price_collar_ppm": r.R_COLLAR_PPM,
    "restricted": r.R_RESTRICTED,
    "close_only": r.R_CLOSE_ONLY,
}
_QUANTITIES = frozenset({"max_position_nano", "max_order_nano"})


def limits_row(limits: RiskLimits) -> list[int]:
    """An account's limits in the order of the L_ columns."""
    return [int(getattr(limits, name)) for name in ACCOUNT_COLUMNS]


def symbol_cells(limits: SymbolLimits, qty_scale: int) -> list[tuple[int, int]]:
    """A symbol's own limits as (column of the rules, value); quantities on the grid of the instrument."""
    return [
        (column, symbol_cell(name, int(getattr(limits, name)), qty_scale)) for name, column in SYMBOL_COLUMNS.items()
    ]


def symbol_cell(name: str, value: int, qty_scale: int) -> int:
    """The value of one of them, rounded down: what the grid cannot say is not allowed."""
    if name not in _QUANTITIES or value == NO_LIMIT:
        return value
    return int(muldiv_floor(value, qty_scale, QUANTITY_SCALE))
