"""`config/risk_limits.toml` to the limits that hold: of the stage, of an account, of a symbol.

Every key of the runbooks is required, an unknown one is refused, and of two values the stricter holds: an account's
or a symbol's section, a second file and the environment can tighten what the stage's file says, and loosen nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from seatrial.bootstrap import parsing
from seatrial.bootstrap.environment import did_you_mean
from seatrial.bootstrap.limit_keys import KEYS, OFF, SYMBOL_KEYS, Key
from seatrial.bootstrap.precedence import STRICTEST_WINS, Conflict
from seatrial.bootstrap.sources import DEFAULT, Sourced, environment_source
from seatrial.bootstrap.stage_files import read_toml
from seatrial.domain.faults import BadSetting, UnknownSetting
from seatrial.domain.limits import NO_LIMIT, QUANTITY_SCALE, RiskLimits, Scope, SymbolLimits, stricter
from seatrial.domain.money import CASH_SCALE, units_text

ACCOUNTS = ("alpaca", "binance")


@dataclass(frozen=True, slots=True)
class SourcedLimits:
    """The limits, and for each field where it came from. Those of an account or symbol are beside the stage's."""

    limits: RiskLimits
    sources: Mapping[str, str]
    conflicts: tuple[Conflict, ...] = ()
    accounts: Mapping[str, RiskLimits] = field(default_factory=dict)
    symbols: Mapping[str, SymbolLimits] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _File:
    """What one file says, by scope: the stage's fields, then those of each account and symbol."""

    stage: Mapping[str, Any]
    accounts: Mapping[str, Mapping[str, Any]]
    symbols: Mapping[str, Mapping[str, Any]]


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
    first = _read(path) if path.exists() else _File({}, {}, {})
    sources = {each.name: DEFAULT for each in fields(RiskLimits)} | dict.fromkeys(first.stage, str(path))
    found = SourcedLimits(RiskLimits(**first.stage), sources)
    files = [(first, str(path))]
    if more is not None and more.resolve() != path.resolve():
        if not more.exists():
            raise BadSetting(
                f"risk.limits_file = {str(more)!r} ({by}) does not exist: use a file of limits, or leave it out"
            )
        files.append((_read(more), str(more)))
        found = tightened(found, [Sourced(name, value, str(more)) for name, value in files[1][0].stage.items()])
    return _scoped(tightened(found, _from_environment(environment)), files)


def tightened(found: SourcedLimits, asked: Iterable[Sourced]) -> SourcedLimits:
    """Limits of which each is the stricter of what it was and what is asked; both sources are remembered."""
    limits, sources, conflicts = found.limits, dict(found.sources), list(found.conflicts)
    for each in asked:
        now = Sourced(each.name, getattr(limits, each.name), sources[each.name])
        if each.value == now.value:
            continue
        strict: Any = stricter(each.name, now.value, each.value)
        limits = replace(limits, **{each.name: strict})
        if strict not in (each.value, now.value):  # a list holds what is on either
            sources[each.name] = f"{now.source} and {each.source}"
            continue
        holds, gives_way = (each, now) if strict == each.value else (now, each)
        sources[each.name] = holds.source
        conflicts.append(_conflict(f"limits.{unitless(each.name)}", holds, gives_way))
    return replace(found, limits=limits, sources=sources, conflicts=tuple(conflicts))


def _conflict(name: str, holds: Sourced, gives_way: Sourced) -> Conflict:
    shown = [Sourced(each.name, shown_limit(each.name, each.value), each.source) for each in (holds, gives_way)]
    return Conflict(name, shown[0], (shown[1],), STRICTEST_WINS)


# ------------------------------------------------------------------- scopes


def _scoped(found: SourcedLimits, files: list[tuple[_File, str]]) -> SourcedLimits:
    """The accounts' and symbols' own limits. One that is looser than what holds above it gives way, and is told."""
    sources, conflicts = dict(found.sources), list(found.conflicts)
    accounts: dict[str, RiskLimits] = {}
    symbols: dict[str, SymbolLimits] = {}
    for said, path in files:
        for account, values in said.accounts.items():
            above = accounts.get(account, found.limits)
            scope = f"accounts.{account}"
            accounts[account] = _under(above, values, scope, path, sources, conflicts)
        for symbol, values in said.symbols.items():
            own = symbols.get(symbol, SymbolLimits())
            symbols[symbol] = _under(own, values, f"symbols.{symbol}", path, sources, conflicts)
            _tell_looser(found, values, symbol, path, conflicts)
    return replace(found, sources=sources, conflicts=tuple(conflicts), accounts=accounts, symbols=symbols)


def _under(
    above: Scope, values: Mapping[str, Any], scope: str, path: str, sources: dict[str, str], conflicts: list[Conflict]
) -> Scope:
    for name, value in values.items():
        now = getattr(above, name)
        strict: Any = stricter(name, now, value)
        where = sources.get(f"{scope}.{name}") or sources.get(name, DEFAULT)
        if strict == value:
            sources[f"{scope}.{name}"] = path
        else:
            conflicts.append(
                _conflict(f"limits.{scope}.{unitless(name)}", Sourced(name, strict, where), Sourced(name, value, path))
            )
        above = replace(above, **{name: strict})
    return above


def _tell_looser(
    found: SourcedLimits, values: Mapping[str, Any], symbol: str, path: str, conflicts: list[Conflict]
) -> None:
    """A symbol's limit that is looser than the stage's own never comes to act."""
    for name, value in values.items():
        above = getattr(found.limits, name, None)
        if above is not None and above != value and stricter(name, above, value) == above:
            holds = Sourced(name, above, found.sources[name])
            conflicts.append(_conflict(f"limits.symbols.{symbol}.{unitless(name)}", holds, Sourced(name, value, path)))


# ------------------------------------------------------------------- in words


def shown_limit(name: str, value: Any) -> Any:
    """A limit as people write it: money as an amount, what is off as `off`, everything else as it is."""
    if value == NO_LIMIT and not isinstance(value, bool):
        return OFF
    if isinstance(value, tuple):
        return ",".join(value)
    if name.endswith("_nano"):
        return units_text(value, QUANTITY_SCALE)
    return units_text(value, CASH_SCALE) if name.endswith("_units") else value


def unitless(name: str) -> str:
    """The name of a limit as people know it."""
    return name.removesuffix("_units")


# ------------------------------------------------------------------- reading


def _read(path: Path) -> _File:
    stage: dict[str, Any] = {}
    accounts: dict[str, dict[str, Any]] = {}
    symbols: dict[str, dict[str, Any]] = {}
    for section, table in read_toml(path).items():
        if section == "accounts":
            for account, sections in _tables(section, table, path):
                if account not in ACCOUNTS:
                    raise UnknownSetting(f"accounts.{account} in {path} is not an account: use {' or '.join(ACCOUNTS)}")
                named = f"{section}.{account}."
                accounts[account] = dict(_account(named, sections, path))
        elif section == "symbols":
            for symbol, keys in _tables(section, table, path):
                symbols[symbol.upper()] = dict(_values(f"{section}.{symbol}.", keys, SYMBOL_KEYS, "", path))
        elif isinstance(table, dict):
            stage |= dict(_values("", table, KEYS, f"{section}.", path))
        else:
            raise UnknownSetting(f"{section} in {path} is not a limit{did_you_mean(section, KEYS)}")
    for name, key in KEYS.items():
        if key.field not in stage and not key.optional:
            raise BadSetting(f"{name} is missing in {path}: use {key.kind.accepted}")
    return _File(stage, accounts, symbols)


def _tables(section: str, table: Any, path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, keys in table.items() if isinstance(table, dict) else [("", table)]:
        if not isinstance(keys, dict):
            raise UnknownSetting(f"{section}.{name} in {path} is not a limit: use [{section}.NAME] with its keys")
        yield name, keys


def _account(named: str, sections: Mapping[str, Any], path: Path) -> Iterator[tuple[str, Any]]:
    for section, keys in sections.items():
        if not isinstance(keys, dict):
            raise UnknownSetting(f"{named}{section} in {path} is not a limit{did_you_mean(section, KEYS)}")
        yield from _values(named, keys, KEYS, f"{section}.", path)


def _values(
    named: str, table: Mapping[str, Any], known: Mapping[str, Key], section: str, path: Path
) -> Iterator[tuple[str, Any]]:
    for name, raw in table.items():
        key = known.get(section + name)
        if key is None:
            full = section + name
            raise UnknownSetting(f"{named}{full} in {path} is not a limit{did_you_mean(full, known)}")
        yield key.field, key.convert(parsing.parse(f"{named}{section}{name}", raw, str(path), key.kind))


def _from_environment(environment: Mapping[str, str]) -> list[Sourced]:
    """The runbooks' variables that tighten a limit. They never loosen one."""
    variables = (
        ("MAX_DAILY_LOSS", "max_daily_loss_units", parsing.MONEY),
        ("MAX_POSITION_SIZE", "max_notional_per_position_units", parsing.MONEY),
        ("CIRCUIT_BREAKER_ENABLED", "breaker_enabled", parsing.BOOLEAN),
    )
    return [
        Sourced(name, parsing.parse(variable, raw, environment_source(variable), kind), environment_source(variable))
        for variable, name, kind in variables
        if (raw := environment.get(variable)) is not None and (raw.strip() or kind is parsing.BOOLEAN)
    ]
