"""Why risk says no."""

from __future__ import annotations

from enum import IntEnum


class RefusalCode(IntEnum):
    """Why risk said no. Ordered by precedence: the first rule that fails is the answer, and that is a contract."""

    NONE = 0
    HALTED = 1
    BREAKER_TRIPPED = 2
    EXIT_UNDER_WAY = 3
    UNKNOWN_SYMBOL = 4
    DUPLICATE_CLIENT_ORDER_ID = 5
    QUANTITY_TOO_LARGE = 6
    OFF_TICK = 7
    OFF_LOT = 8
    QUANTITY_TOO_SMALL = 9
    NO_PRICE = 10
    STALE_PRICE = 11
    NOTIONAL_TOO_SMALL = 12
    PRICE_COLLAR = 13
    SHORT_NOT_ALLOWED = 14
    DAILY_LOSS = 15
    WEEKLY_LOSS = 16
    MONTHLY_LOSS = 17
    LOSS_PER_TRADE = 18
    MAX_SHARES = 19
    MAX_POSITION_NOTIONAL = 20
    MAX_TOTAL_EXPOSURE = 21
    MAX_OPEN_POSITIONS = 22
    BUYING_POWER = 23
    ORDER_RATE = 24
    TOO_MANY_ORDERS = 25
    NOTHING_TO_REDUCE = 26  # a reduce-only order that could only open
    PRICES_DISAGREE = 27  # a trail, take-profit or stop-loss that cannot be, at the price as it is
    EXPIRES_IN_THE_PAST = 28
