"""Which kinds of market data there are, and the columns each has.

A kind is a word such as `trades` or `bars_5m`. In memory a table is a dict of numpy arrays of one length: times are
int64 nanoseconds since 1970 UTC, numbers float64, whole numbers int64, sides int8, flags bool, words objects. What is
absent is NaN, `MISSING`, 0, False or the empty text. On disk every file has a `symbol` column too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seatrial.domain.faults import RequestFault
from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS

MISSING = -(2**63)
Columns = dict[str, NDArray[Any]]

SPANS = {
    "1m": MINUTE_NS,
    "3m": 3 * MINUTE_NS,
    "5m": 5 * MINUTE_NS,
    "15m": 15 * MINUTE_NS,
    "30m": 30 * MINUTE_NS,
    "1h": HOUR_NS,
    "2h": 2 * HOUR_NS,
    "4h": 4 * HOUR_NS,
    "1d": DAY_NS,
}
SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9._\-]{0,31}")
VENUE = re.compile(r"[a-z][a-z0-9_]{0,31}")


class Cell(Enum):
    """What a column holds; the value is its numpy type."""

    TIME = np.dtype(np.int64), "time"
    NUMBER = np.dtype(np.float64), "number"
    WHOLE = np.dtype(np.int64), "whole"
    SIDE = np.dtype(np.int8), "side"
    FLAG = np.dtype(np.bool_), "flag"
    TEXT = np.dtype(object), "text"

    @property
    def dtype(self) -> np.dtype[Any]:
        """The numpy type of its array."""
        found: np.dtype[Any] = self.value[0]
        return found


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of a kind. `sides` are the words of +1 and -1; `order` is the column that rises down a file.

    `keyed`: at most one row of a symbol holds at each `ts` (and `action`, where there is one), so a second one
    revises the first.
    """

    name: str
    needed: Mapping[str, Cell]
    others: Mapping[str, Cell]
    sides: tuple[str, str] = ("buy", "sell")
    keyed: bool = False

    @property
    def columns(self) -> dict[str, Cell]:
        """Every column a table of the kind may have, in order."""
        return {**self.needed, **self.others}

    def order(self, columns: Columns) -> str:
        """What rises down a file: the time of receipt where it is told, else the venue's."""
        return "recv_ts" if "recv_ts" in columns else "ts"


_PRICES = dict.fromkeys(("open", "high", "low", "close"), Cell.NUMBER)
_QUOTE_BAR = [f"{side}_{part}" for side in ("bid", "ask") for part in ("open", "high", "low", "close", "size")]

SHAPES = {
    "bars": Shape("bars", {"ts": Cell.TIME, **_PRICES, "volume": Cell.NUMBER}, {"known_at": Cell.TIME}, keyed=True),
    "quote_bars": Shape(
        "quote_bars",
        {"ts": Cell.TIME, **dict.fromkeys(_QUOTE_BAR, Cell.NUMBER)},
        {"known_at": Cell.TIME},
        keyed=True,
    ),
    "trades": Shape(
        "trades",
        {"ts": Cell.TIME, "price": Cell.NUMBER, "size": Cell.NUMBER},
        {
            "recv_ts": Cell.TIME,
            "side": Cell.SIDE,
            "trade_id": Cell.WHOLE,
            "exchange": Cell.TEXT,
            "conditions": Cell.TEXT,
            "suspicious": Cell.FLAG,
        },
    ),
    "quotes": Shape(
        "quotes",
        {"ts": Cell.TIME, **dict.fromkeys(("bid", "bid_size", "ask", "ask_size"), Cell.NUMBER)},
        {"recv_ts": Cell.TIME, "update_id": Cell.WHOLE, "exchange": Cell.TEXT},
    ),
    "depth": Shape(
        "depth",
        {"ts": Cell.TIME, "side": Cell.SIDE, "price": Cell.NUMBER, "size": Cell.NUMBER},
        {
            "recv_ts": Cell.TIME,
            "first_update_id": Cell.WHOLE,
            "last_update_id": Cell.WHOLE,
            "prev_update_id": Cell.WHOLE,
            "is_snapshot": Cell.FLAG,
        },
        sides=("bid", "ask"),
    ),
    "corporate_actions": Shape(
        "corporate_actions",
        {"ts": Cell.TIME, "action": Cell.TEXT},
        {"split_ratio": Cell.NUMBER, "cash_amount": Cell.NUMBER, "known_at": Cell.TIME},
        keyed=True,
    ),
    "halts": Shape("halts", {"ts": Cell.TIME, "resumed_at": Cell.TIME}, {"reason": Cell.TEXT, "known_at": Cell.TIME}),
}
SPANNED = ("bars", "quote_bars")


@dataclass(frozen=True, slots=True)
class Kind:
    """A shape, and for bars their span. Written `bars_5m` or `trades`."""

    shape: Shape
    span: str = ""

    def __str__(self) -> str:
        return f"{self.shape.name}_{self.span}" if self.span else self.shape.name

    @property
    def span_ns(self) -> int:
        """The length of a bar; 0 where rows are moments."""
        return SPANS[self.span] if self.span else 0


def kind_of(name: str, span: str = "") -> Kind:
    """The kind of a name such as `bars_5m`, or `bars` with a span beside it.

    Raises:
        RequestFault: there is no such kind or span.
    """
    word = name.strip().lower().replace("-", "_")
    for spanned in SPANNED:
        if word.startswith(f"{spanned}_"):
            word, span = spanned, word.removeprefix(f"{spanned}_")
    if word not in SHAPES:
        raise RequestFault("kind", f"one of {', '.join(SHAPES)}", name)
    if word in SPANNED and span not in SPANS:
        raise RequestFault("span", f"one of {', '.join(SPANS)}", span)
    return Kind(SHAPES[word], span if word in SPANNED else "")


@dataclass(frozen=True, slots=True)
class DatasetName:
    """What a dataset holds: one kind of one symbol as one venue told it. Written `bars_1m/binance/BTCUSDT`."""

    kind: Kind
    venue: str
    symbol: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.venue}/{self.symbol}"


def dataset_name(kind: Kind, venue: str, symbol: str) -> DatasetName:
    """A name whose parts can be folders.

    Raises:
        RequestFault: a venue or symbol of other letters.
    """
    if VENUE.fullmatch(venue) is None:
        raise RequestFault("venue", "lower-case letters, digits and _ such as binance", venue)
    if SYMBOL.fullmatch(symbol) is None:
        raise RequestFault("symbol", "upper-case letters, digits, dot, - and _ such as AAPL or BTCUSDT", symbol)
    return DatasetName(kind, venue, symbol)


def parse_name(text: str) -> DatasetName:
    """The inverse of `str`.

    Raises:
        RequestFault: it is not KIND/VENUE/SYMBOL.
    """
    parts = text.strip("/").split("/")
    if len(parts) != 3:
        raise RequestFault("dataset", "KIND/VENUE/SYMBOL such as bars_1m/binance/BTCUSDT", text)
    return dataset_name(kind_of(parts[0]), parts[1], parts[2])


def rows_in(columns: Columns) -> int:
    """How many rows a table has."""
    return len(columns["ts"])


def taken(columns: Columns, rows: NDArray[Any] | slice) -> Columns:
    """Some rows of a table, by mask, index or slice."""
    return {name: values[rows] for name, values in columns.items()}


def absent(cell: Cell, count: int) -> NDArray[Any]:
    """A column in which nothing is told."""
    match cell:
        case Cell.TIME | Cell.WHOLE:
            return np.full(count, MISSING, dtype=np.int64)
        case Cell.NUMBER:
            return np.full(count, np.nan)
        case Cell.TEXT:
            return np.full(count, "", dtype=object)
        case Cell.SIDE | Cell.FLAG:
            return np.zeros(count, dtype=cell.dtype)


def stacked(shape: Shape, tables: list[Columns]) -> Columns:
    """Tables one after the other; what one of them does not tell is absent there."""
    cells = {name: cell for name, cell in shape.columns.items() if any(name in table for table in tables)}
    return {
        name: np.concatenate([table.get(name, absent(cell, rows_in(table))) for table in tables])
        for name, cell in cells.items()
    }
