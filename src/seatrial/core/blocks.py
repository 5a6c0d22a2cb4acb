"""Records known by one address: what compiled code hands on instead of a dozen arrays by value.

An array is some nine words, so a state handed over by value is about a hundred, and the order of a strategy passes
through two dozen calls. A record known by its block's address has the fields of its NamedTuple and costs one word; an
array is put together from the block where it is used, with widths that are constants.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, intrinsic, lower_getattr_generic, models, register_model
from numba.np.arrayobj import make_array, populate_array

from seatrial.core.records import Int64Array

# The shape of one item of an array's first axis: () where it is a number, (0,) where the block says how wide it is.
Shape = tuple[int, ...]
WORDS_PER_ARRAY = 3  # address, length of the first axis, of the second
ITEM_BYTES = 8


class RecordAt(types.Type):
    """The type of a record that is known by the address of its block."""

    def __init__(self, name: str, shapes: Mapping[str, Shape]) -> None:
        super().__init__(name=name)
        self.shapes = dict(shapes)

    @property
    def words(self) -> int:
        """How long its block is."""
        return WORDS_PER_ARRAY * len(self.shapes)

    def array_type(self, field: str) -> Any:
        """The type of a field."""
        return types.Array(types.int64, 1 + len(self.shapes[field]), "C")

    def write(self, words: Int64Array, record: Any) -> None:
        """Write a block. Whoever keeps it keeps the record's arrays too, and writes it again when one is replaced."""
        assert record._fields == tuple(self.shapes), "a record has another array: say its shape"
        for at, (array, shape) in enumerate(zip(record, self.shapes.values(), strict=True)):
            assert array.flags.c_contiguous and array.dtype == np.int64, "arrays are read row by row"
            assert shape == (0,) or array.shape[1:] == shape, "an array has another width than it is read with"
            place = WORDS_PER_ARRAY * at
            words[place] = array.ctypes.data
            words[place + 1] = array.shape[0]
            words[place + 2] = array.shape[1] if array.ndim > 1 else 1


@register_model(RecordAt)
class RecordAtModel(models.PrimitiveModel):
    """One word."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, ir.IntType(64))


@infer_getattr
class RecordAtFields(AttributeTemplate):
    """The fields are arrays of whole numbers."""

    key = RecordAt

    def generic_resolve(self, kind: Any, field: str) -> Any:
        """The type of one field."""
        return kind.array_type(field) if field in kind.shapes else None


@lower_getattr_generic(RecordAt)
def array_of(context: Any, builder: Any, kind: Any, block: Any, field: str) -> Any:
    """Put one array together from the block."""
    word = ir.IntType(64)
    first = WORDS_PER_ARRAY * tuple(kind.shapes).index(field)
    words = builder.inttoptr(block, word.as_pointer())

    def at(place: int) -> Any:
        return builder.load(builder.gep(words, [ir.Constant(word, first + place)]))

    shape = [at(1), *(at(2) if width == 0 else ir.Constant(word, width) for width in kind.shapes[field])]
    strides = [ir.Constant(word, ITEM_BYTES)]
    for width in reversed(shape[1:]):
        strides.insert(0, builder.mul(width, strides[0]))
    array_type = kind.array_type(field)
    array = make_array(array_type)(context, builder)
    data = builder.inttoptr(at(0), context.get_data_type(types.int64).as_pointer())
    populate_array(array, data=data, shape=shape, strides=strides, itemsize=ITEM_BYTES, meminfo=None)
    return array._getvalue()


def record_at(kind: RecordAt) -> Any:
    """The function of compiled code that takes the address of a block for a record of this kind."""

    def _record_at(typing: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return arguments[0]

        return kind(types.int64), generate

    return intrinsic(_record_at)


def _rows_at(typing: Any, address: Any, rows: Any, width: Any) -> Any:
    """The rows of so many whole numbers at an address."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = make_array(signature.return_type)(context, builder)
        data = builder.inttoptr(arguments[0], context.get_data_type(types.int64).as_pointer())
        item = ir.Constant(ir.IntType(64), ITEM_BYTES)
        columns = arguments[2]
        strides = [builder.mul(columns, item), item]
        populate_array(
            array, data=data, shape=[arguments[1], columns], strides=strides, itemsize=ITEM_BYTES, meminfo=None
        )
        return array._getvalue()

    return types.Array(types.int64, 2, "C")(types.int64, types.int64, types.int64), generate


def _numbers_at(typing: Any, address: Any, count: Any) -> Any:
    """The so many floats at an address."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = make_array(signature.return_type)(context, builder)
        data = builder.inttoptr(arguments[0], context.get_data_type(types.float64).as_pointer())
        item = ir.Constant(ir.IntType(64), ITEM_BYTES)
        populate_array(array, data=data, shape=[arguments[1]], strides=[item], itemsize=ITEM_BYTES, meminfo=None)
        return array._getvalue()

    return types.Array(types.float64, 1, "C")(types.int64, types.int64), generate


rows_at: Any = intrinsic(_rows_at)
numbers_at: Any = intrinsic(_numbers_at)
