"""The page of tables is the schema: every table, every column, in order."""

from __future__ import annotations

import re
from pathlib import Path

from seatrial.journal.copying import columns_of, ledger_tables

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "tables.md"


def test_the_page_of_tables_is_the_schema() -> None:
    text = PAGE.read_text(encoding="utf-8")
    sections = re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", text, flags=re.DOTALL | re.MULTILINE)
    told = {table: tuple(re.findall(r"^\| `(\w+)` \|", body, flags=re.MULTILINE)) for table, body in sections}

    assert told == {table: columns_of(table) for table in ledger_tables()}
