"""A foreign file as tables of columns: CSV, Parquet, feather or JSON lines, under whatever names it has them."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from seatrial.domain.faults import DataFault, NoData, RequestFault
from seatrial.domain.time import DAY_NS
from seatrial.market.file_grids import is_equity
from seatrial.market.file_habits import KNOWN_AS, READERS, SIDES, FileHabits
from seatrial.market.parquet import archive, query, read_sql
from seatrial.market.rules import Broken
from seatrial.market.shapes import MISSING, Cell, Columns, Kind, taken
from seatrial.market.stamps import TimeHabits, read_stamps


@dataclass(frozen=True, slots=True)
class Taken:
    """One symbol's rows as they were read, the row of the file each came from, and what the times break."""

    symbol: str
    venue: str  # as the file has it; empty where it does not say
    columns: Columns
    file_rows: NDArray[np.int64]
    broken: list[Broken]


class Intake:
    """One file, staged whole in memory. Use as a context manager."""

    def __init__(self, path: Path, kind: Kind, habits: FileHabits) -> None:
        self._path = path
        self._kind = kind
        self._habits = habits
        self._opened = archive()
        self._types: dict[str, str] = {}
        self._connection: duckdb.DuckDBPyConnection

    def __enter__(self) -> Intake:
        self._connection = self._opened.__enter__()
        try:
            self._stage()
        except BaseException:
            self._opened.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.__exit__(None, None, None)

    @property
    def is_text(self) -> bool:
        """Rows are lines, the first of which is a header unless names were given."""
        return self._path.suffix in (".csv", ".gz")

    def line(self, row: int) -> str:
        """How a reader finds a row of the file."""
        header = 0 if self._habits.names else 1
        return f"row {row} (line {row + header + 1})" if self.is_text else f"row {row}"

    def tables(self) -> Iterator[Taken]:
        """The rows of each symbol, in the order of the file."""
        theirs = self._chosen()
        for symbol, venue, where in self._groups(theirs.get("symbol", ""), theirs.get("venue", "")):
            yield self._taken(symbol, venue, where, theirs)

    # ---------------------------------------------------------------- inside

    def _stage(self) -> None:
        reader = READERS.get(self._path.suffix)
        if reader is None:
            raise RequestFault("file", f"a name that ends in one of {', '.join(READERS)}", self._path.name)
        if not self._path.is_file():
            raise NoData(f"{self._path} is not a file")
        values: dict[str, object] = {}
        names = self._habits.names
        if names:
            reader = reader.replace("{names}", ", header = false, names = $names")
            values["names"] = list(names)
        if reader == "arrow_table":
            self._connection.register("arrow_table", _arrow_table(self._path))
        if self._path.suffix == ".parquet":
            reader = "read_parquet($path, file_row_number = true)"
            numbered = "file_row_number as file_row, * exclude (file_row_number)"
        else:
            self._connection.execute("set threads = 1")  # rows are numbered as they come: by one thread, in order
            numbered = "row_number() over () - 1 as file_row, *"
        sql = f"create temp table staged as select {numbered} from {reader}"
        query(self._connection, self._path, sql.replace("{names}", ""), **values)
        self._connection.execute("reset threads")
        told = query(self._connection, self._path, "describe select * from staged").fetchall()
        self._types = {str(row[0]): str(row[1]) for row in told if row[0] != "file_row"}

    def _chosen(self) -> dict[str, str]:
        """Our name of each column to the file's.

        Raises:
            RequestFault: a mapped column is not in the file, or its name here is not one of the kind's.
            DataFault: a column that the kind needs is in the file under no name we know.
        """
        cells = {**self._kind.shape.columns, "symbol": Cell.TEXT, "venue": Cell.TEXT}
        for ours, column in self._habits.columns.items():
            if ours not in cells:
                raise RequestFault("map", f"one of {', '.join(cells)} to the left of =", ours)
            if column not in self._types:
                raise RequestFault("map", f"one of the file's columns: {', '.join(self._types)}", column)
        lower = {name.lower(): name for name in reversed(self._types)}
        found = {}
        for ours in cells:
            names = [self._habits.columns[ours]] if ours in self._habits.columns else []
            names += [lower[each] for each in (ours, *KNOWN_AS.get(ours, ())) if each in lower]
            if names:
                found[ours] = names[0]
        missing = [name for name in self._kind.shape.needed if name not in found]
        if missing:
            raise DataFault(
                f"{self._path}: {self._kind.shape.name} need the columns {', '.join(self._kind.shape.needed)}; missing "
                f"{', '.join(missing)}, the file has {', '.join(self._types)} (--map {missing[0]}=NAME)"
            )
        if "symbol" not in found and not self._habits.symbol:
            raise DataFault(f"{self._path}: the file has no column symbol; --symbol says whose rows they are")
        return found

    def _groups(self, symbol: str, venue: str) -> list[tuple[str, str, str]]:
        """Symbol, venue and the condition of their rows, for each pair of the file."""
        telling = [f"coalesce({_name(column)}::varchar, '')" if column else "''" for column in (symbol, venue)]
        sql = f"select distinct {telling[0]}, {telling[1]} from staged order by all"
        found = [(str(row[0]), str(row[1])) for row in query(self._connection, self._path, sql).fetchall()]
        if not found:
            raise NoData(f"{self._path} holds no row")
        own = self._habits.symbol
        wanted = [(own if not symbol else each[0], each) for each in found if not symbol or own in ("", each[0])]
        if not wanted:
            raise NoData(f"{self._path} has no rows of {own}; it has {', '.join(sorted({each[0] for each in found}))}")
        return [
            (name, each[1], f"{telling[0]} = {_word(each[0])} and {telling[1]} = {_word(each[1])}")
            for name, each in wanted
        ]

    def _taken(self, symbol: str, venue: str, where: str, theirs: Mapping[str, str]) -> Taken:
        shape, columns, broken = self._kind.shape, Columns(), []
        plain = {name: cell for name, cell in shape.columns.items() if name in theirs and cell is not Cell.TIME}
        chosen = [f"{self._sql(theirs[name], cell)} as {name}" for name, cell in plain.items()]
        found = query(
            self._connection,
            self._path,
            f"select {', '.join(['file_row', *chosen])} from staged where {where} order by file_row",
        ).fetchnumpy()
        for name, cell in shape.columns.items():
            if name not in theirs:
                continue
            if cell is not Cell.TIME:
                columns[name] = self._scaled(name, np.asarray(found[name]).astype(cell.dtype, copy=False))
                continue
            column = theirs[name]
            stamps = read_stamps(
                self._connection, str(self._path), column, self._types[column], where, self._times(name, symbol)
            )
            columns[name] = stamps.at_ns
            optional = stamps.at_ns == MISSING if name not in ("ts", "recv_ts") else False
            broken += [Broken(name, rule, rows & ~np.asarray(optional)) for rule, rows in stamps.broken.items()]
        if self._habits.ends and self._kind.span_ns:
            columns["ts"] = columns["ts"] - self._kind.span_ns
        table = Taken(symbol, venue, columns, np.asarray(found["file_row"]).astype(np.int64), broken)
        return _sorted(table, shape.order(columns)) if self._habits.sort else table

    def _times(self, name: str, symbol: str) -> TimeHabits:
        """Dates of daily bars lie at midnight of their market, of corporate actions at midnight UTC."""
        habits = self._habits.time
        if self._kind.shape.name == "corporate_actions" and name == "ts":
            return replace(habits, zone="", dates_in="UTC")
        if self._kind.span_ns == DAY_NS:
            return replace(habits, dates_in="America/New_York" if is_equity(symbol) else "UTC")
        return habits

    def _sql(self, column: str, cell: Cell) -> str:
        quoted = _name(column)
        text = f"trim({quoted}::varchar)"
        match cell:
            case Cell.NUMBER if self._types[column] == "VARCHAR":
                return f"coalesce(try_cast(replace({text}, ',', '') as double), 'nan'::double)"
            case Cell.WHOLE:
                return f"coalesce(try_cast({text} as bigint), {MISSING + 1} - 1)"
            case Cell.SIDE:
                plus, minus = (", ".join(map(_word, SIDES[code])) for code in (1, -1))
                word = f"lower({text})"
                return f"(case when {word} in ({plus}) then 1 when {word} in ({minus}) then -1 else 0 end)"
            case Cell.FLAG:
                return f"coalesce(lower({text}) in ('true', '1', 't', 'yes'), false)"
            case Cell.TEXT:
                return f"coalesce({text}, '')"
            case _:
                return read_sql(quoted, cell, self._kind.shape)

    def _scaled(self, name: str, values: NDArray[Any]) -> NDArray[Any]:
        if self._kind.shape.columns[name] is not Cell.NUMBER or name in ("split_ratio", "cash_amount"):
            return values
        unit = self._habits.size_unit if "size" in name or name == "volume" else self._habits.price_unit
        above, below = unit.as_integer_ratio()
        return values if unit == 1 else values * float(above) / float(below)


def _sorted(table: Taken, column: str) -> Taken:
    order = np.argsort(table.columns[column], kind="stable")
    broken = [Broken(each.column, each.rule, each.rows[order]) for each in table.broken]
    return Taken(table.symbol, table.venue, taken(table.columns, order), table.file_rows[order], broken)


def _arrow_table(path: Path) -> Any:
    try:
        feather = importlib.import_module("pyarrow.feather")
    except ImportError as fault:
        raise DataFault(f"{path}: feather files need pyarrow beside Seatrial; Parquet and CSV do not") from fault
    try:
        return feather.read_table(path)
    except (OSError, ValueError) as fault:
        raise DataFault(f"{path} cannot be read: {fault}") from fault


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _word(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
