"""The table `lots`: every movement of a position closes lots of the other side, and opens one with what is left."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.domain.ids import AccountId, ClientOrderId, ExecutionId, Symbol
from seatrial.journal.database import Database
from seatrial.journal.instruments import value_div_of
from seatrial.journal.lots import Lot, Rest, close_first

LOTS_READ_MAX = 64  # open lots read at once; a trade that closes more reads again


@dataclass(frozen=True, slots=True)
class Movement:
    """A position moved by `signed_units` at journal entry `seq`. `price_units` is None for what was not traded.

    `traded_units` is the signed quantity of the trade itself: fees taken in the coin make the position move less.
    """

    seq: int
    at_ns: int
    account: AccountId
    symbol: Symbol
    signed_units: int
    traded_units: int = 0
    price_units: int | None = None
    client_order_id: ClientOrderId | None = None
    execution_id: ExecutionId | None = None


def move_lots(database: Database, moved: Movement) -> None:
    """Post one movement. Runs inside the caller's transaction."""
    rest = Rest(moved.signed_units, _value_units(database, moved))
    while rest.signed_units:
        lots = _open_lots(database, moved)
        changed, rest = close_first(lots, rest.signed_units, rest.value_units)
        _write_closed(database, moved, changed)
        if len(changed) < LOTS_READ_MAX:
            break
    if rest.signed_units or (not moved.signed_units and rest.value_units):
        _open(database, moved, rest)


def _value_units(database: Database, moved: Movement) -> int | None:
    """What the trade moved in cash, signed: what is paid rounds up, what is received rounds down."""
    value_div = value_div_of(database, moved.symbol) if moved.price_units is not None else None
    if value_div is None or moved.price_units is None:
        return None
    return -(-moved.traded_units * moved.price_units // value_div)


def _open_lots(database: Database, moved: Movement) -> list[Lot]:
    rows = database.read(
        "SELECT opened_seq, open_units, cost_units, realized_units FROM lots"
        " WHERE account = ? AND symbol = ? AND open_units <> 0 ORDER BY opened_seq LIMIT ?",
        (moved.account, moved.symbol, LOTS_READ_MAX),
    )
    return [Lot(*row) for row in rows]


def _write_closed(database: Database, moved: Movement, changed: list[Lot]) -> None:
    for lot in changed:
        over = (None, None) if lot.open_units else (moved.seq, moved.at_ns)
        database.execute(
            "UPDATE lots SET open_units = ?, cost_units = ?, realized_units = ?, closed_seq = ?, closed_ns = ?"
            " WHERE account = ? AND symbol = ? AND opened_seq = ?",
            (lot.open_units, lot.cost_units, lot.realized_units, *over, moved.account, moved.symbol, lot.seq),
        )


def _open(database: Database, moved: Movement, rest: Rest) -> None:
    """A lot of its own; where the fee took all that was bought it is over at once, and its whole value is lost."""
    lost = not rest.signed_units
    cost = 0 if lost else rest.value_units
    realized = -(rest.value_units or 0) if lost else (None if rest.value_units is None else 0)
    closed = (moved.seq, moved.at_ns) if lost else (None, None)
    database.execute(
        "INSERT INTO lots VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            moved.account,
            moved.symbol,
            moved.seq,
            moved.at_ns,
            moved.client_order_id,
            moved.execution_id,
            rest.signed_units,
            rest.signed_units,
            moved.price_units,
            cost,
            realized,
            *closed,
        ),
    )
