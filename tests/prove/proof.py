"""What the proof writes down: one row per thing proved, kept in `docs/reference/proof.md`.

The page is its own store: a run replaces the rows it proved again and leaves the others, each with the commit
it was proved on.
"""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Protocol

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "proof.md"

HEAD = """# Proof

Written by `make prove`, and by nobody's hand. Each row says what was proved, how often, whether it held, what was
measured meanwhile, the command that proves it again, and the commit it was proved on (`+` where the tree had changes
that were not committed). The figures are of a machine with {machine}.

| what | how often | held | figure | command | commit |
|---|---|---|---|---|---|
"""


class Prove(Protocol):
    """Keep one row: what was proved, how often, a figure, and the command that proves it again."""

    def __call__(self, what: str, *, count: str, figure: str, command: str) -> None: ...


class Row(NamedTuple):
    """One line of the table."""

    what: str
    count: str
    held: str
    figure: str
    command: str
    commit: str

    def line(self) -> str:
        """As Markdown."""
        return f"| {' | '.join(self)} |\n"


def keep(rows: Iterable[Row]) -> None:
    """Put these rows into the page, in place of older ones of the same name."""
    known = {row.what: row for row in _read()} | {row.what: row for row in rows}
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    PAGE.write_text(HEAD.format(machine=machine) + "".join(known[what].line() for what in sorted(known)), "utf-8")


def _read() -> list[Row]:
    if not PAGE.exists():
        return []
    lines = PAGE.read_text("utf-8").splitlines()
    cells = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    return [Row(*row) for row in cells[1:] if len(row) == len(Row._fields)]


def commit() -> str:
    """The commit that is checked out, and a plus where the tree is not quite it."""
    head = _git("rev-parse", "--short", "HEAD").strip()
    changes = [line for line in _git("status", "--porcelain").splitlines() if not line.endswith(PAGE.name)]
    return f"{head}{'+' if changes else ''}"


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout
