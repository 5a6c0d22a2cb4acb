"""`config/config.toml`: the testnet keys of one person, never in the repository."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seatrial.bootstrap import parsing
from seatrial.bootstrap.environment import did_you_mean
from seatrial.bootstrap.modes import PAPER_FLAGS
from seatrial.bootstrap.parsing import Kind
from seatrial.bootstrap.sources import Sourced
from seatrial.bootstrap.stage_files import read_toml
from seatrial.domain.faults import UnknownSetting

FILE = "config.toml"
KEYS: Mapping[str, tuple[str, Kind]] = {
    "binance.api_key": ("binance.key", parsing.SECRET),
    "binance.api_secret": ("binance.secret", parsing.SECRET),
    "binance.testnet": (PAPER_FLAGS[1], parsing.BOOLEAN),
}


@dataclass(frozen=True, slots=True)
class TestnetFile:
    """The keys, and the flag that says they are a testnet's."""

    __test__ = False  # pytest takes the name for its own

    settings: tuple[Sourced, ...] = ()
    flags: tuple[Sourced, ...] = ()


def read_testnet_file(path: Path) -> TestnetFile:
    """What the file says; nothing where there is no such file.

    Raises:
        UnknownSetting: a key that does not exist.
        BadSetting: a value that does not parse; never shows a secret.
    """
    if not path.exists():
        return TestnetFile()
    told = [_sourced(path, key, raw) for key, raw in _keys(read_toml(path))]
    flags = tuple(each for each in told if each.name in PAPER_FLAGS)
    return TestnetFile(tuple(each for each in told if each not in flags and each.value), flags)


def _keys(table: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [
        (f"{section}.{key}".rstrip("."), raw)
        for section, keys in table.items()
        for key, raw in (keys.items() if isinstance(keys, dict) else [("", keys)])
    ]


def _sourced(path: Path, key: str, raw: object) -> Sourced:
    if key not in KEYS:
        raise UnknownSetting(f"{key} in {path} is not a key of it{did_you_mean(key, KEYS)}")
    name, kind = KEYS[key]
    return Sourced(name, parsing.parse(key, raw, str(path), kind), str(path))
