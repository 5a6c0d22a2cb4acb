"""What an account may do. Losses, prices and sizes in its own money; parts in millionths."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Limits:
    """The keys of the limits file."""

    max_shares: Decimal
    max_position: Decimal
    max_exposure: Decimal
    max_positions: int
    loss_per_trade: Decimal
    daily_loss: Decimal
    weekly_loss: Decimal
    monthly_loss: Decimal
    stop_loss: Decimal
    trailing: Decimal  # 0 where off
    breaker: bool
    breaker_loss: Decimal
    breaker_losses: int
    cooldown_ns: int
    auto_resume: bool
    collar: Decimal
    price_age_ns: int
    orders_per_minute: int
    orders_working: int
