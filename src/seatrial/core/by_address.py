"""Calling compiled code, and reading numbers, by address: one compiled loop calls anything at the price of a call.

The callee is a C function of three integers that answers one. Its address is an argument, so the caller is compiled
and cached once, whatever it calls. Whoever passes an address keeps the function alive while the caller runs.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_POINTER: Any = types.CPointer
POINTERS = (_POINTER(types.int64), _POINTER(types.float64))


def _call_by_address(typing: Any, address: Any, desk: Any, first: Any, last: Any) -> Any:
    """`f(desk, first, last)` for the C function at `address`; all int64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word = ir.IntType(64)
        kind = ir.FunctionType(word, [word, word, word])
        return builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), arguments[1:])

    return types.int64(types.int64, types.int64, types.int64, types.int64), generate


def _words_at(typing: Any, address: Any) -> Any:
    """The int64 numbers at an address; the caller knows how many."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

    return POINTERS[0](types.int64), generate


def _floats_at(typing: Any, address: Any) -> Any:
    """The float64 numbers at an address; the caller knows how many."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

    return POINTERS[1](types.int64), generate


def _fetch_ahead(typing: Any, address: Any) -> Any:
    """Ask the processor to have what is at an address at hand soon."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number, place = ir.IntType(32), ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [place, number, number, number])
        called = builder.module.declare_intrinsic("llvm.prefetch", [place], kind)
        to_read, keep, data = (ir.Constant(number, each) for each in (0, 3, 1))
        builder.call(called, [builder.inttoptr(arguments[0], place), to_read, keep, data])
        return context.get_dummy_value()

    return types.void(types.int64), generate


call_by_address: Any = intrinsic(_call_by_address)
words_at: Any = intrinsic(_words_at)
floats_at: Any = intrinsic(_floats_at)
fetch_ahead: Any = intrinsic(_fetch_ahead)
