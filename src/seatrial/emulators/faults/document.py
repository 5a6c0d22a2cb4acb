"""A script of faults as people write it: `[[faults]]` tables in TOML, `{"faults": [...]}` in JSON.

Stricter than `Fault`: a parameter that a kind does not take is refused, since it would do nothing.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

import msgspec

from seatrial.domain.faults import BadSetting
from seatrial.emulators.faults.catalogue import CATALOGUE, takes
from seatrial.emulators.faults.fault import Fault, check_faults


def parse_faults(document: bytes, *, form: Literal["json", "toml"] = "json") -> list[Fault]:
    """The faults of a document.

    Raises:
        BadSetting: it does not parse, or a value is not accepted; the message names row and field.
    """
    try:
        said = tomllib.loads(document.decode()) if form == "toml" else msgspec.json.decode(document)
    except (msgspec.DecodeError, tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadSetting(f"faults: not {form.upper()}: {error}") from error
    if not isinstance(said, dict) or set(said) - {"faults"}:
        was = ", ".join(said) if isinstance(said, dict) else type(said).__name__
        raise BadSetting(f"faults: accepted is one list named faults, was {was}")
    rows = said.get("faults", [])
    if not isinstance(rows, list):
        raise BadSetting(f"faults: accepted is a list of tables, was {type(rows).__name__}")
    faults = [_fault(row, f"faults[{number}]") for number, row in enumerate(rows, 1)]
    check_faults(faults)
    return faults


def read_faults(path: Path) -> list[Fault]:
    """The faults of a `.json` file, or of any other as TOML.

    Raises:
        BadSetting: as `parse_faults`, naming the file.
    """
    try:
        return parse_faults(path.read_bytes(), form="json" if path.suffix == ".json" else "toml")
    except BadSetting as refused:
        raise BadSetting(f"{path}: {refused}") from refused


def _fault(row: object, where: str) -> Fault:
    if not isinstance(row, dict):
        raise BadSetting(f"{where}: accepted is a table, was {type(row).__name__}")
    kind = row.get("kind", "")
    if not isinstance(kind, str) or kind not in CATALOGUE:
        raise BadSetting(f"{where}.kind: accepted are {', '.join(CATALOGUE)}, was {kind!r}")
    if unknown := sorted(set(row) - set(takes(kind))):
        raise BadSetting(f"{where}.{unknown[0]}: {kind} takes {', '.join(takes(kind))}")
    try:
        return msgspec.convert({"name": kind, **row}, Fault)
    except msgspec.ValidationError as error:
        raise BadSetting(f"{where}: {error}") from error
