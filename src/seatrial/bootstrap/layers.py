"""From everything that was said to the values that hold: defaults, files, environment, command line, flags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from seatrial.bootstrap import guards, modes, parsing
from seatrial.bootstrap.database_variables import database_settings
from seatrial.bootstrap.declarations import BY_NAME, SETTINGS
from seatrial.bootstrap.environment import did_you_mean, from_environment, read_environment
from seatrial.bootstrap.limits_file import SourcedLimits, limits_path, load_limits
from seatrial.bootstrap.precedence import Conflict, settle
from seatrial.bootstrap.sources import COMMAND_LINE, DEFAULT, Sourced, environment_source
from seatrial.bootstrap.stage_files import from_stage_file
from seatrial.bootstrap.stages import Stage
from seatrial.bootstrap.system_file import SystemFile, read_system_file, system_path
from seatrial.bootstrap.testnet_file import FILE as TESTNET_FILE
from seatrial.bootstrap.testnet_file import read_testnet_file
from seatrial.domain.faults import BadSetting, ConfigurationFault, UnknownSetting


@dataclass(frozen=True, slots=True)
class Resolution:
    """What holds, where each value came from, and what gave way."""

    values: Mapping[str, Sourced]
    limits: SourcedLimits
    conflicts: tuple[Conflict, ...]


def resolve(said: Mapping[str, str], variables: Mapping[str, str], folder: Path) -> Resolution:
    """The values that hold in this process. Raises `ConfigurationFault` as `load_settings` says."""
    environment = read_environment(variables)
    from_variables = list(from_environment(environment))
    from_command = list(_from_command_line(said))
    early, _ = settle([defaults(), from_variables, from_command])
    stage, conflicts = _stage(from_variables, from_command, variables)
    config = folder / str(early["config"].value)
    system = read_system_file(system_path(config, stage.value))
    _refuse_other_stage(system, stage)
    testnet = read_testnet_file(config / TESTNET_FILE)
    layers = [
        defaults(),
        list(from_stage_file(config / f"{stage.value}.toml")),
        system.settings,
        testnet.settings,
        database_settings(from_variables, environment, stage.value),
        from_command,
    ]
    values, overruled = settle([[each for each in layer if each.name != "stage"] for layer in layers])
    values["stage"] = stage
    guards.refuse_live_credentials(stage, values)
    flags = [*modes.flags_of(variables), *system.flags]
    flags += [each for each in testnet.flags if not each.value or values["mode"].source != DEFAULT]
    endpoints = [values[name] for name in modes.ENDPOINTS]
    values["mode"], by_flags = modes.resolve_mode(values["mode"], stage.value, flags, endpoints)
    guards.refuse_live_address_in_paper(values["mode"], values)
    values["speed"], by_mode = modes.resolve_speed(values["speed"], values["mode"])
    more = values["risk.limits_file"]
    limits = load_limits(
        limits_path(config, stage.value), variables, folder / more.value if more.value else None, more.source
    )
    return Resolution(values, limits, (*conflicts, *overruled, *by_flags, *by_mode, *limits.conflicts))


def defaults() -> list[Sourced]:
    """What holds where nobody said anything."""
    return [
        Sourced(each.name, parsing.parse(each.name, each.default, DEFAULT, each.kind), DEFAULT) for each in SETTINGS
    ]


def _from_command_line(said: Mapping[str, str]) -> Iterator[Sourced]:
    for name, raw in said.items():
        declared = BY_NAME.get(name)
        if declared is None:
            raise UnknownSetting(f"{name} on the command line is not a setting{did_you_mean(name, BY_NAME)}")
        if declared.credential:
            raise BadSetting(
                f"{name} on the command line is not accepted: every user of the machine could read it; "
                f"use {declared.known_as} or {declared.known_as}_FILE in the environment"
            )
        yield Sourced(name, parsing.parse(name, raw, COMMAND_LINE, declared.kind), COMMAND_LINE)


def _stage(
    from_variables: list[Sourced], from_command: list[Sourced], variables: Mapping[str, str]
) -> tuple[Sourced, list[Conflict]]:
    said = [each for each in from_variables if each.name == "stage"]
    if modes.flag(variables, "STAGING_MODE"):
        said.append(Sourced("stage", Stage.STAGING, environment_source("STAGING_MODE")))
    chosen = next((each for each in from_command if each.name == "stage"), None)
    return modes.resolve_stage(said or [Sourced("stage", Stage.DEV, DEFAULT)], chosen)


def _refuse_other_stage(system: SystemFile, stage: Sourced) -> None:
    if system.stage is not None and system.stage.value is not stage.value:
        raise ConfigurationFault(
            f"environment = {system.stage.value} ({system.stage.source}) and stage = {stage.value} ({stage.source}) "
            "disagree: correct the file, or name the stage it is for"
        )
