"""`config/system.<stage>.json` of the runbooks, read as it is: each of its keys leads to one setting."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any

from seatrial.bootstrap import parsing
from seatrial.bootstrap.declarations import BY_NAME
from seatrial.bootstrap.environment import did_you_mean
from seatrial.bootstrap.modes import DRY_RUN
from seatrial.bootstrap.parsing import Kind
from seatrial.bootstrap.sources import Sourced
from seatrial.domain.faults import ConfigurationFault, UnknownSetting

STAGE_KEY = "environment"
DRY_RUN_KEY = "services.execution_engine.dry_run"
LOG_FILE_KEY = "logging.file_path"
KEYS: Mapping[str, str] = {
    STAGE_KEY: "stage",
    "services.market_data.enabled": "market_data.enabled",
    "services.market_data.port": "ports.market_data",
    "services.market_data.websocket_url": "market_data.websocket_url",
    "services.market_data.reconnect_attempts": "market_data.reconnect_attempts",
    "services.market_data.reconnect_delay_ms": "market_data.reconnect_delay_ms",
    "services.execution_engine.enabled": "execution.enabled",
    "services.execution_engine.port": "ports.execution",
    "services.execution_engine.mode": "mode",
    DRY_RUN_KEY: DRY_RUN,
    "services.risk_manager.enabled": "risk.enabled",
    "services.risk_manager.port": "ports.watch",
    "services.risk_manager.strict_mode": "risk.strict_mode",
    "services.risk_manager.config_file": "risk.limits_file",
    "observability.enabled": "observability.enabled",
    "observability.api_port": "ports.observability",
    "observability.dashboard_port": "ports.dashboard",
    "observability.metrics_interval_ms": "observability.metrics_interval_ms",
    "observability.database.duckdb_path": "observability.duckdb_path",
    "observability.database.sqlite_path": "observability.sqlite_path",
    "observability.database.cache_size_mb": "observability.cache_size_mb",
    "logging.level": "logs.level",
    "logging.format": "logs.format",
    "logging.outputs": "logs.outputs",
    LOG_FILE_KEY: "logs.folder",
    "logging.max_size_mb": "logs.max_size_mb",
    "logging.max_backups": "logs.max_backups",
}


@dataclass(frozen=True, slots=True)
class SystemFile:
    """What the file says: the stage it is for, settings, and flags that act on the mode."""

    stage: Sourced | None = None
    settings: tuple[Sourced, ...] = ()
    flags: tuple[Sourced, ...] = ()


def system_path(config: Path, stage: str) -> Path:
    """Where the file of a stage is."""
    return config / f"system.{stage}.json"


def read_system_file(path: Path) -> SystemFile:
    """The file's settings; none where there is no such file.

    Raises:
        ConfigurationFault: it cannot be read, or is not a JSON object.
        UnknownSetting: a key that does not exist, or twice the same.
        BadSetting: a value that does not parse.
    """
    if not path.exists():
        return SystemFile()
    pairs = list(_flat(path, _read(path)))
    told = [_sourced(path, key, raw) for key, raw in pairs]
    told += [Sourced("logs.file", str(raw), str(path)) for key, raw in pairs if key == LOG_FILE_KEY]
    stage = [each for each in told if each.name == "stage"]
    flags = tuple(each for each in told if each.name == DRY_RUN)
    return SystemFile(
        stage[0] if stage else None, tuple(each for each in told if each.name not in ("stage", DRY_RUN)), flags
    )


def _sourced(path: Path, key: str, raw: Any) -> Sourced:
    name = KEYS.get(key)
    if name is None:
        raise UnknownSetting(f"{key} in {path} is not a setting{did_you_mean(key, KEYS)}")
    kind: Kind = parsing.BOOLEAN if key == DRY_RUN_KEY else BY_NAME[name].kind
    value = parsing.parse(key, raw, str(path), kind)
    if key == LOG_FILE_KEY:  # ours are many files, in the folder of theirs; theirs is written too
        value = str(PurePosixPath(value).parent)
    return Sourced(name, value, str(path))


def _read(path: Path) -> Mapping[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal, object_pairs_hook=_once)
    except (OSError, UnicodeDecodeError) as fault:
        raise ConfigurationFault(f"{path} cannot be read: {fault}") from fault
    except RecursionError as fault:
        raise ConfigurationFault(f"{path} is nested too deeply to be a file of settings") from fault
    except ValueError as fault:
        raise ConfigurationFault(f"{path} is not JSON: {fault}") from fault
    if not isinstance(told, dict):
        raise ConfigurationFault(f"{path} is not a JSON object: write one with the keys of docs/reference/settings.md")
    return told


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(key for key, _ in pairs if [name for name, _ in pairs].count(key) > 1)
        raise ValueError(f"{twice} is there twice")
    return found


def _flat(path: Path, table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and name not in KEYS:
            if not any(known.startswith(f"{name}.") for known in KEYS):
                raise UnknownSetting(f"{name} in {path} is not a setting{did_you_mean(name, KEYS)}")
            yield from _flat(path, value, f"{name}.")
        else:
            yield name, value
