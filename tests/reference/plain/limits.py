"""What an account may do. Losses, prices and sizes in its own money; parts in millionths. None where a limit is off."""

from dataclasses import dataclass, field
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
    net_exposure: Decimal | None = None
    position_share: Decimal | None = None
    leverage: Decimal | None = None
    drawdown: Decimal | None = None
    order_shares: Decimal | None = None
    order_value: Decimal | None = None
    orders_per_second: int | None = None
    messages_per_minute: int | None = None
    messages_per_second: int | None = None
    duplicates: int | None = None
    duplicate_window_ns: int = 10 * 10**9
    executions: int | None = None
    execution_window_ns: int = 60 * 10**9
    close_only: bool = False
    restricted: frozenset[str] = frozenset()
    collar_of: dict[str, Decimal] = field(default_factory=dict)  # of single symbols; the stricter holds

    def collar_for(self, symbol: str) -> Decimal:
        """The stricter of the account's and the symbol's own."""
        return min(self.collar, self.collar_of.get(symbol, self.collar))
