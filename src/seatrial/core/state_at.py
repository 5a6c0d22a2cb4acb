"""A state known by one address: what compiled code hands on instead of eleven arrays by value.

An array is some nine words, so a state handed over by value is about a hundred, and the order of a strategy passes
through two dozen calls. `state_at(block)` has the fields of `records.State` and costs one word; an array is put
together from the block where it is used, with widths that are constants.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, intrinsic, lower_getattr_generic, models, register_model
from numba.np.arrayobj import make_array, populate_array

from seatrial.core import records as r
from seatrial.core.records import Int64Array, State

# Of each array of a state, in its order: the width of a row; 0 where the block says it, None where it has no rows.
WIDTHS: dict[str, int | None] = {
    "rules": r.RULES_WIDTH,
    "positions": r.POSITIONS_WIDTH,
    "accounts": r.ACCOUNTS_WIDTH,
    "limits": r.LIMITS_WIDTH,
    "targets": 0,
    "has_target": 0,
    "orders": r.ORDERS_WIDTH,
    "parked": r.PARKED_WIDTH,
    "scalars": None,
    "purses": r.PURSE_WIDTH,
    "dues": r.DUE_WIDTH,
}
assert tuple(WIDTHS) == State._fields, "a state has another array: say its width here"
WORDS_PER_ARRAY = 3  # address, rows, columns
STATE_WORDS = WORDS_PER_ARRAY * len(WIDTHS)
ITEM_BYTES = 8


class StateAt(types.Type):  # type: ignore[misc]
    """The type of a state that is known by the address of its block."""

    def __init__(self) -> None:
        super().__init__(name="StateAt")


STATE_AT = StateAt()


@register_model(StateAt)
class StateAtModel(models.PrimitiveModel):  # type: ignore[misc]
    """One word."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, ir.IntType(64))


@infer_getattr
class StateAtFields(AttributeTemplate):  # type: ignore[misc]
    """The fields are arrays of whole numbers."""

    key = StateAt

    def generic_resolve(self, _kind: Any, field: str) -> Any:
        """The type of one field."""
        if field not in WIDTHS:
            return None
        return types.Array(types.int64, 1 if WIDTHS[field] is None else 2, "C")


@lower_getattr_generic(StateAt)
def array_of(context: Any, builder: Any, _kind: Any, block: Any, field: str) -> Any:
    """Put one array together from the block."""
    word = ir.IntType(64)
    width = WIDTHS[field]
    kind = types.Array(types.int64, 1 if width is None else 2, "C")
    first = WORDS_PER_ARRAY * tuple(WIDTHS).index(field)
    words = builder.inttoptr(block, word.as_pointer())

    def at(place: int) -> Any:
        return builder.load(builder.gep(words, [ir.Constant(word, first + place)]))

    rows = at(1)
    columns = at(2) if width == 0 else ir.Constant(word, width or 1)
    item = ir.Constant(word, ITEM_BYTES)
    shape = [rows] if width is None else [rows, columns]
    strides = [item] if width is None else [builder.mul(columns, item), item]
    array = make_array(kind)(context, builder)
    data = builder.inttoptr(at(0), context.get_data_type(types.int64).as_pointer())
    populate_array(array, data=data, shape=shape, strides=strides, itemsize=ITEM_BYTES, meminfo=None)
    return array._getvalue()


def _state_at(typing: Any, address: Any) -> Any:
    """The state whose block is at an address."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return arguments[0]

    return STATE_AT(types.int64), generate


def _rows_at(typing: Any, address: Any, rows: Any) -> Any:
    """The fact or effect rows at an address."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word = ir.IntType(64)
        array = make_array(signature.return_type)(context, builder)
        data = builder.inttoptr(arguments[0], context.get_data_type(types.int64).as_pointer())
        shape = [arguments[1], ir.Constant(word, r.ROW_WIDTH)]
        strides = [ir.Constant(word, ITEM_BYTES * r.ROW_WIDTH), ir.Constant(word, ITEM_BYTES)]
        populate_array(array, data=data, shape=shape, strides=strides, itemsize=ITEM_BYTES, meminfo=None)
        return array._getvalue()

    return types.Array(types.int64, 2, "C")(types.int64, types.int64), generate


state_at: Any = intrinsic(_state_at)
rows_at: Any = intrinsic(_rows_at)


def write_state(words: Int64Array, state: State) -> None:
    """Write a block. Whoever keeps it keeps the state's arrays too, and writes it again when one is replaced."""
    for at, (array, width) in enumerate(zip(state, WIDTHS.values(), strict=True)):
        assert array.flags.c_contiguous and array.dtype == np.int64, "arrays are read row by row"
        assert not width or array.shape[1] == width, "a state's array has another width than it is read with"
        place = WORDS_PER_ARRAY * at
        words[place] = array.ctypes.data
        words[place + 1] = array.shape[0]
        words[place + 2] = array.shape[1] if array.ndim > 1 else 1


__all__ = ["STATE_WORDS", "rows_at", "state_at", "write_state"]
