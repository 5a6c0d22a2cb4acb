"""Times and ages as people write them on a command line."""

from __future__ import annotations

import re

import click

from seatrial.domain.time import SECOND_NS, parse_rfc3339

AGES = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_AGE = re.compile(r"([1-9]\d{0,5})([smhdw])")


def moment_ns(text: str, name: str) -> int:
    """`2025-01-31` (midnight UTC), `2025-01-31T09:30Z` or any RFC 3339 time."""
    whole = f"{text}T00:00:00Z" if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else text
    try:
        return int(parse_rfc3339(whole))
    except ValueError as fault:
        raise click.BadParameter(
            f"{text!r} is no time: accepted are 2025-01-31 and 2025-01-31T09:30:00Z", param_hint=name
        ) from fault


def span_of(start: str | None, end: str | None) -> tuple[int | None, int | None]:
    """`--from` and `--to`, either of which may be absent."""
    start_ns = None if start is None else moment_ns(start, "--from")
    end_ns = None if end is None else moment_ns(end, "--to")
    if start_ns is not None and end_ns is not None and end_ns <= start_ns:
        raise click.BadParameter(f"{end!r} is not after {start!r}", param_hint="--to")
    return start_ns, end_ns


def age_ns(text: str, name: str) -> int:
    """`10m` as nanoseconds."""
    matched = _AGE.fullmatch(text.strip())
    if matched is None:
        raise click.BadParameter(f"{text!r} is no span: accepted is a number and s, m, h, d or w", param_hint=name)
    return int(matched[1]) * AGES[matched[2]] * SECOND_NS
