"""`config/<stage>.toml`: settings in a file, none of them ignored."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from seatrial.bootstrap import parsing
from seatrial.bootstrap.declarations import BY_NAME, SETTINGS
from seatrial.bootstrap.environment import did_you_mean
from seatrial.bootstrap.sources import Sourced
from seatrial.domain.faults import BadSetting, ConfigurationFault, UnknownSetting


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file with its decimals kept exact.

    Raises:
        ConfigurationFault: it cannot be read, or is not TOML; names the file and the place.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, UnicodeDecodeError) as fault:
        raise ConfigurationFault(f"{path} cannot be read: {fault}") from fault
    except tomllib.TOMLDecodeError as fault:
        raise ConfigurationFault(f"{path} is not TOML: {fault}") from fault


def from_stage_file(path: Path) -> Iterator[Sourced]:
    """The settings of one stage file; none when there is no such file.

    Raises:
        UnknownSetting: with the nearest name that exists.
        BadSetting: a value that does not parse, or a setting that no file may carry.
    """
    if not path.exists():
        return
    for name, raw in _flat(read_toml(path)):
        declared = BY_NAME.get(name)
        if declared is None:
            known = [each.name for each in SETTINGS]
            raise UnknownSetting(f"{name} in {path} is not a setting{did_you_mean(name, known)}")
        if not declared.in_file:
            instead = (
                f"{declared.known_as} in the environment" if declared.credential else f"--{name} or {declared.variable}"
            )
            raise BadSetting(f"{name} in {path} is not accepted there: use {instead}")
        yield Sourced(name, parsing.parse(name, raw, str(path), declared.kind), str(path))


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
