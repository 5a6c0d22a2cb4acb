"""The grids of what is traded, frozen with the first opening that named them: stored integers keep their meaning."""

from __future__ import annotations

from collections.abc import Sequence

from seatrial.domain.faults import JournalCorrupt
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.journal.database import Database


def freeze(database: Database, listed: Sequence[Instrument]) -> None:
    """Write down the grids of instruments that are new here. Runs inside the caller's transaction.

    Raises:
        JournalCorrupt: an instrument has another grid than the one its history was written on.
    """
    if not listed:
        return
    rows = database.read("SELECT symbol, price_scale, qty_scale FROM instruments")
    known = {symbol: (price, qty) for symbol, price, qty in rows}
    for one in listed:
        scales = (one.price_scale, one.qty_scale)
        if known.get(one.symbol, scales) != scales:
            raise JournalCorrupt(
                f"{one.symbol} was journalled with scales {known[one.symbol]}, this code gives it {scales}: "
                "its stored prices and quantities would change their meaning"
            )
    database.execute_many(
        "INSERT INTO instruments VALUES (?, ?, ?, ?, ?, ?)",
        [
            (one.symbol, one.venue, one.quote, one.price_scale, one.qty_scale, one.value_div)
            for one in {each.symbol: each for each in listed}.values()
            if one.symbol not in known
        ],
    )


def value_div_of(database: Database, symbol: Symbol) -> int | None:
    """`price_units * qty_units / value_div` is a value in cash units; None where no opening has named the symbol."""
    rows = database.read("SELECT value_div FROM instruments WHERE symbol = ?", (symbol,))
    return int(rows[0][0]) if rows else None
