"""What the platform believes: orders and fills as its journal's database has them, the rest as its doors say."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.prove.venue_truth import Fill, Order, Truth

from seatrial.domain.orders import OrderStatus, Side
from seatrial.market.instruments import instrument_of

CASH_SCALE = 10**8


def platform_truth(journal: Path, positions: Mapping[str, Any]) -> tuple[Truth, list[str]]:
    """The platform's truth, and its orders of which it does not know what became of them.

    Args:
        journal: the SQLite journal; it is only read, while its owner goes on writing.
        positions: what `GET /positions` answered.
    """
    with closing(sqlite3.connect(f"{journal.absolute().as_uri()}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        database.execute("BEGIN")
        orders = database.execute("SELECT * FROM orders").fetchall()
        fills = database.execute("SELECT * FROM fills").fetchall()
    unclear = [row["client_order_id"] for row in orders if row["status"] <= OrderStatus.UNKNOWN]
    truth = Truth(
        orders={(row["account"], row["client_order_id"]): _order(row) for row in orders},
        twice=(),  # the id is the table's primary key
        fills=Counter(_fill(row) for row in fills),
        holdings={
            (row["account"], row["symbol"]): quantity
            for row in positions["positions"]
            if (quantity := Decimal(row["quantity"]))
        },
        cash={row["account"]: Decimal(row["cash"]) for row in positions["accounts"]},
    )
    return truth, unclear


def _order(row: sqlite3.Row) -> Order:
    scale = instrument_of(row["symbol"]).qty_scale
    return Order(
        row["symbol"],
        Side(row["side"]).name.lower(),
        Decimal(row["qty_units"]) / scale,
        Decimal(row["filled_units"]) / scale,
        not OrderStatus(row["status"]).terminal,
    )


def _fill(row: sqlite3.Row) -> Fill:
    instrument = instrument_of(row["symbol"])
    fee_scale = instrument.qty_scale if row["fee_currency"] == instrument.base else CASH_SCALE
    return Fill(
        row["account"],
        row["client_order_id"],
        row["symbol"],
        Side(row["side"]).name.lower(),
        Decimal(row["qty_units"]) / instrument.qty_scale,
        Decimal(row["price_units"]) / instrument.price_scale,
        Decimal(row["fee_units"]) / fee_scale,
        row["fee_currency"],
    )


def differences(ours: Truth, theirs: Truth) -> list[str]:
    """Where the two truths disagree, in words; nothing where they agree to the unit."""
    found = [f"the venue has {one} twice" for one in theirs.twice]
    found += [f"a fill only the venue knows: {fill}" for fill in theirs.fills - ours.fills]
    found += [f"a fill only we know: {fill}" for fill in ours.fills - theirs.fills]
    for key, order in theirs.orders.items():
        if ours.orders.get(key) != order:
            found.append(f"order {key}: the venue says {order}, we say {ours.orders.get(key)}")
    for key, order in ours.orders.items():
        if key not in theirs.orders and (order.open or order.filled):
            found.append(f"order {key}: the venue has never heard of it, we say {order}")
    if ours.holdings != theirs.holdings:
        found.append(f"holdings: the venue says {theirs.holdings}, we say {ours.holdings}")
    if ours.cash != theirs.cash:
        found.append(f"cash: the venue says {theirs.cash}, we say {ours.cash}")
    return found
