"""Effective settings: defaults, then `config/<stage>.toml`, then the environment, then the command line.

Each value remembers its source. Nothing here builds anything: it reads, refuses or answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from seatrial.bootstrap import guards, modes, parsing
from seatrial.bootstrap.declarations import BY_NAME, SETTINGS
from seatrial.bootstrap.environment import did_you_mean, from_environment, real_environment
from seatrial.bootstrap.limits_file import limits_path, load_limits
from seatrial.bootstrap.secrets import Secret
from seatrial.bootstrap.sources import COMMAND_LINE, DEFAULT, Sourced, environment_source
from seatrial.bootstrap.stage_files import from_stage_file
from seatrial.bootstrap.stages import Mode, Stage
from seatrial.domain.faults import UnknownSetting
from seatrial.domain.limits import RiskLimits


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
    strategies: Mapping[str, str]
    symbols: Mapping[str, tuple[str, ...]]
    cash_units: Mapping[str, int]
    emulator_key: Secret
    emulator_secret: Secret
    limits: RiskLimits
    values: Mapping[str, Any]  # every declared setting by its name; the fields above are those with a type
    sources: Mapping[str, str]
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
    values = {declared.name: _default(declared.name) for declared in SETTINGS}
    from_variables = {sourced.name: sourced for sourced in from_environment(variables)}
    from_command = {sourced.name: sourced for sourced in _from_command_line(said)}
    early = values | from_variables | from_command
    stage = from_command.get("stage") or modes.resolve_stage(list(_stage_words(early["stage"], variables)))
    config = (folder or Path()) / str(early["config"].value)
    from_file = {sourced.name: sourced for sourced in from_stage_file(config / f"{stage.value}.toml")}
    values |= from_file | from_variables | from_command | {"stage": stage}
    values["mode"] = modes.resolve_mode(values["mode"], stage.value, variables)
    guards.refuse_live_credentials(stage.value, variables)
    limits = load_limits(limits_path(config, stage.value), variables)
    sources = {name: sourced.source for name, sourced in values.items()}
    sources |= {f"limits.{field}": source for field, source in limits.sources.items()}
    return _assemble(values, limits.limits, sources, said)


def _default(name: str) -> Sourced:
    declared = BY_NAME[name]
    return Sourced(name, parsing.parse(name, declared.default, DEFAULT, declared.kind), DEFAULT)


def _from_command_line(said: Mapping[str, str]) -> Iterator[Sourced]:
    for name, raw in said.items():
        declared = BY_NAME.get(name)
        if declared is None:
            raise UnknownSetting(f"{name} on the command line is not a setting{did_you_mean(name, BY_NAME)}")
        yield Sourced(name, parsing.parse(name, raw, COMMAND_LINE, declared.kind), COMMAND_LINE)


def _stage_words(effective: Sourced, variables: Mapping[str, str]) -> Iterator[Sourced]:
    staging_mode = modes.flag(variables, "STAGING_MODE")
    if effective.source != DEFAULT or not staging_mode:
        yield effective
    if staging_mode:
        yield Sourced("stage", Stage.STAGING, environment_source("STAGING_MODE"))


def _assemble(
    values: Mapping[str, Sourced], limits: RiskLimits, sources: Mapping[str, str], said: Mapping[str, str]
) -> Settings:
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
        limits=limits,
        values={name: sourced.value for name, sourced in values.items()},
        sources=sources,
        chosen=said,
    )
