"""A run as columns, for whoever reads it elsewhere: equity, fills and trades, one Parquet file each.

Times are nanoseconds since 1970 in UTC; money and prices are exact decimal text beside their floats where a reader
would compute with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seatrial.domain.money import CASH_SCALE, units_text
from seatrial.runs.appraisal import Appraisal
from seatrial.runs.result import RunResult
from seatrial.runs.trades import fee_cash_units

Columns = dict[str, list[Any]]


def equity_columns(appraisals: Sequence[Appraisal]) -> Columns:
    """One row per account and bar: equity, and the benchmark's growth beside it."""
    found: Columns = {"at_ns": [], "account": [], "calendar": [], "equity": [], "benchmark": []}
    for each in appraisals:
        stats = each.stats
        found["at_ns"] += stats.at_ns
        found["account"] += [str(stats.account.id)] * len(stats.at_ns)
        found["calendar"] += [stats.account.calendar] * len(stats.at_ns)
        found["equity"] += [units / CASH_SCALE for units in stats.equity_units]
        found["benchmark"] += each.benchmark.curve
    return found


def fill_columns(result: RunResult) -> Columns:
    """One row per fill, in the order they happened."""
    names = ("at_ns", "account", "symbol", "side", "quantity", "price", "fee", "fee_currency", "maker", "order")
    found: Columns = {name: [] for name in names}
    for logged in result.fills:
        fill = logged.outcome
        instrument = result.instruments[(fill.account, fill.symbol)]
        fee = fee_cash_units(fill, instrument)
        row = (
            fill.at_ns,
            str(fill.account),
            str(fill.symbol),
            "buy" if fill.side > 0 else "sell",
            instrument.qty_text(fill.qty_units),
            instrument.price_text(fill.price_units),
            units_text(fee, CASH_SCALE),
            str(instrument.quote),
            logged.maker,
            logged.order_number,
        )
        for name, cell in zip(names, row, strict=True):
            found[name].append(cell)
    return found


def trade_columns(appraisals: Sequence[Appraisal]) -> Columns:
    """One row per round trip; `closed_ns` and `exit_price` are null while it is open."""
    names = (
        "account", "symbol", "side", "opened_ns", "closed_ns", "fills", "quantity", "entry_price", "exit_price",
        "fees", "result", "worst", "best",
    )  # fmt: skip
    found: Columns = {name: [] for name in names}
    for each in appraisals:
        instruments = {symbol.symbol: symbol.instrument for symbol in each.stats.symbols}
        for trip in each.trips:
            instrument = instruments[trip.symbol]
            scale = instrument.price_scale
            leaving = None if trip.exit_price_units is None else trip.exit_price_units / scale
            money = (trip.fee_units, trip.result_units, trip.worst_units, trip.best_units)
            row = (
                str(each.stats.account.id),
                str(trip.symbol),
                "long" if trip.long else "short",
                trip.opened_ns,
                trip.closed_ns,
                trip.fills,
                instrument.qty_text(trip.quantity_units),
                trip.entry_price_units / scale,
                leaving,
                *(units_text(units, CASH_SCALE) for units in money),
            )
            for name, cell in zip(names, row, strict=True):
                found[name].append(cell)
    return found
