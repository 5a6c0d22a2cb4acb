"""What compiled code asks of the interpreter that called it: CPython's stable interface, by name.

Objects travel as their addresses. Whoever passes one keeps it alive meanwhile; what a function answers with is the
caller's to give back (`drop`), where its line does not say that it is lent. The interpreter's lock is held: compiled
code never lets go of it. 0 as an object means that it raised, and that nothing but giving back may follow.
"""

from __future__ import annotations

import sys
import sysconfig
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_OBJECT = types.int64
_WORD = types.int64
VECTOR_OFFSET = -(2**63)  # PY_VECTORCALL_ARGUMENTS_OFFSET: the place before the arguments may be written to


def _named(name: str, answer: Any, *arguments: Any) -> Any:
    return types.ExternalFunction(name, answer(*arguments))


keep: Any = _named("Py_IncRef", types.void, _OBJECT)
drop: Any = _named("Py_DecRef", types.void, _OBJECT)
float_of: Any = _named("PyFloat_FromDouble", _OBJECT, types.float64)
number_of: Any = _named("PyFloat_AsDouble", types.float64, _OBJECT)
int_of: Any = _named("PyLong_FromLongLong", _OBJECT, types.int64)
has_raised: Any = _named("PyErr_Occurred", _OBJECT)  # lent
new_of: Any = _named("PyType_GenericAlloc", _OBJECT, _OBJECT, _WORD)
put_item: Any = _named("PyTuple_SetItem", types.int32, _OBJECT, _WORD, _OBJECT)  # takes the item
list_size: Any = _named("PyList_Size", _WORD, _OBJECT)
list_item: Any = _named("PyList_GetItem", _OBJECT, _OBJECT, _WORD)  # lent
dict_size: Any = _named("PyDict_Size", _WORD, _OBJECT)
empty_dict: Any = _named("PyDict_Clear", types.void, _OBJECT)
attribute_named: Any = _named("PyObject_GetAttrString", _OBJECT, _OBJECT, _WORD)  # by the address of a text in C
set_attribute: Any = _named("PyObject_SetAttr", types.int32, _OBJECT, _OBJECT, _OBJECT)
bytes_in: Any = _named("PyByteArray_AsString", _WORD, _OBJECT)  # the address of what a bytearray holds
call_bare: Any = _named("PyObject_CallNoArgs", _OBJECT, _OBJECT)
call_one: Any = _named("PyObject_CallOneArg", _OBJECT, _OBJECT, _OBJECT)
call_with: Any = _named("PyObject_Vectorcall", _OBJECT, _OBJECT, _WORD, _WORD, _OBJECT)
call_method: Any = _named("PyObject_VectorcallMethod", _OBJECT, _OBJECT, _WORD, _WORD, _OBJECT)  # its name, then self


def _none(typing: Any) -> Any:
    """None, lent."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        found = context.get_c_value(builder, ir.IntType(8), "_Py_NoneStruct", dllimport=True)
        return builder.ptrtoint(found, ir.IntType(64))

    return _OBJECT(), generate


def text_in_c(text: str) -> Any:
    """The function of compiled code that answers with the address of this text."""

    def _text(typing: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.ptrtoint(context.insert_const_string(builder.module, text), ir.IntType(64))

        return _WORD(), generate

    return intrinsic(_text)


none: Any = intrinsic(_none)


def counts_are_plain() -> bool:
    """Whether an object's first word is how often it is referred to, and a tuple is nothing but its items.

    So it is in CPython up to 3.13 with its one lock. Elsewhere nothing is ever written to a second time.
    """
    one_lock = not sysconfig.get_config_var("Py_GIL_DISABLED")
    return sys.implementation.name == "cpython" and sys.version_info < (3, 14) and one_lock
