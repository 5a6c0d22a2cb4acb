"""The words about orders that every room shares."""

from __future__ import annotations

from enum import IntEnum


class Side(IntEnum):
    """Signed, so that `side * qty_units` is a change of position."""

    BUY = 1
    SELL = -1


class OrderType(IntEnum):
    """Types the venue kernel knows natively."""

    MARKET = 1
    LIMIT = 2
    STOP = 3


class TimeInForce(IntEnum):
    """DAY ends with the session; GTC with a cancel; IOC and FOK at their first print."""

    DAY = 1
    GTC = 2
    IOC = 3
    FOK = 4


class OrderStatus(IntEnum):
    """Where an order stands, as far as we know. Order of values: nothing moves backwards to a smaller one,
    except out of UNKNOWN."""

    PENDING = 1  # approved and journalled; the venue's word is not in yet
    UNKNOWN = 2  # sent, and the answer was lost: worst case counts until it is looked up
    WORKING = 3
    PARTIALLY_FILLED = 4
    FILLED = 5
    CANCELED = 6
    EXPIRED = 7
    REJECTED = 8

    @property
    def terminal(self) -> bool:
        """Nothing can happen to the order any more."""
        return self >= OrderStatus.FILLED
