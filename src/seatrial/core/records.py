"""The layout of everything that crosses into compiled code: int64 rows with named columns.

A fact and an effect are one row of `ROW_WIDTH` each. The state is a NamedTuple of arrays, because
numba accepts it as an argument and a dataclass it does not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Int64Array = NDArray[np.int64]

ROW_WIDTH = 24
PPM = 1_000_000

# ------------------------------------------------------------------ fact rows
F_KIND = 0
F_AT = 1
F_INST = 2  # instrument index, -1 where the fact names none
F_NUMBER = 3  # order number, 0 where unknown

FACT_BAR = 1
F_OPEN, F_HIGH, F_LOW, F_CLOSE, F_VOLUME, F_START = 4, 5, 6, 7, 8, 9

FACT_TARGET = 2
F_STRATEGY, F_QTY, F_WEIGHT_PPM, F_IS_WEIGHT, F_BATCH = 4, 5, 6, 7, 8

FACT_REBALANCE = 3  # F_BATCH

FACT_REQUEST = 4  # F_STRATEGY, F_QTY, F_BATCH and:
F_SIDE, F_TYPE, F_TIF, F_LIMIT, F_STOP = 9, 10, 11, 12, 13
F_FLAGS, F_EXPIRES, F_TRAIL, F_TRAIL_PPM, F_NOTIONAL = 14, 15, 16, 17, 18
F_CLASS, F_TAKE_PROFIT, F_STOP_LOSS, F_STOP_LOSS_LIMIT = 19, 20, 21, 22
FLAG_POST_ONLY, FLAG_REDUCE_ONLY, FLAG_EXTENDED_HOURS = 1, 2, 4  # bits of F_FLAGS, E_FLAGS and O_FLAGS

FACT_CANCEL_REQUEST = 5
FACT_SENT = 6

FACT_REPORT = 7
F_STATUS = 4

FACT_FILL = 8  # F_QTY, F_SIDE and:
F_PRICE, F_FEE, F_FEE_IN_BASE, F_PURSE = 10, 11, 12, 13
FEE_IN_QUOTE, FEE_IN_BASE, FEE_IN_PURSE = 0, 1, 2  # values of F_FEE_IN_BASE; F_PURSE is a row of `purses` plus 1

FACT_COMMAND = 9
F_COMMAND = 4
COMMAND_HALT, COMMAND_RESUME, COMMAND_KILL, COMMAND_RESET_BREAKER, COMMAND_CLOSE_ONLY = 1, 2, 3, 4, 5

FACT_TRANSFER = 10  # F_INST >= 0: a holding; else cash of F_ACCOUNT
F_ACCOUNT, F_AMOUNT = 4, 5  # and F_PURSE, 0 where the cash is in the account's own currency

FACT_TIMER = 11

FACT_SPLIT = 12
F_NEW, F_OLD, F_WHOLE, F_LIEU = 4, 5, 6, 7

FACT_DIVIDEND = 13
F_PER_SHARE, F_PAY_AT = 4, 5

FACT_BUSINESS_DAY = 14  # F_ACCOUNT and:
F_SETTLES_IN = 5

FACT_INTEREST = 15  # F_ACCOUNT and:
F_DAYS, F_DEBIT_PPM, F_CREDIT_PPM = 5, 6, 7

FACT_BORROW_FEE = 16  # F_DAYS, F_DEBIT_PPM
FACT_FX_RATE = 17  # F_PURSE and:
F_RATE = 4
FACT_LIMIT = 20  # F_ACCOUNT, F_AMOUNT (what holds now) and a column of the limits, or of the rules where F_INST >= 0
F_COLUMN = 6

# ---------------------------------------------------------------- effect rows
E_KIND = 0
E_AT = 1
E_INST = 2
E_NUMBER = 3

EFFECT_APPROVED = 1
E_SIDE, E_TYPE, E_TIF, E_QTY, E_LIMIT, E_STOP, E_BATCH, E_REASON, E_STRATEGY = 4, 5, 6, 7, 8, 9, 10, 11, 12
E_FLAGS, E_EXPIRES, E_PARENT = 13, 14, 15  # E_PARENT is an order number, or 0

EFFECT_REFUSED = 2  # E_SIDE, E_QTY and:
E_CODE, E_LIMIT_VALUE, E_ACTUAL = 8, 9, 10

EFFECT_CANCEL = 3  # E_REASON
EFFECT_TRIPPED = 4  # E_LIMIT_VALUE, E_ACTUAL, E_REASON and:
E_ACCOUNT = 4

EFFECT_ALERT = 5  # decoded from Python only

EFFECT_PARKED = 6  # the columns of EFFECT_APPROVED and:
E_TRAIL, E_TRAIL_PPM, E_ROLE = 16, 17, 18

EFFECT_UNPARKED = 7  # E_REASON and:
E_STATUS = 4

# Why an order was approved or cancelled. Parts of the state follow from it, so recovery needs it.
REASON_REQUEST, REASON_TARGET = 1, 2
REASON_TARGET_PART = 3  # closes first; what opens the other side follows once this is done
REASON_STOP_LOSS, REASON_RESIZE = 4, 5
REASON_KILL, REASON_BREAKER, REASON_DAILY_LOSS, REASON_CONSECUTIVE_LOSSES = 6, 7, 8, 9
# Of parked orders: NO_POSITION is left that a leg could take to zero; TOO_MUCH works for more than is held;
# CHILD_ENDED: what it had sent came to nothing.
REASON_TAKE_PROFIT, REASON_LEG_STOP, REASON_TRAIL, REASON_ONE_CANCELS, REASON_NO_POSITION = 10, 11, 12, 13, 14
REASON_EXPIRED, REASON_TOO_MUCH, REASON_CHILD_ENDED, REASON_FILLED = 15, 16, 17, 18
REASON_CORPORATE_ACTION = 20
REASON_DRAWDOWN, REASON_CLOSE_ONLY = 21, 22

# ------------------------------------------------------- static instrument rules
R_ACCOUNT, R_VALUE_DIV, R_TICK, R_LOT, R_QTY_MIN, R_NOTIONAL_MIN, R_SHORTABLE, R_SHARE_UNITS = range(8)
# a symbol's own limits, beside its account's; quantities on the instrument's grid
R_MAX_QTY, R_POSITION_NOTIONAL, R_POSITION_SHARE_PPM, R_ORDER_QTY, R_ORDER_VALUE, R_COLLAR_PPM = range(8, 14)
R_RESTRICTED, R_CLOSE_ONLY = 14, 15
RULES_WIDTH = 16

# --------------------------------------------------- what is held of an instrument
P_QTY = 0  # signed
P_COST = 1  # what the held quantity cost; carries its sign
P_REALIZED = 2
P_LAST = 3
P_LAST_AT = 4
P_WORKING_BUY = 5  # open quantity of orders that may still fill, unknown ones included
P_WORKING_SELL = 6
P_RESIZE_PENDING = 7  # size again when nothing works any more
P_EXIT_PENDING = 8  # a stop-loss is taking the position to zero
P_STOPPED_SIDE = 9  # targets of this sign are not followed until they change sign
P_EXTREME = 10  # best close since entry, for the trailing stop
P_TRADE_REALIZED = 11  # result since the position was last flat
P_FEES = 12
P_FILLS = 13
P_DIVIDENDS = 14  # received less paid, with what is owed already
P_BORROW_FEES = 15  # paid for being short
P_COST_MOVED = 16  # cost that left with what was moved out
P_EXECUTION_WINDOW = 17  # the window in which P_EXECUTIONS orders executed
P_EXECUTIONS = 18
P_RECENT_NEXT = 19  # the slot that the next order's likeness takes
P_RECENT = 20  # RECENT_ORDERS likenesses, then as many times of approval
RECENT_ORDERS = 8
POSITIONS_WIDTH = 36

# ----------------------------------------------------------------------- accounts
A_CASH = 0
A_DAY = 1
A_WEEK = 2
A_MONTH = 3
A_DAY_EQUITY = 4  # equity when the risk day began
A_WEEK_EQUITY = 5
A_MONTH_EQUITY = 6
A_LOSSES_IN_ROW = 7
A_BREAKER = 8
A_COOLDOWN_ENDS = 9
A_RATE_MINUTE = 10
A_RATE_COUNT = 11
A_DAY_OFFSET_NS = 12  # static: when the risk day turns, relative to UTC midnight
A_MARGIN = 13  # static: 1 where equity, not cash, is what can be spent
A_TRADE_CLOSED = 14  # the fact just applied closed a trade
A_STARTED = 15
A_HOLDINGS = 16  # every holding at its last price, what is owed, and purses at their rates; kept with each change
A_DUE = 17  # dividends owed to the account and not paid yet, less those it owes
A_PURSES = 18  # cash of other currencies that has a rate, at that rate
A_INTEREST = 19  # received less paid
A_SETTLES_IN = 20  # business days until the proceeds of a sale are good
A_UNSETTLED = 21  # cash that is good in one business day; the next two columns: in two, in three
A_SPENDS_UNSETTLED = 24  # static: 1 where buys may be paid with it
A_PEAK = 25  # the highest equity ever marked, moved by transfers as the baselines are
A_RATE_SECOND = 26
A_SECOND_COUNT = 27  # orders of that second; A_RATE_COUNT are those of the minute
A_MINUTE_MESSAGES = 28  # orders and cancels
A_SECOND_MESSAGES = 29
ACCOUNTS_WIDTH = 30
SETTLES_IN_MAX = 3

BREAKER_NORMAL, BREAKER_TRIPPED, BREAKER_COOLDOWN = 0, 1, 2

# ----------------------------------------------------------------- working orders
O_NUMBER, O_INST, O_SIDE, O_TYPE, O_TIF, O_QTY, O_FILLED, O_LIMIT, O_STOP, O_STATUS, O_REASON, O_CANCELING = range(12)
O_FLAGS, O_EXPIRES, O_PARENT = 12, 13, 14
ORDERS_WIDTH = 15

# -------------------------------------------------- cash in other currencies
W_ACCOUNT, W_CASH, W_RATE, W_RATE_AT, W_FEES = range(5)  # W_RATE: cash units of the account's currency for one
PURSE_WIDTH = 5
PURSES_PER_ACCOUNT = 8

# ------------------------------------------------- dividends between ex-date and pay date
D_ACCOUNT, D_INST, D_PAY_AT, D_UNITS = range(4)
DUE_WIDTH = 4
DUES_PER_INSTRUMENT = 8
# ------------------------------------------------- parked orders: `core.parked` says what they mean
K_NUMBER, K_INST, K_SIDE, K_TYPE, K_TIF, K_QTY, K_FILLED, K_LIMIT, K_STOP = range(9)
K_FLAGS, K_EXPIRES, K_PARENT = 9, 10, 11  # K_PARENT is the number of an entry or of the first leg of an OCO, or 0
K_TRAIL, K_TRAIL_PPM, K_ROLE, K_STRATEGY, K_BATCH = 12, 13, 14, 15, 16
K_LIVE = 17  # what of it counts now: all of a plain order, of a leg what the entry has filled and no leg has closed
K_EXTREME = 18  # the best price since it was parked, which a trailing stop follows
K_SINCE = 19  # prices count from this instant on
K_TRIGGERED = 20  # 1 once its price was touched
K_TRIED_AT = 21  # when its child was last sent: one that came to nothing is tried again with a later bar
K_ENDING = 22  # the status its last child ended with, where that ends the parked order too
PARKED_WIDTH = 23

# ------------------------------------------------------------------------ scalars
S_NOW = 0
S_ORDER_NUMBER = 1
S_ORDERS = 2  # working rows in `orders`
S_HALTED = 3
S_EFFECTS_HASH = 4
S_FACTS = 5
S_RESIZE_DUE = 6  # the instrument whose last working order the fact just applied ended, or -1
S_DUES = 7  # rows in `dues`
S_PARKED = 8  # rows in `parked`
S_EXPIRING = 9  # working orders that have an expiry
S_CLOSE_ONLY = 10  # an operator's word: no new positions
SCALARS_WIDTH = 11

# ------------------------------------------------------------------------- limits
(
    L_MAX_SHARES, L_POSITION_NOTIONAL, L_TOTAL_EXPOSURE, L_OPEN_POSITIONS, L_LOSS_PER_TRADE, L_DAILY_LOSS,
    L_WEEKLY_LOSS, L_MONTHLY_LOSS, L_STOP_LOSS_PPM, L_TRAILING, L_TRAILING_PPM, L_BREAKER, L_BREAKER_DAILY_LOSS,
    L_BREAKER_LOSSES, L_BREAKER_COOLDOWN, L_BREAKER_AUTO_RESUME, L_COLLAR_PPM, L_PRICE_AGE, L_ORDERS_PER_MINUTE,
    L_ORDERS_WORKING, L_NET_EXPOSURE, L_POSITION_SHARE_PPM, L_LEVERAGE_PPM, L_DRAWDOWN_PPM, L_ORDER_SHARES,
    L_ORDER_VALUE, L_ORDERS_PER_SECOND, L_MESSAGES_PER_MINUTE, L_MESSAGES_PER_SECOND, L_DUPLICATES,
    L_DUPLICATE_WINDOW, L_EXECUTIONS, L_EXECUTION_WINDOW, L_CLOSE_ONLY,
) = range(34)  # fmt: skip
LIMITS_WIDTH = 34


class State(NamedTuple):
    """All that `step` knows. Capacity and row order never enter a fingerprint.

    Shapes: rules (I, RULES_WIDTH), positions (I, POSITIONS_WIDTH), accounts (A, ACCOUNTS_WIDTH), limits
    (A, LIMITS_WIDTH), targets and has_target (I, S) by strategy, orders (capacity, ORDERS_WIDTH), parked (capacity,
    PARKED_WIDTH), scalars, purses (capacity, PURSE_WIDTH) by currency in the order of first appearance, dues
    (capacity, DUE_WIDTH) by arrival.
    """

    rules: Int64Array
    positions: Int64Array
    accounts: Int64Array
    limits: Int64Array
    targets: Int64Array
    has_target: Int64Array
    orders: Int64Array
    parked: Int64Array
    scalars: Int64Array
    purses: Int64Array
    dues: Int64Array
