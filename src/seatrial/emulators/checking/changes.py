"""What happened to orders, from the events of a history, in one shape for both venues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import msgspec

from seatrial.domain.faults import DataFault
from seatrial.emulators.history import Operation

ZERO = Decimal(0)
NO_ID = ("", "-1")


class Change(NamedTuple):
    """One event of one order. `filled` is all of it so far, `last` what this event executed, both as numbers of units.

    `qty` is None where an order is for an amount of money. `status` is in the venue's own word.
    """

    seq: int
    venue: str
    account: str
    order_id: str
    client_order_id: str
    symbol: str
    side: str
    event: str
    status: str
    qty: Decimal | None
    filled: Decimal
    last: Decimal
    execution_id: str


def changes_of(operations: Iterable[Operation]) -> Iterator[Change]:
    """Every change of an order, in the order of the history.

    Raises:
        DataFault: an event that is of an order cannot be read; names its number.
    """
    for operation in operations:
        if operation.op != "event" or operation.data is None:
            continue
        said = operation.data if isinstance(operation.data, dict) else msgspec.json.decode(operation.data)
        try:
            if said.get("stream") == "trade_updates":
                yield _alpaca(operation, said["data"])
            elif said.get("e") == "executionReport":
                yield _binance(operation, said)
        except (KeyError, TypeError, AttributeError, InvalidOperation) as fault:
            raise DataFault(f"operation {operation.seq}: not an event of an order: {fault!r}") from fault


def _alpaca(operation: Operation, data: dict[str, Any]) -> Change:
    order = data["order"]
    executes = data["event"] in ("fill", "partial_fill")
    return Change(
        seq=operation.seq,
        venue="alpaca",
        account=operation.account,
        order_id=order["id"],
        client_order_id=order["client_order_id"],
        symbol=order["symbol"],
        side=order["side"],
        event=data["event"],
        status=order["status"],
        qty=None if order["qty"] is None else Decimal(order["qty"]),
        filled=Decimal(order["filled_qty"]),
        last=Decimal(data["qty"]) if executes else ZERO,
        execution_id=str(data.get("execution_id", "")) if executes else "",
    )


def _binance(operation: Operation, report: dict[str, Any]) -> Change:
    executes = report["x"] == "TRADE"
    return Change(
        seq=operation.seq,
        venue="binance",
        account=operation.account,
        order_id=f"{report['s']} {report['i']}",
        client_order_id=report["C"] or report["c"],  # of a cancel, `c` is the cancel's own
        symbol=report["s"],
        side=report["S"].lower(),
        event=report["x"],
        status=report["X"],
        qty=Decimal(report["q"]),
        filled=Decimal(report["z"]),
        last=Decimal(report["l"]) if executes else ZERO,
        execution_id=str(report["t"]) if executes and str(report["t"]) not in NO_ID else "",
    )
