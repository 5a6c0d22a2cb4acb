"""Who may trade at the emulated venues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class LocalAccount:
    """One account, the same name and keys at every emulated venue. `cash` None is everybody's."""

    name: str
    key: str
    secret: str = field(repr=False)
    cash: Decimal | None = None
    coins: Mapping[str, Decimal] = field(default_factory=dict)
    commission: Mapping[str, Decimal] | None = None  # at Binance, of `maker` and `taker`; None: what each pair asks
    pays_in_bnb: bool = False
