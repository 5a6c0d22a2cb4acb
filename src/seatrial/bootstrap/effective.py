"""Effective settings as people and doors read them: plain values, secrets hidden, each with its source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from seatrial import __version__
from seatrial.bootstrap.declarations import SETTINGS
from seatrial.bootstrap.limits_file import shown_limit, unitless
from seatrial.bootstrap.secrets import Secret
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.sources import Sourced
from seatrial.bootstrap.stages import Mode
from seatrial.domain.limits import RiskLimits, SymbolLimits
from seatrial.domain.money import CASH_SCALE, units_text


def effective(settings: Settings) -> list[Sourced]:
    """Every setting, then every limit, in the order in which they are declared."""
    rows = [
        Sourced(declared.name, _plain(_of(settings, declared.name)), settings.sources[declared.name])
        for declared in SETTINGS
        if declared.name != "config"
    ]
    for field in fields(RiskLimits):
        value = getattr(settings.limits, field.name)
        shown = shown_limit(field.name, value)
        rows.append(Sourced(f"limits.{unitless(field.name)}", shown, settings.sources[f"limits.{field.name}"]))
    return rows + list(_scoped(settings))


def _scoped(settings: Settings) -> Iterator[Sourced]:
    """The limits that a file says for one account or one symbol."""
    scopes: list[tuple[str, RiskLimits | SymbolLimits]] = [
        *((f"limits.accounts.{account}", own) for account, own in settings.account_limits.items()),
        *((f"limits.symbols.{symbol}", own) for symbol, own in settings.symbol_limits.items()),
    ]
    for scope, own in scopes:
        for field in fields(own):
            source = settings.sources.get(f"{scope}.{field.name}")
            if source is not None:
                shown = shown_limit(field.name, getattr(own, field.name))
                yield Sourced(f"{scope}.{unitless(field.name)}", shown, source)


def config_body(settings: Settings) -> dict[str, object]:
    """The body of `/api/v1/config` but for its timestamp."""
    return {
        "service": "execution",
        "version": __version__,
        "environment": str(settings.stage),
        "stage": str(settings.stage),
        "mode": str(settings.mode),
        "dry_run": settings.dry_run,
        "alpaca_paper": settings.mode is not Mode.LIVE,
        "circuit_breaker_enabled": settings.limits.breaker_enabled,
        "release": None,
        "release_note": None,
        "settings": {row.name: {"value": row.value, "source": row.source} for row in effective(settings)},
    }


def _of(settings: Settings, name: str) -> Any:
    section, dot, key = name.partition(".")
    match section:
        case "strategies":
            return settings.strategies[key]
        case "symbols":
            return settings.symbols[key]
        case "emulators" if key.startswith("cash_"):
            return units_text(settings.cash_units[key.removeprefix("cash_")], CASH_SCALE)
        case "emulators" if key in ("key", "secret"):
            return getattr(settings, f"emulator_{key}")
        case "ports":
            return getattr(settings.ports, key)
        case _:
            return settings.values[name] if dot or not hasattr(settings, section) else getattr(settings, section)


def _plain(value: Any) -> Any:
    if isinstance(value, Secret | Path):
        return str(value) if value else ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, tuple):
        return ",".join(value)
    return "" if value is None else value
