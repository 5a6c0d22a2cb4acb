"""Indicators over whole columns: the same recurrence a bar at a time, without Python in between.

An indicator of a user's own is updated bar by bar, which gives the same numbers and takes longer.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, get_type_hints

import numpy as np
from numpy.typing import NDArray

from seatrial.domain.faults import RequestFault
from seatrial.strategy.filling import FILLS

Float64Array = NDArray[np.float64]

FIELDS = ("open", "high", "low", "close", "volume")
UPDATES_KNOWN_MAX = 256
FIRST_FIELD_COLUMN = 2  # of a bar row: start and end come before


class Indicator(Protocol):
    """Anything with `update`, whose arguments are a bar's fields; `value` and `price` are the close unless said."""

    update: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Declared:
    """An indicator under a name, what it is fed with, and the columns its answer fills."""

    name: str
    indicator: Indicator
    inputs: tuple[str, ...]
    kind: Any  # the named tuple of an answer of several numbers; None for one number

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of its answer's numbers; none where it is one number."""
        return () if self.kind is None else tuple(self.kind._fields)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns: `macd_line` and so on where an answer has parts."""
        return tuple(f"{self.name}_{part}" for part in self.parts) or (self.name,)

    def numbers(self, *values: float) -> tuple[float, ...] | None:
        """Take one bar's inputs; one number per column, or None where there is not enough data."""
        found = self.indicator.update(*values)
        if found is None:
            return None
        return tuple(found) if self.parts else (found,)


def declared(found: Mapping[str, Any]) -> tuple[Declared, ...]:
    """What a strategy's `indicators` returned: indicators by name, or `(field, indicator)` for another field.

    Raises:
        RequestFault: a name that is none, no indicator, or an unknown field.
    """
    return tuple(_declared(name, each) for name, each in found.items())


def _declared(name: str, given: Any) -> Declared:
    field, indicator = given if isinstance(given, tuple) else ("close", given)
    update = getattr(indicator, "update", None)
    if not name.isidentifier() or name.startswith("_") or update is None or field not in FIELDS:
        raise RequestFault("indicators", f"a name with an indicator, or with (one of {', '.join(FIELDS)}, it)", given)
    arguments, kind = _told_by(update.__func__, True) if inspect.ismethod(update) else _told_by(update, False)
    inputs = tuple(field if each in ("value", "price") else each for each in arguments)
    unknown = [each for each in inputs if each not in FIELDS]
    if unknown:
        raise RequestFault("indicators", f"an indicator fed with {', '.join(FIELDS)}", unknown)
    return Declared(name, indicator, inputs, kind)


@lru_cache(UPDATES_KNOWN_MAX)
def _told_by(update: Any, bound: bool) -> tuple[tuple[str, ...], Any]:
    """The names of an `update`'s arguments, and the named tuple it answers with, if any. A search asks many times."""
    try:
        answer = get_type_hints(update).get("return")
    except NameError:
        answer = None  # of a class of a notebook: one number
    kind = next((each for each in (answer, *getattr(answer, "__args__", ())) if hasattr(each, "_fields")), None)
    return tuple(inspect.signature(update).parameters)[1 if bound else 0 :], kind


def fill(each: Declared, inputs: Sequence[Float64Array], out: Float64Array) -> None:
    """Continue an indicator along its inputs. `out` is (columns, rows); `nan` where there is not enough data."""
    compiled_fill = FILLS.get(type(each.indicator))
    if compiled_fill is not None:
        compiled_fill(each.indicator, inputs, out)
        return
    unknown = (np.nan,) * len(out)
    for row, values in enumerate(zip(*(column.tolist() for column in inputs), strict=True)):
        out[:, row] = each.numbers(*values) or unknown


def column(indicator: Any, *inputs: Float64Array) -> Float64Array:
    """An indicator over whole columns, in the order of its `update`'s arguments; `nan` where there is not enough data.

    The indicator is used up: make a fresh one for every column. Answers of several parts come as rows, one per part.
    """
    each = declared({"it": indicator})[0]
    out = np.empty((len(each.columns), len(inputs[0])))
    fill(each, [np.ascontiguousarray(one, dtype=np.float64) for one in inputs], out)
    return out if each.parts else out[0]
