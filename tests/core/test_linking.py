"""Parts stay open until a door closes over them, and whoever is no door of ours can still call one."""

from __future__ import annotations

import pytest
from numba import njit

from seatrial.core import records as r
from seatrial.core.compiled import YES, compiled, compiled_inner, compiled_once, typed
from seatrial.core.linking import DoorLibrary, PartLibrary

_THREE = typed(3)


@compiled_once
def doubled(number: int) -> int:
    return 2 * number


@compiled_inner
def deep(number: int, add: bool) -> int:
    if number >= 100:
        raise AssertionError("too many")  # pytest rewrites `assert` into what numba does not know
    return doubled(number) + (r.P_COST if add else 0)


@compiled_inner
def deeper(number: int) -> int:
    return deep(number, YES) + deep(_THREE, YES)


@compiled
def door(number: int) -> int:
    return deeper(number)


@compiled
def other_door(number: int) -> int:
    return door(number) + deeper(number)


@njit
def no_door_of_ours(number: int) -> int:
    return deeper(number)


def library_of(function: object) -> object:
    """Where a function with one signature was compiled into."""
    (found,) = function.overloads.values()  # type: ignore[attr-defined]
    return found.library


def test_doors_share_parts_and_agree_with_everyone() -> None:
    assert door(10) == 20 + 6 + 2 * r.P_COST == no_door_of_ours(10)
    assert other_door(10) == 2 * door(10)


def test_a_part_is_compiled_once_for_all_constants_and_has_no_machine_code() -> None:
    assert door(1) == other_door(1) - door(1)
    assert isinstance(library_of(deep), PartLibrary)
    assert library_of(deep).get_pointer_to_function("anything") == 0  # type: ignore[attr-defined]
    assert isinstance(library_of(door), DoorLibrary)


def test_an_assertion_deep_below_a_door_reaches_the_caller() -> None:
    with pytest.raises(AssertionError, match="too many"):
        door(100)
