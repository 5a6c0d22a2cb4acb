"""What a search may try: one axis per parameter, and conditions between them. Values are texts, as for `--param`.

fast=5:50:5       5, 10, .. 50; both ends belong to it, and so do decimals: 0.1:0.5:0.1
slow=20:200       anything between: whole numbers where both ends are whole
mode=up,down      one of these
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import product
from operator import ge, gt, le, lt
from typing import TypeAlias

from seatrial.domain.faults import RequestFault

AXIS_VALUES_MAX = 100_000
GRID_MAX = 1_000_000
_OPERATIONS = {"<=": le, ">=": ge, "<": lt, ">": gt}  # the longer words first

Parameters: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Axis:
    """One parameter: its `values`, or, without any, every number from `low` to `high`."""

    name: str
    values: tuple[str, ...]
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)
    whole: bool = False

    @property
    def counted(self) -> tuple[str, ...]:
        """All values where they can be counted; none of an axis of decimals without a step."""
        if self.values or not self.whole:
            return self.values
        return tuple(str(value) for value in range(int(self.low), int(self.high) + 1))

    def draw(self, chance: random.Random) -> str:
        """One value, each equally likely."""
        if self.values:
            return self.values[chance.randrange(len(self.values))]
        if self.whole:
            return str(int(self.low) + chance.randrange(int(self.high) - int(self.low) + 1))
        return repr(float(self.low) + (float(self.high) - float(self.low)) * chance.random())


@dataclass(frozen=True, slots=True)
class Condition:
    """`fast<slow`: a set of parameters that breaks it is never tried."""

    left: str
    word: str
    right: str

    def holds(self, parameters: Parameters) -> bool:
        """Whether these parameters meet it; either side is a parameter or a number."""
        sides = [Decimal(parameters.get(side, side)) for side in (self.left, self.right)]
        return bool(_OPERATIONS[self.word](*sides))

    def __str__(self) -> str:
        return f"{self.left}{self.word}{self.right}"


@dataclass(frozen=True, slots=True)
class Space:
    """Every set of parameters that a search may try."""

    axes: tuple[Axis, ...]
    conditions: tuple[Condition, ...] = ()

    def allows(self, parameters: Parameters) -> bool:
        """Whether every condition holds."""
        return all(condition.holds(parameters) for condition in self.conditions)

    def grid(self) -> Iterator[dict[str, str]]:
        """Every set, the last axis turning fastest.

        Raises:
            RequestFault: an axis of decimals without a step, or more sets than anybody waits for.
        """
        size = 1
        for axis in self.axes:
            if not axis.counted:
                raise RequestFault(axis.name, "a step for a grid, such as 0.1:0.5:0.1", f"{axis.low}:{axis.high}")
            size *= len(axis.counted)
        if size > GRID_MAX:
            raise RequestFault("set", f"a grid of at most {GRID_MAX:,} sets; --search random tries some", f"{size:,}")
        for values in product(*(axis.counted for axis in self.axes)):
            parameters = dict(zip((axis.name for axis in self.axes), values, strict=True))
            if self.allows(parameters):
                yield parameters


def space_of(axes: Sequence[str], conditions: Sequence[str] = ()) -> Space:
    """A space from texts.

    Raises:
        RequestFault: a text is no axis or condition, names a parameter twice, or one that is not searched.
    """
    parsed = tuple(_axis(text) for text in axes)
    if not parsed:
        raise RequestFault("set", "at least one axis, such as fast=5:50:5", "none")
    names = [axis.name for axis in parsed]
    if len(set(names)) != len(names):
        raise RequestFault("set", "each parameter once", ", ".join(names))
    return Space(parsed, tuple(_condition(text, names) for text in conditions))


def _axis(text: str) -> Axis:
    name, equals, said = text.partition("=")
    name = name.strip()
    if not equals or not name.isidentifier() or not said.strip():
        raise RequestFault("set", "NAME=FIRST:LAST:STEP, NAME=LOW:HIGH or NAME=A,B,C", text)
    if ":" not in said:
        values = tuple(dict.fromkeys(part.strip() for part in said.split(",") if part.strip()))
        return Axis(name, values)
    numbers = [_number(name, part) for part in said.split(":")]
    if len(numbers) not in (2, 3) or numbers[1] < numbers[0]:
        raise RequestFault(name, "FIRST:LAST:STEP or LOW:HIGH with the lower number first", said)
    low, high = numbers[:2]
    whole = all(number == number.to_integral_value() for number in numbers)
    if len(numbers) == 2:
        return Axis(name, (), low, high, whole)
    step = numbers[2]
    if step <= 0 or (high - low) / step >= AXIS_VALUES_MAX:
        raise RequestFault(name, f"a step above 0 with at most {AXIS_VALUES_MAX:,} values", said)
    count = int((high - low) // step) + 1
    return Axis(name, tuple(_plain(low + step * place) for place in range(count)), low, high, whole)


def _number(name: str, text: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise RequestFault(name, "numbers between the colons", text) from None
    if not number.is_finite():
        raise RequestFault(name, "finite numbers", text)
    return number


def _plain(number: Decimal) -> str:
    return str(int(number)) if number == number.to_integral_value() else format(number.normalize(), "f")


def _condition(text: str, names: Sequence[str]) -> Condition:
    for word in _OPERATIONS:
        left, found, right = text.partition(word)
        if found:
            for side in (left.strip(), right.strip()):
                if side not in names:
                    _number("where", side)
            return Condition(left.strip(), word, right.strip())
    raise RequestFault("where", "a comparison of two searched parameters, such as fast<slow", text)
