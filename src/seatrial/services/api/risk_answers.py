"""What observability answers about risk. Money is exact decimal text in the account's own currency.

Two currencies are never summed: `gross` and its like are by currency, `accounts` has the rest. Market times,
except `timestamp`.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from seatrial.services.api.money_answers import Ratio
from seatrial.services.api.numbers import NumberText, When

Breaker = Literal["NORMAL", "TRIPPED", "COOLDOWN"]


class SymbolExposureAnswer(msgspec.Struct):
    """What is held of one symbol. `worst` is its value if everything that works against us fills."""

    account: str
    currency: str
    quantity: NumberText
    value: NumberText
    worst: NumberText
    price: NumberText | None
    as_of: When | None


class AccountExposureAnswer(msgspec.Struct):
    """One account; `worst` is what risk holds against `limits.max_total_exposure`."""

    account: str
    currency: str
    gross: NumberText
    net: NumberText
    long: NumberText
    short: NumberText
    worst: NumberText
    equity: NumberText
    open_positions: int
    limits: dict[str, NumberText]
    utilization: dict[str, Ratio | None]
    as_of: When | None


class ExposureAnswer(msgspec.Struct):
    """What is at stake. `utilization` is the highest of all accounts for each limit; `as_of` the oldest price's."""

    gross: dict[str, NumberText]
    net: dict[str, NumberText]
    long: dict[str, NumberText]
    short: dict[str, NumberText]
    open_positions: int
    by_symbol: dict[str, SymbolExposureAnswer]
    limits: dict[str, dict[str, NumberText]]
    utilization: dict[str, Ratio | None]
    accounts: list[AccountExposureAnswer]
    as_of: When | None
    timestamp: When


class BreakerAnswer(msgspec.Struct):
    """One account's trading breaker. `daily_pnl` is equity's change since the risk day began, null before a price."""

    account: str
    currency: str
    active: bool
    state: Breaker
    reason: str | None
    tripped_at: When | None
    cooldown_ends_at: When | None
    consecutive_losses: int
    daily_pnl: NumberText | None
    auto_resume: bool


class BreakersAnswer(BreakerAnswer):
    """The account whose breaker is worst, or is nearest to its daily loss, and then all of them."""

    accounts: list[BreakerAnswer]
    timestamp: When


class LimitAnswer(msgspec.Struct):
    """One limit of one account. `used` is null where it is a rule for an order and nothing uses it up.

    `unit` is a currency, shares, quantity, count, percent, ratio, seconds, minutes or flag (0 or 1). `symbol` is the
    instrument that uses most of a limit that holds for each by itself. `source` says who set it.
    """

    name: str
    account: str
    unit: str
    value: NumberText
    used: NumberText | None
    utilization: Ratio | None
    symbol: str | None
    source: str | None


class LimitsAnswer(msgspec.Struct):
    """Every limit of every account that is on; `/api/v1/config` has those that are off too."""

    limits: list[LimitAnswer]
    as_of: When | None
    timestamp: When


class KillSwitchAnswer(msgspec.Struct):
    """Whether nothing new is sent, and why. `journalled` says whether that is durable already."""

    active: bool
    reason: str | None
    journalled: bool
    timestamp: When


class KillSwitchBody(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /risk/kill-switch`: `active` halts, and with `cancel_orders` takes every working order back."""

    active: bool
    reason: Annotated[str, msgspec.Meta(max_length=500)] = "no reason given"
    cancel_orders: bool = False
    actor: Annotated[str, msgspec.Meta(max_length=64)] = "operator"


class ResetBody(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /risk/reset`."""

    reason: Annotated[str, msgspec.Meta(max_length=500)] = "no reason given"
    actor: Annotated[str, msgspec.Meta(max_length=64)] = "operator"


class LimitBody(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /risk/limits`: one limit, as `config/risk_limits.toml` names and writes it.

    It holds at once where it is stricter than the settings; `value` null takes an operator's word back.
    """

    account: str
    limit: str
    value: str | int | float | bool | None
    symbol: str | None = None
    reason: Annotated[str, msgspec.Meta(max_length=500)] = "no reason given"
    actor: Annotated[str, msgspec.Meta(max_length=64)] = "operator"


class RiskAnswer(msgspec.Struct):
    """Risk at a glance: may orders be sent, are breakers closed, are our positions the venue's, what is used up.

    `close_only` says who allows no new positions; it is null while they may be opened.
    """

    halted: bool
    halt_reason: str | None
    close_only: str | None
    breakers: list[BreakerAnswer]
    gross: dict[str, NumberText]
    positions_synced: bool
    limits: list[LimitAnswer]
    highest_utilization: LimitAnswer | None
    timestamp: When
