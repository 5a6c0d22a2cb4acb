"""`seatrial data resample` and `adjusted`: what follows from a dataset, shown or written and never put in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from seatrial.bootstrap.catalog.importing import archive_of
from seatrial.bootstrap.parquet_files import write_parquet
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import NoData, RequestFault
from seatrial.domain.instrument import Instrument
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.time import rfc3339
from seatrial.market.adjusting import back_adjusted, factor_rows, forward_adjusted
from seatrial.market.bars import CLOSE, END, HIGH, LOW, OPEN, START, VOLUME, BarTable
from seatrial.market.catalog_bars import bars_of_dataset
from seatrial.market.corporate_actions import load_actions
from seatrial.market.instruments import instrument_of
from seatrial.market.quote_bars import quote_bars
from seatrial.market.resampling import resample
from seatrial.market.shapes import DatasetName, parse_name, rows_in
from seatrial.market.trade_bars import TradeBars, dollar_bars, tick_bars, time_bars, volume_bars

BY = ("tick", "volume", "dollar")
VIEWS = ("forward", "back", "factors")


@dataclass(frozen=True, slots=True)
class Derived:
    """A table that was made: columns by name in order, and what is to be known of it."""

    columns: Mapping[str, list[Any]]
    notes: tuple[str, ...]

    @property
    def count(self) -> int:
        """Its rows."""
        return len(next(iter(self.columns.values())))

    def rows(self, limit: int) -> list[list[str]]:
        """The last rows as text."""
        kept = [column[-limit:] for column in self.columns.values()]
        return [[_text(cell) for cell in row] for row in zip(*kept, strict=True)]

    def write(self, path: Path) -> None:
        """Write all of it as Parquet."""
        path.parent.mkdir(parents=True, exist_ok=True)
        write_parquet(path, dict(self.columns))


def resampled(settings: Settings, dataset: str, *, span: str | None, by: str | None) -> Derived:
    """Longer bars of bars; of trades bars by time, trades, volume or value; of quotes bars of both sides.

    Raises:
        NoData: nothing of it is held.
        RequestFault: not a dataset, not a length, or one that does not go with its rows.
    """
    name = parse_name(dataset)
    shape = name.kind.shape.name
    if (span is None) == (by is None):
        raise RequestFault("--to, --bars", "exactly one of the two", {"to": span, "bars": by})
    if by is not None and shape != "trades":
        raise RequestFault("--bars", "a dataset of trades", dataset)
    if shape == "bars" and span is not None:
        done = resample(_table(settings, name), span)
        holes = int((done.missing > 0).sum())
        notes = [f"{holes} bars lack shorter ones"] if holes else []
        notes += [f"{done.outside} bars were outside of sessions"] if done.outside else []
        notes += [f"the bar at {rfc3339(each.bar.start_ns)} is left out: {each.why.value}" for each in done.incomplete]
        return Derived(bar_columns(done.table), tuple(notes))
    columns = archive_of(settings).read(name)
    if not rows_in(columns):
        raise NoData(f"{name} has no row")
    if shape == "trades":
        instrument = instrument_of(name.symbol)
        return _of_trades(_trade_bars(instrument, columns, span, by))
    if shape == "quotes" and span is not None:
        made = quote_bars(columns, span)
        return Derived({"ts": [rfc3339(at_ns) for at_ns in made.pop("ts").tolist()],
                        **{key: values.tolist() for key, values in made.items()}}, ())  # fmt: skip
    raise RequestFault("dataset", "bars, trades or quotes", dataset)


def adjusted(settings: Settings, dataset: str, view: str, *, as_of_ns: int | None) -> Derived:
    """Bars across the splits and dividends of the same catalog; for signals, as nobody paid these prices.

    Raises:
        NoData: nothing of it is held.
        RequestFault: not a dataset of bars, or an instant that does not go with the view.
    """
    name = parse_name(dataset)
    if name.kind.shape.name != "bars":
        raise RequestFault("dataset", "bars", dataset)
    if as_of_ns is not None and view != "back":
        raise RequestFault("--as-of", "--view back: the others do not depend on it", view)
    table = _table(settings, name)
    actions = load_actions(Path(settings.values["catalog"]), [name.symbol], calendar=table.instrument.calendar)
    notes = () if actions else (f"the catalog tells no corporate action of {name.symbol}",)
    if view == "factors":
        rows = factor_rows(table, actions)
        days, prices, splits = ([row[at] for row in rows] for at in range(3))
        return Derived({"day": days, "price_factor": prices, "split_factor": splits}, notes)
    if view == "forward":
        found = forward_adjusted(table, actions)
    else:
        found = back_adjusted(table, actions, as_of_ns=table.last_ns if as_of_ns is None else as_of_ns)
    stamps = [rfc3339(at_ns) for at_ns in table.rows[: len(found.close), START].tolist()]
    numbers = {each: getattr(found, each).tolist() for each in ("open", "high", "low", "close", "volume")}
    return Derived({"ts": stamps, **numbers}, notes)


def bar_columns(table: BarTable) -> dict[str, list[Any]]:
    """Bars as columns of a file: times as text, numbers as floats."""
    price, size = table.instrument.price_scale, table.instrument.qty_scale
    fields = {"open": OPEN, "high": HIGH, "low": LOW, "close": CLOSE}
    return {
        "ts": [rfc3339(at_ns) for at_ns in table.rows[:, START].tolist()],
        "end": [rfc3339(at_ns) for at_ns in table.rows[:, END].tolist()],
        **{name: (table.rows[:, column] / price).tolist() for name, column in fields.items()},
        "volume": (table.rows[:, VOLUME] / size).tolist(),
    }


def _table(settings: Settings, name: DatasetName) -> BarTable:
    return bars_of_dataset(archive_of(settings), name, instrument_of(name.symbol))


def _trade_bars(instrument: Instrument, columns: Any, span: str | None, by: str | None) -> TradeBars:
    if span is not None:
        return time_bars(instrument, columns, span)
    kind, _, size = (by or "").partition(":")
    if kind not in BY:
        raise RequestFault("--bars", "tick:100, volume:10 or dollar:100000", by)
    try:
        amount = Decimal(size)
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or not 0 < amount < 10**12:
        raise RequestFault("--bars", f"{kind}: with a number above 0", by)
    if kind == "tick":
        return tick_bars(instrument, columns, int(amount))
    if kind == "volume":
        return volume_bars(instrument, columns, int(amount * instrument.qty_scale))
    return dollar_bars(instrument, columns, int(amount * CASH_SCALE))


def _of_trades(done: TradeBars) -> Derived:
    notes = [f"{done.left_out} trades count for nothing"] if done.left_out else []
    notes += ["the last bar is not over, and left out"] if done.rest is not None else []
    return Derived(bar_columns(done.table), tuple(notes))


def _text(cell: object) -> str:
    return f"{cell:.10g}" if isinstance(cell, float) else str(cell)
