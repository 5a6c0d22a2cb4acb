"""How the core is compiled: three decorators, so that every function says who may call it.

A cold start compiles everything once, so it is kept small. `compiled` is a door: Python calls it, and it is emitted and
kept with all it calls. What only compiled code calls is a part (`core.linking`): no wrapper, no machine code of its
own. `compiled_once` is a part that is put where it is called, for what one place calls or what is a line or two. And
numba compiles a function again for every *literal* it is called with: constants that travel as arguments are made with
`typed`, and truths are `YES` and `NO`; a counter that starts at a literal 0 and is an argument is a literal too.

The numpy error model divides without a branch for zero; every divisor here is asserted or is a scale.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from seatrial.core.linking import DoorCompiler, PartCompiler

# Without reference counting: nothing compiled here allocates or keeps an array, the caller holds them all.
# It is most of the run time otherwise, as every call counts every array of the state up and down.
_COMMON: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
_WITHOUT_WRAPPERS: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_PART: dict[str, Any] = {**_COMMON, **_WITHOUT_WRAPPERS, "pipeline_class": PartCompiler}
# An option that is not given is taken from whatever function was being compiled when this one was first met.
_DOOR: dict[str, Any] = {**_COMMON, "cache": True, "pipeline_class": DoorCompiler, "forceinline": False}

CFUNC_OPTIONS: dict[str, Any] = _DOOR  # of functions that are called by address

compiled: Any = njit(**{**_DOOR, "no_cfunc_wrapper": True})
compiled_inner: Any = njit(**{**_PART, "forceinline": False})
compiled_once: Any = njit(**{**_PART, "forceinline": True})

YES, NO = np.bool_(True), np.bool_(False)  # arguments that numba does not take for literals


def typed(value: int) -> int:
    """An int64 constant that numba does not take for a literal."""
    return np.int64(value)  # type: ignore[return-value]
