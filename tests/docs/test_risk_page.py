"""The page of limits says what the code and the files of the house do."""

from __future__ import annotations

import re
from pathlib import Path

from seatrial.bootstrap.limit_keys import KEYS, SYMBOL_KEYS
from seatrial.bootstrap.stage_files import read_toml
from seatrial.domain.limits import RiskLimits
from seatrial.domain.refusals import RefusalCode

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference" / "risk.md").read_text()
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| `")]
LIMITS = [row for row in ROWS if "." in row[0]]
SYMBOLS = [row for row in ROWS if "." not in row[0] and len(row) == 4]
CODES = [row for row in ROWS if len(row) == 3]


def shown(value: object) -> str:
    if value == []:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value).removesuffix(".0")


def test_every_limit_has_its_row_with_the_values_of_the_stages() -> None:
    files = [read_toml(ROOT / "config" / name) for name in ("risk_limits.dev.toml", "risk_limits.toml")]
    for (name, key), row in zip(
        KEYS.items(), sorted(LIMITS, key=lambda row: list(KEYS).index(row[0].strip("`*"))), strict=True
    ):
        section, _, last = name.partition(".")
        assert row[0] == f"`{name}`{'*' * key.optional}"
        assert row[2:4] == [shown(file[section][last]) for file in files], name


def test_every_limit_of_a_symbol_has_its_row_and_stands_beside_one_of_the_account() -> None:
    assert [row[0] for row in SYMBOLS] == [f"`{name}`*" for name in SYMBOL_KEYS]
    named = {re.search(r"`(.*?)`", row[2]).group(1) for row in SYMBOLS}  # type: ignore[union-attr]
    assert named <= set(KEYS)


def test_the_table_of_refusals_is_their_order_of_precedence() -> None:
    assert [(row[0].strip("`"), int(row[1])) for row in CODES] == [
        (code.name, int(code)) for code in RefusalCode if code
    ]
    told = {code for row in (*LIMITS, *SYMBOLS) for code in re.findall(r"`([A-Z_]+)`", row[-1])}
    assert told <= set(RefusalCode.__members__)


def test_every_field_is_filled_by_one_key() -> None:
    assert sorted(key.field for key in KEYS.values()) == sorted(RiskLimits.__dataclass_fields__)
