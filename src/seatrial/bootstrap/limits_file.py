"""`config/risk_limits.toml` to `RiskLimits`. Every key is required, an unknown one is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from seatrial.bootstrap import parsing
from seatrial.bootstrap.environment import did_you_mean
from seatrial.bootstrap.parsing import Kind
from seatrial.bootstrap.precedence import STRICTEST_WINS, Conflict
from seatrial.bootstrap.sources import DEFAULT, Sourced, environment_source
from seatrial.bootstrap.stage_files import read_toml
from seatrial.domain.faults import BadSetting, UnknownSetting
from seatrial.domain.limits import RiskLimits
from seatrial.domain.money import CASH_SCALE, units_text
from seatrial.domain.time import MINUTE_NS, SECOND_NS


def _same(value: int) -> int:
    return value


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the file: the field it fills, and how its unit becomes ours."""

    field: str
    kind: Kind
    convert: Callable[[Any], Any] = _same


KEYS: Mapping[str, Key] = {
    "position_limits.max_shares": Key("max_shares", parsing.COUNT),
    "position_limits.max_notional_per_position": Key("max_notional_per_position_units", parsing.MONEY),
    "position_limits.max_total_exposure": Key("max_total_exposure_units", parsing.MONEY),
    "position_limits.max_open_positions": Key("max_open_positions", parsing.COUNT),
    "loss_limits.max_loss_per_trade": Key("max_loss_per_trade_units", parsing.MONEY),
    "loss_limits.max_daily_loss": Key("max_daily_loss_units", parsing.MONEY),
    "loss_limits.max_weekly_loss": Key("max_weekly_loss_units", parsing.MONEY),
    "loss_limits.max_monthly_loss": Key("max_monthly_loss_units", parsing.MONEY),
    "stop_loss.default_stop_loss_percent": Key("default_stop_loss_ppm", parsing.PERCENT),
    "stop_loss.enable_trailing_stop": Key("enable_trailing_stop", parsing.BOOLEAN),
    "stop_loss.trailing_stop_percent": Key("trailing_stop_ppm", parsing.PERCENT),
    "circuit_breaker.enabled": Key("breaker_enabled", parsing.BOOLEAN),
    "circuit_breaker.daily_loss_threshold": Key("breaker_daily_loss_units", parsing.MONEY),
    "circuit_breaker.max_consecutive_losses": Key("breaker_consecutive_losses_max", parsing.COUNT),
    "circuit_breaker.cooldown_minutes": Key("breaker_cooldown_ns", parsing.COUNT, lambda minutes: minutes * MINUTE_NS),
    "circuit_breaker.auto_resume": Key("breaker_auto_resume", parsing.BOOLEAN),
    "order_limits.price_collar_percent": Key("price_collar_ppm", parsing.PERCENT),
    "order_limits.max_price_age_seconds": Key("price_age_ns_max", parsing.COUNT, lambda seconds: seconds * SECOND_NS),
    "order_limits.max_orders_per_minute": Key("orders_per_minute_max", parsing.COUNT),
    "order_limits.max_working_orders": Key("orders_working_max", parsing.COUNT),
}
STRICTER_WHEN_HIGHER = frozenset({"breaker_enabled", "enable_trailing_stop", "breaker_cooldown_ns"})
OPTIONAL_SECTION = "order_limits."  # ours: the runbooks' file does not have it


@dataclass(frozen=True, slots=True)
class SourcedLimits:
    """The limits, and for each field where it came from."""

    limits: RiskLimits
    sources: Mapping[str, str]
    conflicts: tuple[Conflict, ...] = ()


def limits_path(config: Path, stage: str) -> Path:
    """The limits of a stage: its own file where there is one, else the file that holds for all."""
    own = config / f"risk_limits.{stage}.toml"
    return own if own.exists() else config / "risk_limits.toml"


def load_limits(
    path: Path, environment: Mapping[str, str], more: Path | None = None, by: str = DEFAULT
) -> SourcedLimits:
    """The file's limits, made stricter where a second file or the environment asks for it.

    Without a file the built-in staging values hold. `more` is a second file, and `by` is who named it.

    Raises:
        UnknownSetting: a key that does not exist; it may be a misspelt limit.
        BadSetting: a missing key or file, or a value outside the accepted ones.
    """
    values: dict[str, Any] = {}
    sources = {field.name: DEFAULT for field in fields(RiskLimits)}
    if path.exists():
        values = _from_file(path)
        sources |= dict.fromkeys(values, str(path))
    found = SourcedLimits(RiskLimits(**values), sources)
    if more is not None and more.resolve() != path.resolve():
        if not more.exists():
            raise BadSetting(
                f"risk.limits_file = {str(more)!r} ({by}) does not exist: use a file of limits, or leave it out"
            )
        found = tightened(found, [Sourced(field, value, str(more)) for field, value in _from_file(more).items()])
    return tightened(found, _from_environment(environment))


def tightened(found: SourcedLimits, asked: Iterable[Sourced]) -> SourcedLimits:
    """Limits of which each is the stricter of what it was and what is asked; both sources are remembered."""
    limits, sources, conflicts = found.limits, dict(found.sources), list(found.conflicts)
    for each in asked:
        now = Sourced(each.name, getattr(limits, each.name), sources[each.name])
        if each.value == now.value:
            continue
        strict = max(now.value, each.value) if each.name in STRICTER_WHEN_HIGHER else min(now.value, each.value)
        holds, gives_way = (each, now) if strict == each.value else (now, each)
        limits = replace(limits, **{each.name: strict})
        sources[each.name] = holds.source
        shown = [Sourced(each.name, shown_limit(each.name, told.value), told.source) for told in (holds, gives_way)]
        conflicts.append(Conflict(f"limits.{unitless(each.name)}", shown[0], (shown[1],), STRICTEST_WINS))
    return SourcedLimits(limits, sources, tuple(conflicts))


def shown_limit(field: str, value: Any) -> Any:
    """A limit as people write it: money as an amount, everything else as it is."""
    return units_text(value, CASH_SCALE) if field.endswith("_units") else value


def unitless(field: str) -> str:
    """The name of a limit as people know it."""
    return field.removesuffix("_units")


def _from_file(path: Path) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for section, table in read_toml(path).items():
        keys = table.items() if isinstance(table, dict) else [("", table)]
        for key, raw in keys:
            name = f"{section}.{key}".rstrip(".")
            known = KEYS.get(name)
            if known is None:
                raise UnknownSetting(f"{name} in {path} is not a limit{did_you_mean(name, KEYS)}")
            values[known.field] = known.convert(parsing.parse(name, raw, str(path), known.kind))
    for name, key in KEYS.items():
        if key.field not in values and not name.startswith(OPTIONAL_SECTION):
            raise BadSetting(f"{name} is missing in {path}: use {key.kind.accepted}")
    return values


def _from_environment(environment: Mapping[str, str]) -> list[Sourced]:
    """The runbooks' variables that tighten a limit. They never loosen one."""
    variables = (
        ("MAX_DAILY_LOSS", "max_daily_loss_units", parsing.MONEY),
        ("MAX_POSITION_SIZE", "max_notional_per_position_units", parsing.MONEY),
        ("CIRCUIT_BREAKER_ENABLED", "breaker_enabled", parsing.BOOLEAN),
    )
    return [
        Sourced(field, parsing.parse(variable, raw, environment_source(variable), kind), environment_source(variable))
        for variable, field, kind in variables
        if (raw := environment.get(variable)) is not None and (raw.strip() or kind is parsing.BOOLEAN)
    ]
