"""Tables `positions` and `lots`: every movement closes lots of the other side, and opens one with what is left."""

from __future__ import annotations

from dataclasses import dataclass, replace

from seatrial.domain.ids import AccountId, ClientOrderId, ExecutionId, Symbol
from seatrial.domain.money_facts import Split
from seatrial.journal.database import Database
from seatrial.journal.instruments import value_div_of
from seatrial.journal.lots import Lot, Rest, close_first, fraction_of, split_open

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


def move_position(database: Database, moved: Movement) -> None:
    """Post one movement to the position and its lots. Runs inside the caller's transaction."""
    move_lots(database, moved)
    database.execute(
        "INSERT INTO positions VALUES (?, ?, ?, ?, ?) ON CONFLICT (account, symbol) DO UPDATE SET"
        " qty_units = positions.qty_units + excluded.qty_units,"
        " updated_seq = excluded.updated_seq, updated_ns = excluded.updated_ns",
        (moved.account, moved.symbol, moved.signed_units, moved.seq, moved.at_ns),
    )


def split_position(database: Database, seq: int, split: Split) -> None:
    """Split a position and its lots. Runs inside the caller's transaction."""
    held = split_lots(database, seq, split)
    database.execute(
        "UPDATE positions SET qty_units = ?, updated_seq = ?, updated_ns = ? WHERE account = ? AND symbol = ?",
        (held, seq, split.at_ns, split.account, split.symbol),
    )


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


def split_lots(database: Database, seq: int, split: Split) -> int:
    """Split what is open, close fractions that are paid out; returns what is held afterwards. Inside a transaction."""
    moved = Movement(seq, split.at_ns, split.account, split.symbol, 0)
    lots = _open_lots(database, moved, None)
    held = sum(lot.open_units for lot in lots)
    changed = split_open(lots, split.new_shares, split.old_shares)
    _write_closed(database, moved, changed)
    left = [lot for lot in changed if lot.open_units]
    if split.whole_units and held:
        fraction, parts = fraction_of(held, split.new_shares, split.old_shares, split.whole_units)
        signed = -fraction if held > 0 else fraction
        value = _lieu_units(database, split, parts, held > 0)
        paid, _ = close_first(left, signed, value)
        if not fraction and value and changed:  # less than a unit was paid for: the oldest lot's profit
            paid = [replace(changed[0], realized_units=_minus(changed[0].realized_units, value))]
        _write_closed(database, moved, paid)
        return sum(lot.open_units for lot in left) + signed
    return sum(lot.open_units for lot in left)


def _lieu_units(database: Database, split: Split, parts: int, long: bool) -> int | None:
    """The signed value of fractions paid out (long) or bought in (short), as a trade's: received is negative."""
    value_div = value_div_of(database, split.symbol)
    if value_div is None:
        return None
    worth, whole = parts * split.lieu_price_units, value_div * split.old_shares
    return -(worth // whole) if long else -(-worth // whole)


def _minus(units: int | None, less: int) -> int | None:
    return None if units is None else units - less


def _value_units(database: Database, moved: Movement) -> int | None:
    """What the trade moved in cash, signed: what is paid rounds up, what is received rounds down."""
    value_div = value_div_of(database, moved.symbol) if moved.price_units is not None else None
    if value_div is None or moved.price_units is None:
        return None
    return -(-moved.traded_units * moved.price_units // value_div)


def _open_lots(database: Database, moved: Movement, most: int | None = LOTS_READ_MAX) -> list[Lot]:
    limit = "" if most is None else f" LIMIT {most}"
    rows = database.read(
        "SELECT opened_seq, open_units, cost_units, realized_units FROM lots"
        f" WHERE account = ? AND symbol = ? AND open_units <> 0 ORDER BY opened_seq{limit}",
        (moved.account, moved.symbol),
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
