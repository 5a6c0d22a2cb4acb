"""Times of a foreign file as UTC nanoseconds: text with or without a zone, numbers since 1970, or proper timestamps."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from seatrial.domain.faults import RequestFault
from seatrial.domain.time import MICROSECOND_NS, MILLISECOND_NS, MINUTE_NS, SECOND_NS
from seatrial.market.parquet import query
from seatrial.market.shapes import MISSING
from seatrial.market.zones import to_utc, zone_of

UNITS = {"s": SECOND_NS, "ms": MILLISECOND_NS, "us": MICROSECOND_NS, "ns": 1}
NO_ZONE = MISSING  # as an offset: the text carries none
_WHOLE_TYPES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UBIGINT", "UINTEGER", "HUGEINT")
_OFFSET = r"([Zz]|[+-][0-9]{2}:?[0-9]{2})$"


@dataclass(frozen=True, slots=True)
class TimeHabits:
    """How a file writes times. `zone` is what times without one are in; `unit` of numbers, empty for by their size."""

    zone: str = ""
    unit: str = ""
    format: str = ""  # of text, as strptime knows it; empty for ISO 8601
    dates_in: str = ""  # where times without a zone are dates: the zone of their midnight, unless `zone` is said


@dataclass(frozen=True, slots=True)
class Stamps:
    """Times of a column, and by rule which rows break it."""

    at_ns: NDArray[np.int64]
    broken: dict[str, NDArray[np.bool_]]


def read_stamps(
    connection: duckdb.DuckDBPyConnection, file: str, column: str, type_: str, where: str, habits: TimeHabits
) -> Stamps:
    """The column of the table `staged`, for its rows `where`.

    Raises:
        RequestFault: a zone or unit that does not exist.
        DataFault: the file cannot be read.
    """
    if habits.unit and habits.unit not in UNITS:
        raise RequestFault("time-unit", f"one of {', '.join(UNITS)}", habits.unit)
    quoted = '"' + column.replace('"', '""') + '"'
    if type_ == "VARCHAR":
        return _of_text(connection, file, quoted, where, habits)
    if type_ in _WHOLE_TYPES or type_ in ("DOUBLE", "FLOAT") or type_.startswith("DECIMAL"):
        return _of_numbers(_fetch(connection, file, f"coalesce({quoted}::double, 'nan')", where), habits)
    local = _fetch(connection, file, f"coalesce(epoch_ns({quoted}), {MISSING + 1} - 1)", where).astype(np.int64)
    if "TZ" in type_ or "TIME ZONE" in type_:
        return Stamps(local, {"is not a time": local == MISSING})
    return _placed(local, np.full(len(local), NO_ZONE, dtype=np.int64), habits)


def _of_text(connection: duckdb.DuckDBPyConnection, file: str, quoted: str, where: str, habits: TimeHabits) -> Stamps:
    numeric = _fetch(connection, file, f"bool_and(regexp_full_match({quoted}, '[0-9]{{9,}}(\\.[0-9]+)?'))", where)
    if len(numeric) and numeric[0]:
        return _of_numbers(_fetch(connection, file, f"{quoted}::double", where), habits)
    zone = f"regexp_extract({quoted}, '{_OFFSET}', 1)"
    clock = f"trim(regexp_replace({quoted}, '{_OFFSET}', ''))"
    clock = f"case when {quoted} ~ '.*[0-9]:[0-9].*' then {clock} else {quoted} end"
    parsed = f"try_cast({clock} as timestamp_ns)"
    if habits.format:
        parsed = f"try_strptime({clock}, '{habits.format.replace(chr(39), chr(39) * 2)}')::timestamp_ns"
    local = _fetch(connection, file, f"coalesce(epoch_ns({parsed}), {MISSING + 1} - 1)", where).astype(np.int64)
    digits = f"replace({zone}, ':', '')"
    minutes = (
        f"case when {quoted} !~ '.*[0-9]:[0-9].*' or {zone} = '' then null when upper({zone}) = 'Z' then 0 else "
        f"(case when {digits}[1] = '-' then -1 else 1 end) * ({digits}[2:3]::int * 60 + {digits}[4:5]::int) end"
    )
    told = _fetch(connection, file, f"coalesce(({minutes})::bigint * {MINUTE_NS}, {MISSING + 1} - 1)", where)
    return _placed(local, told.astype(np.int64), habits)


def _fetch(connection: duckdb.DuckDBPyConnection, file: str, sql: str, where: str) -> NDArray[np.generic]:
    order = "" if sql.startswith("bool_and") else "order by file_row"
    found = query(connection, file, f"select {sql} as x from staged where {where} {order}")
    return np.asarray(found.fetchnumpy()["x"])


def _of_numbers(values: NDArray[np.generic], habits: TimeHabits) -> Stamps:
    """Counts since 1970; without a unit the first one's size tells it, and all others must agree."""
    numbers = values.astype(np.float64)
    told = numbers[np.isfinite(numbers)]
    unit = habits.unit or _unit_by_size(float(told[0]) if len(told) else 0.0)
    if not unit:
        return Stamps(np.full(len(numbers), MISSING), {"is not a time": np.ones(len(numbers), dtype=np.bool_)})
    broken = ~np.isfinite(numbers)
    safe = np.where(broken, 0.0, numbers)
    whole = np.trunc(safe)
    at_ns = whole.astype(np.int64) * UNITS[unit] + np.rint((safe - whole) * UNITS[unit]).astype(np.int64)
    rules = {"is not a time": broken}
    if not habits.unit:
        other = ~broken & (np.abs(safe) > 0) & (_sizes(safe) != _sizes(np.array([told[0]]))[0])
        rules["is in another unit than the first row: --time-unit says which"] = other
    return Stamps(np.where(broken, MISSING, at_ns), rules)


def _unit_by_size(number: float) -> str:
    found = int(_sizes(np.array([number]))[0])
    return ("", "s", "ms", "us", "ns")[found]


def _sizes(numbers: NDArray[np.float64]) -> NDArray[np.int64]:
    """1 to 4 for counts that are years 1973 to 2286 in s, ms, us or ns; 0 below."""
    return np.searchsorted([1e8, 1e11, 1e14, 1e17], numbers, side="right")


def _placed(local_ns: NDArray[np.int64], offset_ns: NDArray[np.int64], habits: TimeHabits) -> Stamps:
    """Local times with the offsets that their rows told."""
    unread, bare = local_ns == MISSING, offset_ns == NO_ZONE
    safe = np.where(unread, 0, local_ns)
    broken = {"is not a time": unread}
    at_ns = safe - np.where(bare, 0, offset_ns)
    if (bare & ~unread).any():
        zone = habits.zone or habits.dates_in
        if not zone:
            rule = "has no time zone where other rows have one (mixed zones)"
            if (bare | unread).all():
                rule = "has no time zone: --zone says which one it is in, such as UTC or America/New_York"
            broken[rule] = bare & ~unread
        else:
            there = to_utc(safe, zone_of(zone))
            at_ns = np.where(bare, there.utc_ns, at_ns)
            broken[f"happens twice in {zone}, when its clocks go back"] = bare & ~unread & there.twice
            broken[f"never happens in {zone}, when its clocks go forward"] = bare & ~unread & there.never
    zoned = ~bare & ~unread
    if zoned.any():
        broken |= _strangers(safe, offset_ns, zoned, habits)
    return Stamps(np.where(unread, MISSING, at_ns), broken)


def _strangers(
    local_ns: NDArray[np.int64], offset_ns: NDArray[np.int64], zoned: NDArray[np.bool_], habits: TimeHabits
) -> dict[str, NDArray[np.bool_]]:
    """Offsets that cannot all be of one zone: of `habits.zone`, else of the first row's."""
    if habits.zone and habits.zone != "UTC":
        there = to_utc(local_ns, zone_of(habits.zone))
        differs = zoned & (local_ns - offset_ns != there.utc_ns) & ~there.twice
        return {f"carries an offset that {habits.zone} does not have then (mixed zones)": differs}
    first = offset_ns[int(np.argmax(zoned))]
    return {"carries another offset than the rows before it (mixed zones)": zoned & (offset_ns != first)}
