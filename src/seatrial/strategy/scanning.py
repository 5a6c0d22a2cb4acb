"""The compiled half of a strategy: a C function that reads rows until the strategy says something.

It is generated once per strategy: its names are the strategy's own indicators and parameters, and the machine's loop
calls it by address (`core.by_address`). It is kept across processes in the compiled cache where the strategy has a
file, under a name that holds the digest of that file, so an edit is compiled again.
"""

from __future__ import annotations

import dis
import hashlib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

import numba
import numpy as np
from numba import cfunc, njit
from numba.core.errors import NumbaError

from seatrial.core import course as loop
from seatrial.core.bar_loop import B_CLOSE, B_END, B_HIGH, B_INST, B_LOW, B_OPEN, B_START, B_VOLUME
from seatrial.core.by_address import fetch_ahead, floats_at, words_at
from seatrial.domain.faults import ConfigurationFault
from seatrial.strategy import scan_text
from seatrial.strategy.amounts import LOTS_MAX, lots_of, quantity_units, weight_units
from seatrial.strategy.compiled_form import CompiledStrategy, now_type, own_type

# Places of the desk that belong to the strategy; addresses of arrays the driver keeps.
(
    D_ROWS,
    D_WIDTH,
    D_PLACES,  # by instrument: the symbol's place, or -1
    D_COLUMNS,  # of the addresses of the columns, each as if it began with the first row of all
    D_OWN,
    D_MEMORY,
    D_POSITIONS,
    D_POSITIONS_STRIDE,
    D_RULES,  # by instrument: price scale, quantity scale, lot, lowest lots or millionths
    D_LAST_SAID,
    D_READY_FROM,  # by symbol: the first row on which it may decide
    D_SAID_ROWS,
    D_WRONG_ROW,  # the row on which it said what cannot be, plus one
    D_READY_TO,  # the row after the last that has its columns
    D_ASKED_TO,  # the row after the last that was worked out ahead
    D_WANTS,  # what is wanted on the rows of a block, from place 1 on; the row before it, and what was said last
    D_CHANGES,  # the rows of the block on which that changes
    D_CHANGES_AT,
    D_CHANGES_COUNT,
) = range(loop.D_FREE, loop.D_FREE + 19)
DESK_WIDTH = loop.D_FREE + 19
BLOCK_ROWS, GROUP_ROWS = 1024, 16  # worked out ahead; looked at together
WANTS_WIDTH = BLOCK_ROWS + GROUP_ROWS + 2
WEIGHT_MAX = 10.0
RULE_PRICE_SCALE, RULE_QTY_SCALE, RULE_LOT, RULE_SHORTABLE = range(4)
INSTRUMENT_RULES_WIDTH = 4


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """A compiled strategy. `keep` must live as long as `address` is called."""

    address: int
    keep: Any


_made: dict[tuple[Any, ...], Scan] = {}
_of_class: WeakKeyDictionary[type, dict[tuple[Any, ...], Scan]] = WeakKeyDictionary()


def scan_of(strategy: CompiledStrategy, columns: tuple[str, ...], numbers: Mapping[str, int | float]) -> Scan:
    """Compile, or fetch, the scan of a strategy's class for these columns. Of its parameters only the types matter.

    Raises:
        ConfigurationFault: `decide` cannot be compiled; says why and where.
    """
    kind = type(strategy)
    types = tuple((name, type(value).__name__) for name, value in numbers.items())
    known = _of_class.setdefault(kind, {})
    asked = kind.decide, columns, types
    if asked not in known:
        known[asked] = _scan_of_class(kind, columns, types)
    return known[asked]


def _scan_of_class(kind: type[CompiledStrategy], columns: tuple[str, ...], types: tuple[tuple[str, str], ...]) -> Scan:
    path = _file_of(kind)
    text = _source(kind, columns, dict(types))
    digest = hashlib.sha256(text.encode() + kind.__qualname__.encode() + (path.read_bytes() if path else b""))
    name = f"scan_{digest.hexdigest()[:24]}"
    key = name, None if path else kind.decide  # a search runs the file once per trial, which makes a new class of it
    if key not in _made:
        _made[key] = _compile(kind, path, name, text.replace("{name}", name), columns, types)
    return _made[key]


def _compile(
    kind: type[CompiledStrategy],
    path: Path | None,
    name: str,
    text: str,
    columns: tuple[str, ...],
    types: tuple[tuple[str, str], ...],
) -> Scan:
    scope = {
        "words_at": words_at,
        "floats_at": floats_at,
        "fetch_ahead": fetch_ahead,
        "nan": np.nan,
        "carray": getattr(numba, "carray"),  # noqa: B009
        "quantity_units": quantity_units,
        "lots_of": lots_of,
        "weight_units": weight_units,
        "decide": njit(_at_home(kind.decide), error_model="numpy", boundscheck=True),
        "Own": own_type(tuple(dict(types))),
        "Now": now_type(columns),
        "__name__": __name__,
    }
    exec(compile(text, str(path) if path else f"<scan of {kind.__name__}>", "exec"), scope)
    try:
        compiled_scan = _c_function(scope[name], keep=path is not None)
    except NumbaError as fault:
        words = str(fault).strip().splitlines()
        raise ConfigurationFault(f"{kind.__name__}.decide does not compile: {' '.join(words)[:800]}") from fault
    return Scan(int(compiled_scan.address or 0), compiled_scan)


def _c_function(scan: Any, *, keep: bool) -> Any:
    """Compiled, and kept for the next process where that can be.

    What numba kept refers by name to the modules of the functions it calls. A user's file is no importable module, so
    a scan that calls compiled functions of its own file is compiled again in every process.
    """
    try:
        return cfunc("int64(int64, int64, int64)", cache=keep, error_model="numpy")(scan)
    except ModuleNotFoundError:
        return cfunc("int64(int64, int64, int64)", error_model="numpy")(scan)


def _at_home(decide: Any) -> Any:
    """The same function as one of this module, which the next process can import."""
    copy = FunctionType(decide.__code__, decide.__globals__, decide.__name__, decide.__defaults__, decide.__closure__)
    copy.__module__ = __name__
    copy.__qualname__ = decide.__qualname__
    return copy


def _file_of(kind: type[CompiledStrategy]) -> Path | None:
    """The strategy's file; None in a notebook, where nothing is kept for the next process."""
    path = Path(inspect.unwrap(kind.decide).__code__.co_filename)
    return path if path.suffix == ".py" and path.is_file() else None


def looks_at_holding(decide: Any) -> bool:
    """Whether `decide` may read `now.held`: it does, or hands `now` on to something else."""
    now = decide.__code__.co_varnames[0]
    steps = list(dis.get_instructions(decide))
    for step, after in pairwise(steps):
        named = step.argval == now or (isinstance(step.argval, tuple) and now in step.argval)
        if named and (step.opname != "LOAD_FAST" or after.opname != "LOAD_ATTR" or after.argval == "held"):
            return True
    return False


def _source(kind: type[CompiledStrategy], columns: tuple[str, ...], types: dict[str, str]) -> str:
    places = {
        "alive": loop.D_ALIVE, "said": loop.D_SAID, "rows": D_ROWS, "width": D_WIDTH, "places": D_PLACES,
        "columns": D_COLUMNS, "own": D_OWN, "memory": D_MEMORY,
        "positions": D_POSITIONS, "positions_stride": D_POSITIONS_STRIDE, "rules": D_RULES,
        "last_said": D_LAST_SAID, "ready_from": D_READY_FROM, "said_rows": D_SAID_ROWS, "wrong_row": D_WRONG_ROW,
        "b_inst": B_INST, "b_start": B_START, "b_end": B_END, "b_volume": B_VOLUME,
        "rules_width": INSTRUMENT_RULES_WIDTH, "price_scale": RULE_PRICE_SCALE, "qty_scale": RULE_QTY_SCALE,
        "lot": RULE_LOT, "shortable": RULE_SHORTABLE, "lots_max": float(LOTS_MAX), "weight_max": WEIGHT_MAX,
        "said_width": loop.SAID_WIDTH, "w_inst": loop.W_INST, "w_qty": loop.W_QTY,
        "w_weight": loop.W_WEIGHT_PPM, "w_is_weight": loop.W_IS_WEIGHT,
        "memory_size": kind._memory, "memory_bytes": 8 * kind._memory, "closes": loop.D_CLOSES,
        "ready_to": D_READY_TO, "asked_to": D_ASKED_TO, "wants": D_WANTS, "changes": D_CHANGES,
        "changes_at": D_CHANGES_AT, "changes_count": D_CHANGES_COUNT,
        "block_rows": BLOCK_ROWS, "group_rows": GROUP_ROWS, "row_bytes": 8 * B_INST,
    }  # fmt: skip
    casts = {"int": "int(given[{}])", "bool": "given[{}] != 0.0", "float": "given[{}]"}
    units = (scan_text.WEIGHT if kind._says == "weight" else scan_text.QUANTITY).strip("\n").format(**places)
    names = [f"c{place}" for place in range(len(columns))]
    reads = [f"            {name} = column{place}[row]" for place, name in enumerate(names)]
    reads_ahead = [f"                {name} = column{place}[ahead]" for place, name in enumerate(names)]
    words = dict(
        places,
        reads="\n".join(reads),
        ready=" and ".join(f"{name} == {name}" for name in names) or "True",
        reads_ahead="\n".join(reads_ahead),
        ready_ahead=" & ".join(f"({name} == {name})" for name in names) or "True",
        names="".join(f", {name}" for name in names),
        prices=", ".join(f"rows[at + {column}] / scale" for column in (B_OPEN, B_HIGH, B_LOW, B_CLOSE)),
    )
    template = scan_text.PASSING if looks_at_holding(kind.decide) else scan_text.AHEAD
    passing = "" if kind._memory else template.strip("\n").format(**words)
    return scan_text.SOURCE.format(
        name="{name}",
        units=units,
        passing=passing,
        column_pointers="\n".join(f"    column{place} = floats_at(columns[{place}])" for place in range(len(names))),
        own_values="".join(casts[kind_of].format(place) + ", " for place, kind_of in enumerate(types.values())),
        **words,
    )
