"""The table `trade_events`: what happened to orders, fills, halts and breakers, one row each, in journal order.

Part 0 of an entry is its fact, parts from 1 on are its effects. `timestamp` is market time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from seatrial.domain.effects import Alert, Approved, BreakerTripped, CancelOrder, Effect, Parked, Refused, Unparked
from seatrial.domain.facts import (
    CancelRequest,
    Command,
    Fact,
    Fill,
    LimitsChanged,
    OrderRequest,
    Report,
    Sent,
    Transfer,
    limit_said,
)
from seatrial.domain.money import CASH_SCALE, units_text
from seatrial.domain.money_facts import BorrowFee, CashDividend, Interest, Split
from seatrial.domain.time import rfc3339
from seatrial.journal.database import Database
from seatrial.journal.port import Entry

COLUMNS: Final = (
    ("seq", "BIGINT"),
    ("part", "BIGINT"),
    ("timestamp", "TEXT"),
    ("event", "TEXT"),
    ("account", "TEXT"),
    ("symbol", "TEXT"),
    ("client_order_id", "TEXT"),
    ("side", "BIGINT"),
    ("qty_units", "BIGINT"),
    ("price_units", "BIGINT"),
    ("detail", "TEXT"),
)

Words = tuple[str, str | None, str | None, str | None, int | None, int | None, int | None, str]


def record(database: Database, entries: Iterable[Entry]) -> None:
    """Append the rows of these entries. Runs inside the caller's transaction."""
    rows = [row for entry in entries for row in _rows(entry)]
    if rows:
        database.insert_rows("trade_events", COLUMNS, rows)


def _rows(entry: Entry) -> Iterator[tuple[object, ...]]:
    told = _fact(entry.fact)
    if told is not None:
        yield (entry.seq, 0, rfc3339(entry.fact.at_ns), *told)
    for part, effect in enumerate(entry.effects, 1):
        yield (entry.seq, part, rfc3339(effect.at_ns), *_effect(effect))


def _fact(fact: Fact) -> Words | None:
    """Event, account, symbol, order, side, quantity, price and detail of a fact; None where nobody asks for it."""
    match fact:
        case OrderRequest():
            price = fact.limit_units or fact.stop_units or None
            told = f"{fact.type.name.lower()} order of {fact.strategy}"
            order = fact.client_order_id
            return "requested", fact.account, fact.symbol, order, int(fact.side), fact.qty_units, price, told
        case CancelRequest():
            return "cancel_requested", None, None, fact.client_order_id, None, None, None, fact.reason
        case Sent():
            return "sent", None, None, fact.client_order_id, None, None, None, ""
        case Report():
            told = f"{fact.status.name.lower()}{': ' if fact.reason else ''}{fact.reason}"
            return "reported", None, None, fact.client_order_id, None, None, None, told
        case Fill():
            order, side, told = fact.client_order_id, int(fact.side), f"execution {fact.execution_id}"
            return "filled", fact.account, fact.symbol, order, side, fact.qty_units, fact.price_units, told
        case Command():
            return str(fact.kind), None, None, None, None, None, None, f"{fact.actor}: {fact.reason}"
        case LimitsChanged():
            told = f"{fact.actor}: {limit_said(fact)}: {fact.reason}"
            return "limit_changed", fact.account, fact.symbol, None, None, None, None, told
        case Transfer():
            told = f"{fact.amount_units} units of {fact.currency}{': ' if fact.reason else ''}{fact.reason}"
            return "transferred", fact.account, fact.symbol, None, None, None, None, told
        case Split() | CashDividend() | BorrowFee() | Interest():
            return _money(fact)
        case _:
            return None


def _money(fact: Split | CashDividend | BorrowFee | Interest) -> Words:
    """What was told; what it came to is the ledger's."""
    match fact:
        case Split():
            told = f"{fact.new_shares} for {fact.old_shares}"
            return "split", fact.account, fact.symbol, None, None, None, fact.lieu_price_units or None, told
        case CashDividend():
            told = f"{units_text(fact.per_share_units, CASH_SCALE)} a share"
            return "dividend", fact.account, fact.symbol, None, None, None, None, told
        case BorrowFee():
            told = f"{fact.rate_ppm} ppm a year for {fact.days} days"
            return "borrow_fee", fact.account, fact.symbol, None, None, None, None, told
        case Interest():
            told = f"{fact.debit_ppm} ppm a year owed, {fact.credit_ppm} earned, for {fact.days} days"
            return "interest", fact.account, None, None, None, None, None, told


def _effect(effect: Effect) -> Words:
    match effect:
        case Approved():
            price = effect.limit_units or effect.stop_units or None
            order, side = effect.client_order_id, int(effect.side)
            return "approved", effect.account, effect.symbol, order, side, effect.qty_units, price, effect.reason
        case Parked():
            price = effect.limit_units or effect.stop_units or None
            order, side = effect.client_order_id, int(effect.side)
            return "parked", effect.account, effect.symbol, order, side, effect.qty_units, price, effect.reason
        case Unparked():
            order, told = effect.client_order_id, f"{effect.status.name.lower()}: {effect.reason}"
            return "unparked", effect.account, effect.symbol, order, None, None, None, told
        case Refused():
            told = f"{effect.code.name.lower()}: limit {effect.limit}, actual {effect.actual}"
            return "refused", effect.account, effect.symbol, None, int(effect.side), effect.qty_units, None, told
        case CancelOrder():
            order = effect.client_order_id
            return "cancel", effect.account, effect.symbol, order, None, None, None, effect.reason
        case BreakerTripped():
            told = f"{effect.reason}: limit {effect.limit}, actual {effect.actual}"
            return "breaker_tripped", effect.account, None, None, None, None, None, told
        case Alert():
            return "alert", None, None, None, None, None, None, f"{effect.name}: {effect.detail}"
