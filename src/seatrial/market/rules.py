"""What rows of a kind must be, as masks over whole columns: which rows break which rule, the first rule first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seatrial.market.grid import on_grid
from seatrial.market.shapes import MISSING, Cell, Columns, Kind, absent, rows_in

Mask = NDArray[np.bool_]
NOT_A_NUMBER = "is not a number"


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule, and which rows break it. `rule` continues a sentence that begins with the column's name."""

    column: str
    rule: str
    rows: Mask


@dataclass(frozen=True, slots=True)
class Grids:
    """The finest steps numbers may have: units in one."""

    price_scale: int
    qty_scale: int


def broken_rules(kind: Kind, columns: Columns, grids: Grids) -> list[Broken]:
    """Every rule some row breaks."""
    found = [*_order(kind, columns), *_BY_SHAPE[kind.shape.name](columns), *_grid(kind, columns, grids)]
    return [broken for broken in found if broken.rows.any()]


def _order(kind: Kind, columns: Columns) -> Iterator[Broken]:
    name = kind.shape.order(columns)
    stamps = columns[name]
    if not len(stamps) or kind.shape.name == "corporate_actions":
        return
    before = np.empty_like(stamps)
    before[0], before[1:] = MISSING, np.maximum.accumulate(stamps)[:-1]
    yield Broken(
        name, "is earlier than a row before it: rows must be sorted by time (--sort sorts them)", stamps < before
    )
    if kind.shape.keyed:
        _, first = np.unique(stamps, return_index=True)
        again = np.ones(len(stamps), dtype=np.bool_)
        again[first] = False
        yield Broken(name, "repeats the stamp of a row before it", again)
    if kind.span_ns and kind.span != "1d":
        yield Broken(name, f"does not start on a span of {kind.span}", stamps % kind.span_ns != 0)


def _grid(kind: Kind, columns: Columns, grids: Grids) -> Iterator[Broken]:
    if kind.shape.name == "corporate_actions":
        return
    for name, cell in kind.shape.columns.items():
        if cell is Cell.NUMBER and name in columns:
            values = columns[name]
            scale = grids.qty_scale if name in ("size", "volume") or name.endswith("_size") else grids.price_scale
            finite = np.isfinite(values)
            off = finite & ~on_grid(np.where(finite, values, 0.0), scale)
            yield Broken(name, f"is not on the grid of 1/{scale}", off)


def _numbers(columns: Columns, names: tuple[str, ...], *, least: float, above: bool = False) -> Iterator[Broken]:
    """Finite numbers, at least (or above) a bound."""
    for name in names:
        values = columns[name]
        finite = np.isfinite(values)
        yield Broken(name, NOT_A_NUMBER, ~finite)
        low = values <= least if above else values < least
        yield Broken(name, "must be above zero" if above else "is negative", finite & low)


def _bars(columns: Columns) -> Iterator[Broken]:
    yield from _numbers(columns, ("open", "high", "low", "close"), least=0.0, above=True)
    yield from _numbers(columns, ("volume",), least=0.0)
    yield from _candle(columns, "")


def _candle(columns: Columns, side: str) -> Iterator[Broken]:
    opened, high, low, closed = (columns[f"{side}{part}"] for part in ("open", "high", "low", "close"))
    yield Broken(f"{side}high", "is below the open, the low or the close", high < np.fmax(np.fmax(opened, closed), low))
    yield Broken(f"{side}low", "is above the open or the close", low > np.fmin(opened, closed))


def _quote_bars(columns: Columns) -> Iterator[Broken]:
    for side in ("bid_", "ask_"):
        parts = [f"{side}{part}" for part in ("open", "high", "low", "close")]
        told = np.sum([np.isfinite(columns[part]) for part in parts], axis=0)
        yield Broken(
            f"{side}open", "is told while another price of its side is not", (told != 0) & (told != len(parts))
        )
        for part in parts:
            yield Broken(part, "must be above zero", columns[part] <= 0.0)
        yield Broken(f"{side}size", "is negative", columns[f"{side}size"] < 0.0)
        yield from _candle(columns, side)
    yield Broken("bid_close", "is above the ask: a crossed quote", columns["bid_close"] > columns["ask_close"])


def _quotes(columns: Columns) -> Iterator[Broken]:
    yield from _numbers(columns, ("bid", "ask"), least=0.0, above=True)
    yield from _numbers(columns, ("bid_size", "ask_size"), least=0.0)
    yield Broken("bid", "is above the ask: a crossed quote", columns["bid"] > columns["ask"])


def _trades(columns: Columns) -> Iterator[Broken]:
    yield from _numbers(columns, ("price", "size"), least=0.0, above=True)
    numbers = columns.get("trade_id")
    if numbers is not None:
        _, first = np.unique(numbers, return_index=True)
        again = numbers != MISSING
        again[first] = False
        yield Broken("trade_id", "repeats the number of a row before it", again)


def _depth(columns: Columns) -> Iterator[Broken]:
    yield Broken("side", "is neither bid nor ask", columns["side"] == 0)
    yield from _numbers(columns, ("price",), least=0.0, above=True)
    yield from _numbers(columns, ("size",), least=0.0)


def _corporate_actions(columns: Columns) -> Iterator[Broken]:
    action, count = columns["action"], rows_in(columns)
    ratio = columns.get("split_ratio", absent(Cell.NUMBER, count))
    cash = columns.get("cash_amount", absent(Cell.NUMBER, count))
    split, dividend = action == "split", action == "dividend"
    yield Broken("action", "is neither split nor dividend", ~split & ~dividend)
    yield Broken("split_ratio", "must be above zero for a split", split & ~(ratio > 0.0))
    yield Broken("cash_amount", "must be above zero for a dividend", dividend & ~(cash > 0.0))
    keys: NDArray[Any] = columns["ts"] + dividend
    _, first = np.unique(keys, return_index=True)
    again = np.ones(count, dtype=np.bool_)
    again[first] = False
    yield Broken("ts", "repeats an action of a row before it", again)


def _halts(columns: Columns) -> Iterator[Broken]:
    resumed = columns["resumed_at"]
    yield Broken("resumed_at", "is not after the halt", (resumed != MISSING) & (resumed <= columns["ts"]))


_BY_SHAPE = {
    "bars": _bars,
    "quote_bars": _quote_bars,
    "quotes": _quotes,
    "trades": _trades,
    "depth": _depth,
    "corporate_actions": _corporate_actions,
    "halts": _halts,
}
