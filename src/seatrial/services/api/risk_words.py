"""Exposure, breakers and limits as the doors say them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from seatrial.core.machine import Machine
from seatrial.core.records import PPM
from seatrial.domain.effects import BreakerTripped
from seatrial.domain.limits import QUANTITY_SCALE, Account
from seatrial.domain.money import CASH_SCALE, units_text
from seatrial.domain.time import rfc3339
from seatrial.services.api.money_words import money, money_or_none, when
from seatrial.services.api.risk_answers import (
    AccountExposureAnswer,
    Breaker,
    BreakerAnswer,
    ExposureAnswer,
    LimitAnswer,
    SymbolExposureAnswer,
)
from seatrial.services.observability.exposure import AccountExposure, totals
from seatrial.services.observability.limits import LimitUse, Unit
from seatrial.services.observability.risk_state import RiskState

PERCENT_SCALE = 10_000  # parts per million in a percent
_SEVERITY = ("NORMAL", "COOLDOWN", "TRIPPED")

Source = Callable[[str], str | None]  # a setting's name to who set it


# -------------------------------------------------------------------- exposure


def exposure_answer(machine: Machine, found: Sequence[AccountExposure], timestamp: str) -> ExposureAnswer:
    """All accounts. A symbol that two accounts trade is named `account:symbol`."""
    rows = [_account_row(machine, account, one) for account, one in zip(machine.accounts, found, strict=True)]
    prices = [one.price_at_ns for each in found for one in each.by_symbol.values() if one.qty_units]
    return ExposureAnswer(
        gross=_texts(found, "gross_units"),
        net=_texts(found, "net_units"),
        long=_texts(found, "long_units"),
        short=_texts(found, "short_units"),
        open_positions=sum(each.open_positions for each in found),
        by_symbol=_by_symbol(found),
        limits={row.account: row.limits for row in rows},
        utilization=_highest([row.utilization for row in rows]),
        accounts=rows,
        as_of=when(min(prices, default=_newest(found))),
        timestamp=timestamp,
    )


def _texts(found: Sequence[AccountExposure], units: str) -> dict[str, str]:
    return {currency: money(each) for currency, each in totals(found, units).items()}


def _newest(found: Sequence[AccountExposure]) -> int:
    """Where nothing is held, any price shows that the market was seen."""
    return max((one.price_at_ns for each in found for one in each.by_symbol.values()), default=0)


def _account_row(machine: Machine, account: Account, found: AccountExposure) -> AccountExposureAnswer:
    limits = machine.limits.of(account.id)
    largest = max((one.worst_units for one in found.by_symbol.values()), default=0)
    used = {
        "max_notional_per_position": (largest, limits.max_notional_per_position_units),
        "max_total_exposure": (found.worst_units, limits.max_total_exposure_units),
        "max_open_positions": (found.open_worst, limits.max_open_positions),
    }
    held = [one.price_at_ns for one in found.by_symbol.values() if one.qty_units]
    return AccountExposureAnswer(
        account=found.account,
        currency=found.currency,
        gross=money(found.gross_units),
        net=money(found.net_units),
        long=money(found.long_units),
        short=money(found.short_units),
        worst=money(found.worst_units),
        equity=money(machine.equity_units(found.account)),
        open_positions=found.open_positions,
        limits={
            name: str(value) if name == "max_open_positions" else money(value) for name, (_, value) in used.items()
        },
        utilization={name: share(each, value) for name, (each, value) in used.items()},
        as_of=when(min(held, default=_newest([found]))),
    )


def _by_symbol(found: Sequence[AccountExposure]) -> dict[str, SymbolExposureAnswer]:
    names = [symbol for each in found for symbol in each.by_symbol]
    said = {}
    for each in found:
        for symbol, one in each.by_symbol.items():
            if not (one.qty_units or one.worst_qty_units):
                continue
            name = symbol if names.count(symbol) == 1 else f"{each.account}:{symbol}"
            said[name] = SymbolExposureAnswer(
                account=each.account,
                currency=each.currency,
                quantity=one.instrument.qty_text(one.qty_units),
                value=money(one.value_units),
                worst=money(one.worst_units),
                price=one.instrument.price_text(one.price_units) if one.price_units else None,
                as_of=when(one.price_at_ns),
            )
    return said


def _highest(rows: Sequence[Mapping[str, float | None]]) -> dict[str, float | None]:
    names = {name: None for row in rows for name in row}
    return {name: max((row[name] for row in rows if row.get(name) is not None), default=None) for name in names}  # type: ignore[type-var]


def share(used: int | None, limit: int) -> float | None:
    """The used share of a limit, to four digits; None where nothing uses it or the limit is 0."""
    return None if used is None or limit <= 0 else round(used / limit, 4)


# -------------------------------------------------------------------- breakers


def breaker_answer(
    account: Account, state: RiskState, tripped: BreakerTripped | None, *, auto_resume: bool
) -> BreakerAnswer:
    """One breaker. Reason and time of the newest trip are told while it is not NORMAL."""
    active = state.breaker != "NORMAL"
    loss = state.day_loss_units
    return BreakerAnswer(
        account=account.id,
        currency=account.currency,
        active=active,
        state=cast(Breaker, state.breaker),
        reason=tripped.reason if active and tripped is not None else None,
        tripped_at=rfc3339(tripped.at_ns) if active and tripped is not None else None,
        cooldown_ends_at=when(state.cooldown_ends_ns),
        consecutive_losses=state.losses_in_row,
        daily_pnl=money_or_none(None if loss is None else -loss),
        auto_resume=auto_resume,
    )


def worst_first(rows: Sequence[BreakerAnswer], accounts: Sequence[Account], states: Sequence[RiskState]) -> int:
    """Which account speaks for all: the worst breaker, among equals the one nearest to its daily loss."""

    def rank(index: int) -> tuple[int, float]:
        limit, loss = accounts[index].limits.breaker_daily_loss_units, states[index].day_loss_units
        return _SEVERITY.index(rows[index].state), (loss or 0) / max(limit, 1)

    return max(range(len(rows)), key=rank)


# ---------------------------------------------------------------------- limits


def limit_answer(use: LimitUse, currency: str, source: Source) -> LimitAnswer:
    """One limit."""
    return LimitAnswer(
        name=use.name,
        account=use.account,
        unit=currency if use.unit is Unit.MONEY else use.unit.value,
        value=_amount(use.unit, use.value),
        used=None if use.used is None else _amount(use.unit, use.used),
        utilization=share(use.used, use.value),
        symbol=use.symbol,
        source=_source(use, source),
    )


def _source(use: LimitUse, source: Source) -> str | None:
    """Who set it: an operator, else the settings of the account, else of the stage."""
    if use.said_by is not None:
        return f"operator {use.said_by}"
    of_account = use.setting.replace("limits.", f"limits.accounts.{use.account}.", 1)
    return source(of_account) or source(use.setting)


def _amount(unit: Unit, value: int) -> str:
    if unit is Unit.MONEY:
        return units_text(value, CASH_SCALE)
    if unit is Unit.QUANTITY:
        return units_text(value, QUANTITY_SCALE)
    if unit is Unit.RATIO:
        return units_text(value, PPM)
    return units_text(value, PERCENT_SCALE) if unit is Unit.PERCENT else str(value)
