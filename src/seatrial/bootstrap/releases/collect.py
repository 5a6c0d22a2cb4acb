"""Read this project folder into a manifest: what would run here, if it were started now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import seatrial
from seatrial import __version__
from seatrial.bootstrap.accounts import venue_of
from seatrial.bootstrap.declarations import BY_NAME
from seatrial.bootstrap.limits_file import limits_path
from seatrial.bootstrap.numba_cache import prepare_compiled_core
from seatrial.bootstrap.releases.digests import (
    HIDDEN,
    PACKAGE_SUFFIXES,
    config_digest,
    folder_digest,
    hides,
    sha256_hex,
)
from seatrial.bootstrap.releases.source import source_of
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.stage_files import read_toml
from seatrial.bootstrap.stages import Stage
from seatrial.bootstrap.strategy_files import chosen_strategies
from seatrial.domain.faults import ConfigurationFault, RequestFault
from seatrial.release.manifest import Manifest
from seatrial.release.policy_file import load_policy
from seatrial.release.verdict import JsonObject, JsonValue

CONFIG_SUFFIXES = frozenset({".toml", ".yaml", ".yml", ".json"})
PRIVATE = frozenset({"config.toml"})  # of one machine: testnet keys, never in a repository
LOCKS = ("*.lock", "requirements/*.lock")
COMPONENTS = {
    "core": ("domain", "core", "strategy"),
    "alpaca": ("venues/alpaca",),
    "binance": ("venues/binance",),
}


def collect(
    settings: Settings,
    root: Path | None = None,
    strategies: Sequence[Path] = (),
    *,
    policy_name: str | None = None,
    source: bool = True,
) -> Manifest:
    """The manifest of the project in `root` (default: this folder). `strategies` stand in for those of the settings.

    `policy_name` is what it will have to prove, by default the policy of the settings.
    Without `source` nobody is asked for commit and changes, which costs the most and decides nothing that runs.

    Raises:
        ConfigurationFault: a strategy or a configuration file does not load.
        RequestFault: two strategies of one venue.
    """
    root = root or Path()
    package = Path(seatrial.__file__).parent
    config = root / str(settings.values["config"])
    policy, _ = load_policy(policy_name or settings.release.policy)
    return Manifest({
        "source": source_of(root, made_folders(settings, root)) if source else {},
        "package": {"version": __version__, "sha256": folder_digest(package, PACKAGE_SUFFIXES, [package / "page"])},
        "locks": {
            path.relative_to(root).as_posix(): sha256_hex(path.read_bytes())
            for pattern in LOCKS
            for path in sorted(root.glob(pattern))
        },
        "components": {name: _rooms_digest(package, rooms) for name, rooms in COMPONENTS.items()},
        "schema": _schema(),
        "strategies": strategy_section(settings, root, strategies),
        "config": {"files": _config_files(config), "stages": _per_stage(config, _settings_of)},
        "limits": {"files": _limit_files(config), "stages": _per_stage(config, _limits_of)},
        "policy": {"name": policy.name, "sha256": policy.digest},
    })  # fmt: skip


def made_folders(settings: Settings, root: Path) -> list[Path]:
    """Folders that running writes into, and recorded data: none of them is part of a release."""
    made = [settings.state, settings.evidence, settings.logs.folder]
    return [root / each for each in (made if settings.data is None else [*made, settings.data])]


def strategy_section(settings: Settings, root: Path, chosen: Sequence[Path] = ()) -> JsonObject:
    """The strategies of each venue: file, digest of its source, class and parameters."""
    prepare_compiled_core()
    from seatrial.bootstrap.symbols import strategy_texts

    section: JsonObject = {}
    for key, path in _keyed(list(_strategy_files(settings, chosen))):
        if key in section:
            raise RequestFault("--strategy", f"strategies of different names, not {path.stem} twice", str(path))
        section[key] = _strategy(path, root, strategy_texts(settings, key.partition("/")[0]))
    return section


def strategy_paths(settings: Settings) -> dict[str, Path]:
    """The files of the strategies of the settings, by venue; a class named behind a colon is cut off."""
    return {
        key: Path(str(path).rpartition(":")[0] if ".py:" in str(path) else path) for key, path in _keyed(_set(settings))
    }


def _set(settings: Settings) -> list[tuple[str, Path]]:
    """The strategies of the settings, of those venues that are traded on."""
    return [(each.venue, each.path) for each in chosen_strategies(settings)]


def _keyed(found: Sequence[tuple[str, Path]]) -> list[tuple[str, Path]]:
    """Each under its venue's name, and where a venue has several under `venue/name`."""
    venues = [venue for venue, _ in found]
    return [(venue if venues.count(venue) == 1 else f"{venue}/{path.stem}", path) for venue, path in found]


def _strategy_files(settings: Settings, chosen: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    from seatrial.market.instruments import instrument_of
    from seatrial.strategy.load import load_strategy

    if not chosen:
        yield from _set(settings)
    for path in chosen:
        symbols = load_strategy(path).strategy.symbols
        venues = {venue_of(instrument_of(symbol)) for symbol in symbols}
        if len(venues) != 1:
            raise ConfigurationFault(f"{path} trades at {', '.join(sorted(venues)) or 'no venue'}: one venue each")
        yield venues.pop(), path


def _strategy(path: Path, root: Path, texts: dict[str, str]) -> JsonObject:
    from seatrial.strategy.load import load_strategy

    loaded = load_strategy(path, texts)
    parameters: JsonObject = {name: _parameter(name, value) for name, value in loaded.parameters.items()}
    return {
        "file": relative(loaded.path, root),
        "sha256": loaded.source_digest,
        "class": loaded.name,
        "parameters": parameters,
    }


def relative(path: Path, root: Path) -> str:
    """The path from the project's folder; the bare name of what lies elsewhere."""
    whole, base = path.resolve(), root.resolve()
    return whole.relative_to(base).as_posix() if whole.is_relative_to(base) else whole.name


def _parameter(name: str, value: Any) -> JsonValue:
    if hides(name):
        return HIDDEN
    if isinstance(value, tuple | list):
        return [str(each) for each in value]
    return value if isinstance(value, bool | int) else str(value)


def _config_files(config: Path) -> JsonObject:
    """Every configuration file but the limits, which have a section of their own."""
    if not config.is_dir():
        return {}
    names = sorted(path for path in config.rglob("*") if path.is_file() and path.suffix in CONFIG_SUFFIXES)
    kept = [path for path in names if path.name not in PRIVATE and not path.name.startswith((".", "risk_limits"))]
    return {path.relative_to(config).as_posix(): config_digest(path) for path in kept}


def _limit_files(config: Path) -> JsonObject:
    return {path.name: sha256_hex(path.read_bytes()) for path in sorted(config.glob("risk_limits*.toml"))}


def _per_stage(config: Path, read: Any) -> JsonObject:
    return {stage.value: read(config, stage) for stage in Stage}


def _settings_of(config: Path, stage: Stage) -> JsonObject:
    path = config / f"{stage.value}.toml"
    return _flat(read_toml(path)) if path.exists() else {}


def _limits_of(config: Path, stage: Stage) -> JsonObject:
    path = limits_path(config, stage.value)
    return _flat(read_toml(path)) if path.exists() else {}


def _flat(table: dict[str, Any], prefix: str = "") -> JsonObject:
    flat: JsonObject = {}
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            flat |= _flat(value, f"{name}.")
        elif hides(name) or (name in BY_NAME and BY_NAME[name].kind.secret):
            flat[name] = HIDDEN
        else:
            flat[name] = _parameter(name, value)
    return flat


def _rooms_digest(package: Path, rooms: Sequence[str]) -> str:
    return sha256_hex("\n".join(folder_digest(package / room, PACKAGE_SUFFIXES) for room in rooms).encode())


def _schema() -> JsonObject:
    from seatrial.journal.durable import FORMAT_VERSION
    from seatrial.journal.schema import EXPECTED_VERSION

    return {"journal_format": FORMAT_VERSION, "tables": EXPECTED_VERSION}
