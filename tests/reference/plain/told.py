"""What happened in a run, in order."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass
class Told:
    """Trades are `(instant, symbol, side, quantity, price)`."""

    trades: list[tuple[int, str, int, Decimal, Decimal]] = field(default_factory=list)
    equity: list[Decimal] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    orders: int = 0
    cancels: int = 0
    expired: int = 0
    trips: int = 0
