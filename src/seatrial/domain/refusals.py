"""Why risk says no."""

from __future__ import annotations

from enum import IntEnum


class RefusalCode(IntEnum):
    """Why risk said no. Declared in the order of precedence: the first rule that fails is the answer, a contract.

    The numbers stand in journals: a new code takes a free one, wherever it is declared, and none is used twice.
    """

    NONE = 0
    # what cannot be read at all
    UNKNOWN_SYMBOL = 4
    DUPLICATE_CLIENT_ORDER_ID = 5
    TOO_MANY_TARGETS = 42
    HALTED = 1
    # what a request cannot ask for
    NOTHING_TO_REDUCE = 26  # a reduce-only order that could only open
    PRICES_DISAGREE = 27  # a trail, take-profit or stop-loss that cannot be, at the price as it is
    EXPIRES_IN_THE_PAST = 28
    # what forbids every entry
    BREAKER_TRIPPED = 2
    NEW_POSITIONS_DISABLED = 29
    EXIT_UNDER_WAY = 3
    RESTRICTED_SYMBOL = 30
    # what the venue would not take
    QUANTITY_TOO_LARGE = 6
    OFF_TICK = 7
    OFF_LOT = 8
    QUANTITY_TOO_SMALL = 9
    NO_PRICE = 10
    STALE_PRICE = 11
    NOTIONAL_TOO_SMALL = 12
    PRICE_COLLAR = 13
    SHORT_NOT_ALLOWED = 14
    # losses
    DAILY_LOSS = 15
    WEEKLY_LOSS = 16
    MONTHLY_LOSS = 17
    MAX_DRAWDOWN = 31
    # the order's own size
    MAX_ORDER_QUANTITY = 32
    MAX_ORDER_VALUE = 33
    LOSS_PER_TRADE = 18
    # what would be held
    MAX_SHARES = 19
    MAX_POSITION_NOTIONAL = 20
    MAX_POSITION_SHARE = 34
    MAX_TOTAL_EXPOSURE = 21
    MAX_NET_EXPOSURE = 35
    MAX_LEVERAGE = 36
    MAX_OPEN_POSITIONS = 22
    BUYING_POWER = 23
    # how often
    ORDER_RATE_SECOND = 37
    ORDER_RATE = 24
    MESSAGE_RATE_SECOND = 38
    MESSAGE_RATE = 39
    DUPLICATE_ORDER = 40
    REPEATED_EXECUTION = 41
    TOO_MANY_ORDERS = 25
