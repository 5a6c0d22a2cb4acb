"""Which rows of many an answer tells: `limit`, and from which end it counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TypeVar

LIMIT_DEFAULT = 500
LIMIT_MAX = 1_000

T = TypeVar("T")


def newest_or_from(rows: Sequence[T], count: int, *, forward: bool) -> Sequence[T]:
    """The first rows where a beginning was named, else the newest ones; oldest first either way."""
    return rows[:count] if forward else rows[-count:]


def first_or_newest(rows: Iterable[T], count: int, *, forward: bool) -> Sequence[T]:
    """The same of rows that are read as they are needed, in the order in which they count; oldest first either way."""
    found = list(islice(rows, count))
    return found if forward else found[::-1]
