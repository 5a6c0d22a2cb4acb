"""`docs/reference/conformance.md`, written from the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.conformance.rows import COMMANDS, DOORS, FILES, PORTS, SCRIPTS, STREAMS, TARGETS, FileRow

HEAD = """# Conformance

What the five runbooks name, and what Seatrial answers. A test asks every row of a running system: it answers in the
shape of the runbooks, or it says 503 (a command or make target: one sentence) with the reason until its room is
built. The page is written from `tests/conformance/rows.py` and a test keeps the two equal; the list of what is to
come may only shrink.
"""


def conformance_page() -> str:
    """The page."""
    return "\n".join([HEAD, *_doors(), *_streams(), *_named("Commands", COMMANDS, "seatrial "), *_rest()])


def _doors() -> Iterator[str]:
    yield "## Doors\n\n| door | now |\n|---|---|"
    for row in DOORS:
        kind = f" {row.body.lower()}" if isinstance(row.body, str) else ""
        yield f"| `{row.method} :{PORTS[row.role]}{row.path}`{kind} | {_now(row.later)} |"
    yield ""


def _streams() -> Iterator[str]:
    yield "## Streams\n\n| stream | said | heard |\n|---|---|---|"
    for row in STREAMS:
        yield f"| `ws :{PORTS[row.role]}{row.path}` | `{row.says or '(nothing)'}` | `{row.hears}` |"
    yield ""


def _rest() -> Iterator[str]:
    yield from _named("Scripts", SCRIPTS, "")
    yield from _named("Make targets", TARGETS, "make ")
    yield from _named("Files", FILES, "")


def _named(title: str, rows: Iterable[FileRow], before: str) -> Iterator[str]:
    yield f"## {title}\n\n| name | now |\n|---|---|"
    for row in rows:
        yield f"| `{before}{row.name}` | {_now(row.later)} |"
    yield ""


def _now(later: str | None) -> str:
    return "answers" if later is None else f"not yet: {later}"


if __name__ == "__main__":
    print(conformance_page(), end="")
