"""Which rows of many an answer tells: `limit`, and from which end it counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

LIMIT_DEFAULT = 500
LIMIT_MAX = 1_000

T = TypeVar("T")


def newest_or_from(rows: Sequence[T], count: int, *, forward: bool) -> Sequence[T]:
    """The first rows where a beginning was named, else the newest ones; oldest first either way."""
    return rows[:count] if forward else rows[-count:]
