"""Splits and cash dividends, and when each was known.

An action takes effect at the open of its ex-date. Where a source does not say when it was announced, it counts as
known at that open and not before: whoever asks earlier is told nothing, so no decision can look ahead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from seatrial.domain.faults import DataFault, NoData
from seatrial.domain.ids import Symbol
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.time import DAY_NS
from seatrial.market.archive import Archive, catalog_around
from seatrial.market.parquet import archive, column_types, query
from seatrial.market.sessions import sessions, utc_date
from seatrial.market.shapes import MISSING, parse_name

FILE = "reference/corporate_actions.parquet"
NEEDED = ("symbol", "ex_date", "action", "split_ratio", "cash_amount")
DENOMINATOR_MAX = 10_000
_LOOK_AHEAD_DAYS = 10  # an ex-date without a session takes effect at the next one


@dataclass(frozen=True, slots=True)
class CorporateAction:
    """One split or one dividend. `ratio` is new shares for one old (1 for a dividend); `cash_units` is in 1e-8 of the
    currency for each share held before the open (0 for a split)."""

    symbol: Symbol
    ex_day: str
    ex_ns: int  # the open of the ex-date's session
    ratio: Fraction
    cash_units: int
    known_at_ns: int

    @property
    def is_split(self) -> bool:
        return self.ratio != 1


def load_actions(data: Path, symbols: Iterable[str], *, calendar: str = "XNYS") -> list[CorporateAction]:
    """Every action of these symbols in a catalog, or in a folder laid out like the shared sample; by ex-date.

    A dividend is told per share of before a split of the same day, and stands before it.

    None are told where the folder has none: an absent file is no promise that nothing happened.

    Raises:
        DataFault: a row that is neither a split nor a dividend, or has no number for it; names file and row.
    """
    wanted = sorted(set(symbols))
    catalog = catalog_around(data)
    rows = _of_catalog(catalog, wanted) if catalog is not None else _of_file(data / FILE, wanted)
    found = [_action(file, index, row, calendar) for file, index, row in rows]
    return sorted(found, key=lambda each: (each.ex_ns, each.symbol, each.is_split))


def read_actions(path: Path, symbols: Iterable[str], *, calendar: str = "XNYS") -> list[CorporateAction]:
    """As `load_actions`, of one Parquet file too; where a person named it, its absence is a fault.

    Raises:
        DataFault: nothing can be read there, or a row is wrong.
    """
    if path.is_dir():
        if catalog_around(path) is None and not (path / FILE).is_file():
            raise DataFault(f"{path}: accepted are a catalog, a folder with {FILE}, or a Parquet file of actions")
        return load_actions(path, symbols, calendar=calendar)
    if not path.is_file():
        raise DataFault(f"{path}: there is no such file of corporate actions")
    found = [_action(file, index, row, calendar) for file, index, row in _of_file(path, sorted(set(symbols)))]
    return sorted(found, key=lambda each: (each.ex_ns, each.symbol, each.is_split))


def known(actions: Sequence[CorporateAction], at_ns: int) -> list[CorporateAction]:
    """What could be known at an instant, announced ones included."""
    return [action for action in actions if action.known_at_ns <= at_ns]


def effective(actions: Sequence[CorporateAction], start_ns: int, end_ns: int) -> list[CorporateAction]:
    """Actions that take effect in `[start_ns, end_ns)`."""
    return [action for action in actions if start_ns <= action.ex_ns < end_ns]


_Row = tuple[str, date, str, float, float, int]  # symbol, ex-date, action, ratio, cash, known at or MISSING


def _of_file(path: Path, symbols: Sequence[str]) -> list[tuple[str, int, _Row]]:
    if not path.is_file():
        return []
    with archive() as connection:
        types = column_types(connection, path)
        missing = sorted(set(NEEDED) - set(types))
        if missing:
            raise DataFault(f"{path}: corporate actions have {', '.join(NEEDED)}; missing {', '.join(missing)}")
        known_at = f"coalesce(epoch_ns(known_at), {MISSING + 1} - 1)" if "known_at" in types else f"{MISSING + 1} - 1"
        found = query(
            connection,
            path,
            "select file_row_number, symbol, ex_date::date, action, coalesce(split_ratio::double, 'nan'), "
            f"coalesce(cash_amount::double, 'nan'), {known_at} from read_parquet($path, file_row_number = true) "
            "where list_contains($symbols, symbol) order by file_row_number",
            symbols=list(symbols),
        ).fetchall()
    return [(str(path), int(row[0]), (row[1], row[2], row[3], row[4], row[5], row[6])) for row in found]


def _of_catalog(folder: Path, symbols: Sequence[str]) -> list[tuple[str, int, _Row]]:
    held = Archive(folder)
    rows: list[tuple[str, int, _Row]] = []
    for name in held.datasets():
        if name.kind.shape.name != "corporate_actions" or name.symbol not in symbols:
            continue
        columns = held.read(parse_name(str(name)))
        for index, at_ns in enumerate(columns["ts"].tolist()):
            numbers = [float(columns[each][index]) if each in columns else float("nan") for each in NEEDED[3:]]
            told = int(columns["known_at"][index]) if "known_at" in columns else MISSING
            row = (name.symbol, utc_date(at_ns), str(columns["action"][index]), numbers[0], numbers[1], told)
            rows.append((str(name), index, row))
    return rows


def _action(file: str, index: int, row: _Row, calendar: str) -> CorporateAction:
    symbol, day, action, ratio, cash, known_at = row
    ex_ns = _ex_ns(file, index, day, calendar)
    exact, cash_units = Fraction(1), 0
    if action == "split":
        exact = _ratio(file, index, symbol, ratio)
    elif action == "dividend":
        cash_units = _cash(file, index, symbol, cash)
    else:
        raise DataFault(f"{file} row {index}: {symbol} action {action!r}; accepted are split and dividend")
    known_at_ns = ex_ns if known_at == MISSING else min(known_at, ex_ns)
    return CorporateAction(Symbol(symbol), day.isoformat(), ex_ns, exact, cash_units, known_at_ns)


def _ex_ns(file: str, index: int, day: date, calendar: str) -> int:
    first_ns = (day - date(1970, 1, 1)).days * DAY_NS
    try:
        found = sessions(calendar, day, utc_date(first_ns + _LOOK_AHEAD_DAYS * DAY_NS))
    except NoData as fault:
        raise DataFault(f"{file} row {index}: ex_date {day}: {fault}") from fault
    return found[0].open_ns


def _ratio(file: str, index: int, symbol: str, ratio: float) -> Fraction:
    """A float as the fraction it stands for, such as 1.5 or 0.0333 for one in thirty."""
    if not 0.0 < ratio < 1e6:
        raise DataFault(f"{file} row {index}: {symbol} split_ratio {ratio!r}; accepted is a number above zero")
    exact = Fraction(ratio).limit_denominator(DENOMINATOR_MAX)
    if not exact or abs(float(exact) - ratio) > 1e-6 * ratio:
        raise DataFault(f"{file} row {index}: {symbol} split_ratio {ratio!r} is no ratio of whole shares")
    return exact


def _cash(file: str, index: int, symbol: str, cash: float) -> int:
    units = round(cash * CASH_SCALE) if cash > 0.0 else 0
    if not units or abs(cash * CASH_SCALE - units) > 1e-2:
        accepted = "a number above zero with at most eight decimals"
        raise DataFault(f"{file} row {index}: {symbol} cash_amount {cash!r}; accepted is {accepted}")
    return units
