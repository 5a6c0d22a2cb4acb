"""Effective settings: defaults, `config/<stage>.toml`, `config/system.<stage>.json`, environment, command line.

Each value remembers its source. Nothing here builds anything: it reads, refuses or answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from seatrial.bootstrap import guards
from seatrial.bootstrap.environment import real_environment
from seatrial.bootstrap.layers import Resolution, resolve
from seatrial.bootstrap.precedence import Conflict
from seatrial.bootstrap.secrets import Secret
from seatrial.bootstrap.stages import Mode, Stage
from seatrial.domain.limits import RiskLimits, SymbolLimits


@dataclass(frozen=True, slots=True)
class Ports:
    """Where every door listens."""

    market_data: int
    execution: int
    execution_alias: int
    watch: int
    observability: int
    signals: int
    orchestrator: int
    dashboard: int
    alpaca: int
    binance: int
    coingecko: int


@dataclass(frozen=True, slots=True)
class LogSettings:
    """Where JSON logs go, and when they are rotated."""

    folder: Path
    level: str
    max_size_mb: int
    max_backups: int


@dataclass(frozen=True, slots=True)
class ReleaseSettings:
    """By which policy releases move, and what proves that their tests pass."""

    policy: str
    test_command: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that was decided before the start. `sources` says by whom."""

    stage: Stage
    mode: Mode
    data: Path | None
    state: Path
    evidence: Path
    release: ReleaseSettings
    speed: Decimal
    seed: int
    host: str
    ports: Ports
    logs: LogSettings
    journal_url: Secret
    strategies: Mapping[str, tuple[str, ...]]  # files by venue; `strategy_files` tells them apart
    symbols: Mapping[str, tuple[str, ...]]
    cash_units: Mapping[str, int]
    emulator_key: Secret
    emulator_secret: Secret
    limits: RiskLimits  # of the stage
    account_limits: Mapping[str, RiskLimits]  # of accounts with a section of their own
    symbol_limits: Mapping[str, SymbolLimits]  # beside those of whichever account trades it
    values: Mapping[str, Any]  # every declared setting by its name; the fields above are those with a type
    sources: Mapping[str, str]
    conflicts: tuple[Conflict, ...]  # where several sources spoke of one thing: which holds, and why
    chosen: Mapping[str, str]  # what the command line said, to be said again to a child process

    @property
    def dry_run(self) -> bool:
        """True whenever no order can reach real money."""
        return self.mode is not Mode.LIVE

    def as_arguments(self) -> list[str]:
        """The command line's own choices, as arguments for a child process."""
        return [part for name, raw in self.chosen.items() for part in ("--set", f"{name}={raw}")]


def load_settings(
    chosen: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Settings:
    """The effective settings of this process.

    `chosen` is what the command line said, `environment` defaults to the real one, and relative paths
    of `config` start at `folder` (default: the current one).

    Raises:
        ConfigurationFault: one sentence naming setting, value, source and what is accepted.
        NoData: the data folder cannot be read.
    """
    guards.refuse_stripped_assertions()
    variables = real_environment() if environment is None else environment
    said = dict(chosen or {})
    return _assemble(resolve(said, variables, folder or Path()), said)


def _assemble(resolution: Resolution, said: Mapping[str, str]) -> Settings:
    values, limits = resolution.values, resolution.limits
    sources = {name: sourced.source for name, sourced in values.items()}
    sources |= {f"limits.{field}": source for field, source in limits.sources.items()}

    def of(name: str) -> Any:
        return values[name].value

    def section(name: str) -> dict[str, Any]:
        return {key.partition(".")[2]: each.value for key, each in values.items() if key.startswith(f"{name}.")}

    logs = {field.name: of(f"logs.{field.name}") for field in fields(LogSettings)}
    return Settings(
        stage=of("stage"),
        mode=of("mode"),
        data=guards.readable_folder(values["data"]),
        state=Path(of("state")),
        evidence=Path(of("evidence")),
        release=ReleaseSettings(**section("release")),
        speed=of("speed"),
        seed=of("seed"),
        host=of("host"),
        ports=Ports(**section("ports")),
        logs=LogSettings(**(logs | {"folder": Path(logs["folder"])})),
        journal_url=of("journal.url"),
        strategies=section("strategies"),
        symbols=section("symbols"),
        cash_units={"alpaca": of("emulators.cash_alpaca"), "binance": of("emulators.cash_binance")},
        emulator_key=of("emulators.key"),
        emulator_secret=of("emulators.secret"),
        limits=limits.limits,
        account_limits=limits.accounts,
        symbol_limits=limits.symbols,
        values={name: sourced.value for name, sourced in values.items()},
        sources=sources,
        conflicts=resolution.conflicts,
        chosen=said,
    )
