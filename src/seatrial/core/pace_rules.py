"""How often: orders and messages by second and minute, orders alike, executions of a symbol, orders at work."""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.compiled import compiled_once
from seatrial.core.records import State
from seatrial.core.throttles import executions, orders_alike
from seatrial.core.verdicts import PASSED, Verdict
from seatrial.domain.limits import NO_LIMIT
from seatrial.domain.refusals import RefusalCode
from seatrial.domain.time import MINUTE_NS, SECOND_NS

_RATE_SECOND = int(RefusalCode.ORDER_RATE_SECOND)
_RATE = int(RefusalCode.ORDER_RATE)
_MESSAGES_SECOND = int(RefusalCode.MESSAGE_RATE_SECOND)
_MESSAGES = int(RefusalCode.MESSAGE_RATE)
_DUPLICATE = int(RefusalCode.DUPLICATE_ORDER)
_REPEATED = int(RefusalCode.REPEATED_EXECUTION)
_WORKING = int(RefusalCode.TOO_MANY_ORDERS)


@compiled_once
def check_rate(state: State, account: int) -> Verdict:
    """Orders by the second and the minute, then messages: orders and cancels. Cancels are counted, never refused."""
    limits, row = state.limits[account], state.accounts[account]
    same_second = row[r.A_RATE_SECOND] == state.scalars[r.S_NOW] // SECOND_NS
    same_minute = row[r.A_RATE_MINUTE] == state.scalars[r.S_NOW] // MINUTE_NS
    count = row[r.A_SECOND_COUNT] + 1 if same_second else 1
    if count > limits[r.L_ORDERS_PER_SECOND]:
        return _RATE_SECOND, limits[r.L_ORDERS_PER_SECOND], count
    count = row[r.A_RATE_COUNT] + 1 if same_minute else 1
    if count > limits[r.L_ORDERS_PER_MINUTE]:
        return _RATE, limits[r.L_ORDERS_PER_MINUTE], count
    count = row[r.A_SECOND_MESSAGES] + 1 if same_second else 1
    if count > limits[r.L_MESSAGES_PER_SECOND]:
        return _MESSAGES_SECOND, limits[r.L_MESSAGES_PER_SECOND], count
    count = row[r.A_MINUTE_MESSAGES] + 1 if same_minute else 1
    if count > limits[r.L_MESSAGES_PER_MINUTE]:
        return _MESSAGES, limits[r.L_MESSAGES_PER_MINUTE], count
    return PASSED, 0, 0


@compiled_once
def check_repetition(state: State, inst: int, like: int) -> Verdict:
    """Orders alike, orders of this symbol that executed, and orders working at once."""
    account = state.rules[inst, r.R_ACCOUNT]
    limits = state.limits[account]
    if limits[r.L_DUPLICATES] != NO_LIMIT:
        count = orders_alike(state, inst, like) + 1
        if count > limits[r.L_DUPLICATES]:
            return _DUPLICATE, limits[r.L_DUPLICATES], count
    count = executions(state, inst) + 1
    if count > limits[r.L_EXECUTIONS]:
        return _REPEATED, limits[r.L_EXECUTIONS], count
    working = 1
    for row in range(state.scalars[r.S_ORDERS]):
        if state.rules[state.orders[row, r.O_INST], r.R_ACCOUNT] == account:
            working += 1
    if working > limits[r.L_ORDERS_WORKING]:
        return _WORKING, limits[r.L_ORDERS_WORKING], working
    return PASSED, 0, 0
