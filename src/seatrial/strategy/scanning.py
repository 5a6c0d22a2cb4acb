"""The compiled half of a strategy: a C function that reads rows until the strategy says something.

It is generated once per strategy: its names are the strategy's own indicators and parameters, and the machine's loop
calls it by address (`core.by_address`). It is kept across processes in the compiled cache where the strategy has a
file, under a name that holds the digest of that file, so an edit is compiled again.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

import numba
from numba import cfunc, njit
from numba.core.errors import NumbaError

from seatrial.core import course as loop
from seatrial.core.bar_loop import B_CLOSE, B_END, B_HIGH, B_INST, B_LOW, B_OPEN, B_START, B_VOLUME
from seatrial.core.by_address import floats_at, words_at
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
) = range(loop.D_FREE, loop.D_FREE + 13)
DESK_WIDTH = loop.D_FREE + 13
WEIGHT_MAX = 10.0
RULE_PRICE_SCALE, RULE_QTY_SCALE, RULE_LOT, RULE_SHORTABLE = range(4)
INSTRUMENT_RULES_WIDTH = 4


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """A compiled strategy. `keep` must live as long as `address` is called."""

    address: int
    keep: Any


_made: dict[tuple[Any, ...], Scan] = {}


def scan_of(strategy: CompiledStrategy, columns: tuple[str, ...], numbers: Mapping[str, int | float]) -> Scan:
    """Compile, or fetch, the scan of a strategy's class for these columns. Of its parameters only the types matter.

    Raises:
        ConfigurationFault: `decide` cannot be compiled; says why and where.
    """
    kind = type(strategy)
    types = tuple((name, type(value).__name__) for name, value in numbers.items())
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
        "memory_size": kind._memory, "memory_bytes": 8 * kind._memory,
    }  # fmt: skip
    casts = {"int": "int(given[{}])", "bool": "given[{}] != 0.0", "float": "given[{}]"}
    units = (scan_text.WEIGHT if kind._says == "weight" else scan_text.QUANTITY).strip("\n").format(**places)
    names = [f"c{place}" for place in range(len(columns))]
    reads = [f"            {name} = column{place}[row]" for place, name in enumerate(names)]
    words = dict(
        places,
        reads="\n".join(reads),
        ready=" and ".join(f"{name} == {name}" for name in names) or "True",
        names="".join(f", {name}" for name in names),
        prices=", ".join(f"rows[at + {column}] / scale" for column in (B_OPEN, B_HIGH, B_LOW, B_CLOSE)),
    )
    passing = "" if kind._memory else scan_text.PASSING.strip("\n").format(**words)
    return scan_text.SOURCE.format(
        name="{name}",
        units=units,
        passing=passing,
        column_pointers="\n".join(f"    column{place} = floats_at(columns[{place}])" for place in range(len(names))),
        own_values="".join(casts[kind_of].format(place) + ", " for place, kind_of in enumerate(types.values())),
        **words,
    )
