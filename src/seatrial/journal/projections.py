"""Tables for people: orders, fills, positions, lots and trade events, made of the journal's entries in their order.

They live in the journal's database and move in the transaction that commits an entry, so they never
lag and never lead. The order path does not read them; `rebuild` makes them again from a replay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from seatrial.domain.effects import Approved, Parked, Unparked
from seatrial.domain.facts import Fill, Report, Sent, Transfer
from seatrial.domain.ids import StrategyId
from seatrial.domain.money_facts import Split
from seatrial.domain.orders import OrderStatus, Side
from seatrial.journal import codec
from seatrial.journal.allocation import Allocation, share_fill
from seatrial.journal.database import Database
from seatrial.journal.lot_table import Movement, move_position, split_position
from seatrial.journal.order_table import NEXT_STATUS, OrderChanges
from seatrial.journal.port import Entry
from seatrial.journal.trade_events import record

TABLES = ("orders", "fills", "fill_shares", "positions", "lots", "trade_events")
ENTRIES_PER_PAGE = 1_000

_ALLOCATION = msgspec.json.Decoder(tuple[tuple[StrategyId, int], ...])


def apply_entries(database: Database, entries: Iterable[Entry]) -> None:
    """Move the tables on by these entries. Runs inside the caller's transaction."""
    told = list(entries)
    record(database, told)
    orders = OrderChanges(database)
    for entry in told:
        match entry.fact:
            case Fill() as fill:
                orders.tell()
                _apply_fill(database, entry.seq, fill)
            case Report() as report:
                orders.reported(entry.seq, report)
            case Sent() as sent:
                orders.sent(entry.seq, sent)
            case Transfer(symbol=symbol, account=account, amount_units=units) if symbol is not None:
                move_position(database, Movement(entry.seq, entry.fact.at_ns, account, symbol, units))
            case Split() as split:
                split_position(database, entry.seq, split)
            case _:
                pass
        for effect in entry.effects:
            if isinstance(effect, Approved | Parked):
                orders.begun(entry.seq, effect)
            elif isinstance(effect, Unparked):
                orders.unparked(entry.seq, effect)
    orders.tell()


def rebuild(database: Database, entries: Iterable[Entry]) -> None:
    """Empty the tables and make them again from the whole journal, in one transaction."""
    with database.transaction():
        for table in TABLES:
            database.execute(f"DELETE FROM {table}")
        for page in _pages(entries):
            apply_entries(database, page)


def refill(database: Database) -> None:
    """Make the tables again from the journal's rows, in the caller's transaction.

    The segments are not needed: they hold bars that told nobody to do anything.
    """
    for table in TABLES:
        database.execute(f"DELETE FROM {table}")
    for page in _pages(stored_rows(database)):
        apply_entries(database, page)


def stored_rows(database: Database) -> Iterator[Entry]:
    """Every entry that is a row, in order; the bars of the segments are left out.

    Raises:
        JournalCorrupt: a row does not decode.
    """
    after = 0
    while rows := database.read(
        "SELECT seq, fact, effects FROM entries WHERE seq > ? ORDER BY seq LIMIT ?", (after, ENTRIES_PER_PAGE)
    ):
        for seq, fact, effects in rows:
            yield Entry(seq, codec.decode_fact(fact), codec.decode_effects(effects))
        after = rows[-1][0]


def _pages(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    page: list[Entry] = []
    for entry in entries:
        page.append(entry)
        if len(page) == ENTRIES_PER_PAGE:
            yield page
            page = []
    yield page


def _apply_fill(database: Database, seq: int, fill: Fill) -> None:
    fresh = database.read(
        "INSERT INTO fills VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (account, symbol, execution_id) DO NOTHING RETURNING seq",
        (
            fill.account,
            fill.symbol,
            fill.execution_id,
            seq,
            fill.client_order_id,
            int(fill.side),
            fill.qty_units,
            fill.price_units,
            fill.fee_units,
            fill.fee_currency,
            fill.at_ns,
        ),
    )
    if not fresh:
        return  # the venue said it twice
    signed_units = fill.side * fill.qty_units
    _share_out(database, seq, fill, signed_units)
    taken_units = fill.fee_units if fee_in_base(fill) else 0
    moved = signed_units - taken_units
    move_position(
        database,
        Movement(
            seq,
            fill.at_ns,
            fill.account,
            fill.symbol,
            moved,
            traded_units=signed_units,
            price_units=fill.price_units,
            client_order_id=fill.client_order_id,
            execution_id=fill.execution_id,
        ),
    )


def _share_out(database: Database, seq: int, fill: Fill, signed_units: int) -> None:
    rows = database.read(
        "SELECT qty_units, filled_units, owed FROM orders WHERE client_order_id = ?", (fill.client_order_id,)
    )
    owed: Allocation = ()
    if rows:
        qty_units, filled_units, owed_text = rows[0]
        owed = _ALLOCATION.decode(owed_text)
        filled_units += fill.qty_units
        told = int(OrderStatus.FILLED if filled_units >= qty_units else OrderStatus.PARTIALLY_FILLED)
        shares, owed = share_fill(owed, signed_units)
        database.execute(
            f"UPDATE orders SET filled_units = ?, status = {NEXT_STATUS.format('?')}, owed = ?,"
            " updated_seq = ?, updated_ns = ? WHERE client_order_id = ?",
            (
                filled_units,
                told,
                told,
                told,
                msgspec.json.encode(owed).decode(),
                seq,
                fill.at_ns,
                fill.client_order_id,
            ),
        )
    else:
        shares, _ = share_fill((), signed_units)
    database.execute_many(
        "INSERT INTO fill_shares VALUES (?, ?, ?, ?, ?)",
        [(fill.account, fill.symbol, fill.execution_id, strategy, units) for strategy, units in shares],
    )


def fee_in_base(fill: Fill) -> bool:
    """Whether the fee was taken out of the thing bought: only a buy receives the base coin a symbol begins with."""
    symbol, fee_coin = str(fill.symbol), str(fill.fee_currency)
    return fill.side == Side.BUY and symbol != fee_coin and symbol.startswith(fee_coin)
