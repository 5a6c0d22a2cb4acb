"""Tables on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table


def print_pairs(title: str, pairs: Sequence[tuple[str, str]]) -> None:
    """Two columns under a title: what, and how much."""
    print_table([title, ""], pairs)


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows under heads; the first column to the left, the others to the right."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE, show_edge=False, pad_edge=False)
    for index, head in enumerate(heads):
        table.add_column(head, justify="left" if index == 0 else "right")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def print_columns(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Plain aligned text, never wrapped or cut: rows that somebody will pipe or copy."""
    import click

    widths = [max(len(row[index]) for row in (heads, *rows)) for index in range(len(heads))]
    for row in (heads, *rows):
        click.echo("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))


def print_all(tables: Iterable[Table]) -> None:
    """Tables that are made already."""
    from rich.console import Console

    console = Console()
    for table in tables:
        console.print(table)
