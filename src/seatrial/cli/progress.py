"""One progress bar for every long command; silent where nobody looks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(what: str, *, shown: bool = True) -> Iterator[Callable[[int, int], None]]:
    """A function that is told (done, in all); shows the rate and the time left."""
    if not shown or not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        """How many a second, once that is known."""

        def render(self, task: Task) -> Text:
            """The rate of one bar."""
            return Text("" if task.speed is None else f"{task.speed:,.1f}/s", style="progress.data.speed")

    counted = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate())
    timed = (TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    columns: tuple[ProgressColumn, ...] = (*counted, *timed)
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(what, total=None)
        yield lambda done, of: bars.update(task, completed=done, total=of)
