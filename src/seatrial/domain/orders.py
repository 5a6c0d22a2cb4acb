"""The words about orders that every room shares."""

from __future__ import annotations

from enum import IntEnum


class Side(IntEnum):
    """Signed, so that `side * qty_units` is a change of position."""

    BUY = 1
    SELL = -1


class OrderType(IntEnum):
    """MARKET to STOP_LIMIT are known to the venue kernel; TRAILING_STOP is parked inside the machine."""

    MARKET = 1
    LIMIT = 2
    STOP = 3
    STOP_LIMIT = 4
    TRAILING_STOP = 5


class TimeInForce(IntEnum):
    """How long an order works.

    DAY ends with the session; GTC with a cancel; IOC and FOK at their first print; GTD at an instant of its own.
    OPG takes part in the opening auction only, CLS in the closing one.
    """

    DAY = 1
    GTC = 2
    IOC = 3
    FOK = 4
    GTD = 5
    OPG = 6
    CLS = 7


class OrderClass(IntEnum):
    """Whether an order brings others with it.

    BRACKET: once it fills, a take-profit and a stop-loss, of which one cancels the other. OTO: once it fills, one of
    them. OCO: a take-profit and a stop-loss for what is held already.
    """

    SIMPLE = 0
    BRACKET = 1
    OCO = 2
    OTO = 3


class LegRole(IntEnum):
    """What a parked order is for: itself, or the exit that another order brought."""

    PLAIN = 0
    TAKE_PROFIT = 1
    STOP_LOSS = 2


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
