"""What can be fired at."""

from __future__ import annotations

from collections.abc import Callable

from tests.fuzz import alpaca_doors, binance_doors, wire_messages

TARGETS: dict[str, Callable[[int, int], None]] = {
    "alpaca": alpaca_doors.fire,
    "binance": binance_doors.fire,
    "wire": wire_messages.fire,
}
