"""What single symbols use: of their own limits, and of the account's limit on executions."""

from __future__ import annotations

from collections.abc import Iterator

from seatrial.core import records as r
from seatrial.core.machine import Machine
from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.limits import NO_LIMIT, QUANTITY_SCALE, SymbolLimits
from seatrial.services.observability.exposure import SymbolExposure


def executions_by_symbol(machine: Machine, account: AccountId) -> dict[Symbol, int]:
    """Orders of each symbol of an account that executed in the window risk counts now."""
    window_ns = machine.limits.of(account).execution_window_ns
    now = machine.now_ns // window_ns
    found: dict[Symbol, int] = {}
    for at, (owner, instrument) in enumerate(machine.instruments):
        if owner == account:
            row = machine.state.positions[at]
            found[instrument.symbol] = int(row[r.P_EXECUTIONS]) if int(row[r.P_EXECUTION_WINDOW]) == now else 0
    return found


def symbol_uses(
    own: SymbolLimits, seen: SymbolExposure, equity_units: int
) -> Iterator[tuple[str, str, int, int | None]]:
    """Each of a symbol's own limits that is on: its key in the file, its field, its value and what is used of it."""
    nano = seen.worst_qty_units * QUANTITY_SCALE // seen.instrument.qty_scale
    part = seen.worst_units * r.PPM // equity_units if equity_units > 0 else None
    rows: tuple[tuple[str, str, int, int | None], ...] = (
        ("max_quantity", "max_position_nano", own.max_position_nano, nano),
        ("max_notional", "max_notional_per_position_units", own.max_notional_per_position_units, seen.worst_units),
        ("max_percent_of_equity", "max_position_equity_ppm", own.max_position_equity_ppm, part),
        ("max_order_quantity", "max_order_nano", own.max_order_nano, None),
        ("max_order_value", "max_order_value_units", own.max_order_value_units, None),
        ("price_collar_percent", "price_collar_ppm", own.price_collar_ppm, None),
        ("restricted", "restricted", 1 if own.restricted else NO_LIMIT, None),
        ("close_only", "close_only", 1 if own.close_only else NO_LIMIT, None),
    )
    return (row for row in rows if row[2] != NO_LIMIT)
