"""How the core is compiled: four decorators, so that every function says who may call it.

A cold start compiles everything once, so it is kept small. Inner functions get no Python wrapper, which
for a state of eight arrays is most of the code. A few that only pass on what calls `step` are inlined:
each compiled level above it would optimise all of it again. And numba compiles a function again for
every *literal* it is called with: constants that travel as arguments are made with `typed`.

A state travels by value, some seventy words of it, so a call costs more than most bodies do. `compiled_once` is for
what one place calls: LLVM puts it there, which saves the call and adds nothing to compile.

The numpy error model divides without a branch for zero; every divisor here is asserted or is a scale.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

# Without reference counting: nothing compiled here allocates or keeps an array, the caller holds them all.
# It is most of the run time otherwise, as every call counts every array of the state up and down.
_COMMON: dict[str, Any] = {"cache": True, "error_model": "numpy", "_nrt": False}
_WITHOUT_WRAPPERS: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}

CFUNC_OPTIONS: dict[str, Any] = _COMMON  # of functions that are called by address

compiled: Any = njit(**_COMMON)
compiled_inner: Any = njit(**_COMMON, **_WITHOUT_WRAPPERS)
compiled_once: Any = njit(**_COMMON, **_WITHOUT_WRAPPERS, forceinline=True)
compiled_inline: Any = njit(**_COMMON, **_WITHOUT_WRAPPERS, inline="always")


def typed(value: int) -> int:
    """An int64 constant that numba does not take for a literal."""
    return np.int64(value)  # type: ignore[return-value]
