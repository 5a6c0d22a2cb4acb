"""How facts and effects change the state. Nothing here decides anything.

`step` is *apply the fact, then decide*, and every decision changes the state only through
`apply_effect`. So recovery can apply the recorded effects instead of deciding again, and reaches the
same state to the bit.
"""

from __future__ import annotations

from numba import uint64

from seatrial.core.breaker import cool_down, turn_day
from seatrial.core.compiled import compiled_inner
from seatrial.core.exposure import holding_value
from seatrial.core.ledger import post_fill
from seatrial.core.records import (
    A_BREAKER,
    A_CASH,
    A_COOLDOWN_ENDS,
    A_DAY_EQUITY,
    A_HOLDINGS,
    A_LOSSES_IN_ROW,
    A_MONTH_EQUITY,
    A_RATE_COUNT,
    A_RATE_MINUTE,
    A_TRADE_CLOSED,
    A_WEEK_EQUITY,
    BREAKER_COOLDOWN,
    BREAKER_TRIPPED,
    COMMAND_HALT,
    COMMAND_KILL,
    COMMAND_RESET_BREAKER,
    COMMAND_RESUME,
    E_ACCOUNT,
    E_AT,
    E_INST,
    E_KIND,
    E_LIMIT,
    E_NUMBER,
    E_QTY,
    E_REASON,
    E_SIDE,
    E_STOP,
    E_TIF,
    E_TYPE,
    EFFECT_APPROVED,
    EFFECT_CANCEL,
    EFFECT_TRIPPED,
    F_ACCOUNT,
    F_AMOUNT,
    F_AT,
    F_CLOSE,
    F_COMMAND,
    F_FEE,
    F_FEE_IN_BASE,
    F_INST,
    F_IS_WEIGHT,
    F_KIND,
    F_NUMBER,
    F_PRICE,
    F_QTY,
    F_SIDE,
    F_START,
    F_STATUS,
    F_STRATEGY,
    F_WEIGHT_PPM,
    FACT_BAR,
    FACT_COMMAND,
    FACT_FILL,
    FACT_REPORT,
    FACT_SENT,
    FACT_TARGET,
    FACT_TRANSFER,
    L_BREAKER_COOLDOWN,
    O_CANCELING,
    O_FILLED,
    O_INST,
    O_LIMIT,
    O_NUMBER,
    O_QTY,
    O_REASON,
    O_SIDE,
    O_STATUS,
    O_STOP,
    O_TIF,
    O_TYPE,
    ORDERS_WIDTH,
    P_EXIT_PENDING,
    P_EXTREME,
    P_LAST,
    P_LAST_AT,
    P_QTY,
    P_RESIZE_PENDING,
    P_STOPPED_SIDE,
    P_TRADE_REALIZED,
    P_WORKING_BUY,
    P_WORKING_SELL,
    R_ACCOUNT,
    R_LOT,
    R_VALUE_DIV,
    REASON_RESIZE,
    REASON_STOP_LOSS,
    REASON_TARGET,
    REASON_TARGET_PART,
    ROW_WIDTH,
    S_EFFECTS_HASH,
    S_FACTS,
    S_HALTED,
    S_NOW,
    S_ORDER_NUMBER,
    S_ORDERS,
    S_RESIZE_DUE,
    Int64Array,
    State,
)
from seatrial.core.sizing import target_qty, weight_qty
from seatrial.domain.orders import OrderStatus
from seatrial.domain.time import MINUTE_NS

_PENDING = int(OrderStatus.PENDING)
_UNKNOWN = int(OrderStatus.UNKNOWN)
_PARTIALLY_FILLED = int(OrderStatus.PARTIALLY_FILLED)
_FILLED = int(OrderStatus.FILLED)
_REJECTED = int(OrderStatus.REJECTED)

# splitmix64's constants: a well-mixed chain over every effect ever applied
_MIX_A = uint64(0x9E3779B97F4A7C15)
_MIX_B = uint64(0xBF58476D1CE4E5B9)
_MIX_C = uint64(0x94D049BB133111EB)
_S30, _S27, _S31 = uint64(30), uint64(27), uint64(31)


@compiled_inner
def order_row(state: State, number: int) -> int:
    """The row of a working order, or -1."""
    for row in range(state.scalars[S_ORDERS]):
        if state.orders[row, O_NUMBER] == number:
            return row
    return -1


@compiled_inner
def add_working(state: State, inst: int, side: int, qty: int) -> None:
    """Change how much of an instrument is working on one side."""
    column = P_WORKING_BUY if side > 0 else P_WORKING_SELL
    state.positions[inst, column] += qty
    assert state.positions[inst, column] >= 0


@compiled_inner
def end_order(state: State, row: int) -> None:
    """Take an order off the working rows; what was open of it stops counting."""
    order = state.orders[row]
    inst = order[O_INST]
    add_working(state, inst, order[O_SIDE], -(order[O_QTY] - order[O_FILLED]))
    last = state.scalars[S_ORDERS] - 1
    for later in range(row, last):  # rows stay in the order of their numbers
        for column in range(ORDERS_WIDTH):
            state.orders[later, column] = state.orders[later + 1, column]
    state.scalars[S_ORDERS] = last


@compiled_inner
def note_nothing_works(state: State, inst: int, follow: bool) -> None:
    """When the last working order of an instrument ended and a resize waits for that, it is due now."""
    position = state.positions[inst]
    if position[P_RESIZE_PENDING] == 0 or position[P_WORKING_BUY] != 0 or position[P_WORKING_SELL] != 0:
        return
    position[P_RESIZE_PENDING] = 0
    if follow:
        state.scalars[S_RESIZE_DUE] = inst


@compiled_inner
def apply_report(state: State, fact: Int64Array) -> None:
    """The venue's word on an order. Backward and repeated words change nothing.

    FILLED is never taken from a report: only fills fill an order, and theirs is the price.
    """
    row = order_row(state, fact[F_NUMBER])
    if row < 0:
        return
    order = state.orders[row]
    status = fact[F_STATUS]
    if status > _FILLED:
        inst = order[O_INST]
        end_order(state, row)
        note_nothing_works(state, inst, status != _REJECTED)
        return
    if status == _FILLED:
        return
    if status > order[O_STATUS] or (order[O_STATUS] == _PENDING and status == _UNKNOWN):
        order[O_STATUS] = status


@compiled_inner
def apply_fill(state: State, fact: Int64Array) -> None:
    """Post a fill to the ledger and to its order, which may have ended already."""
    inst = fact[F_INST]
    account = state.rules[inst, R_ACCOUNT]
    position = state.positions[inst]
    before = holding_value(state, inst)
    post_fill(
        position,
        state.accounts[account],
        fact[F_SIDE],
        fact[F_QTY],
        fact[F_PRICE],
        state.rules[inst, R_VALUE_DIV],
        state.rules[inst, R_LOT],
        fact[F_FEE],
        fact[F_FEE_IN_BASE],
    )
    state.accounts[account, A_HOLDINGS] += holding_value(state, inst) - before
    if abs(position[P_QTY]) < state.rules[inst, R_LOT]:
        position[P_EXIT_PENDING] = 0
    if state.accounts[account, A_TRADE_CLOSED] == 1:
        lost = position[P_TRADE_REALIZED] < 0
        state.accounts[account, A_LOSSES_IN_ROW] = state.accounts[account, A_LOSSES_IN_ROW] + 1 if lost else 0
        position[P_TRADE_REALIZED] = 0
    row = order_row(state, fact[F_NUMBER])
    if row < 0:
        return
    order = state.orders[row]
    filled = min(fact[F_QTY], order[O_QTY] - order[O_FILLED])
    add_working(state, inst, order[O_SIDE], -filled)
    order[O_FILLED] += filled
    order[O_STATUS] = _PARTIALLY_FILLED
    if order[O_FILLED] == order[O_QTY]:
        end_order(state, row)
        note_nothing_works(state, inst, True)


@compiled_inner
def apply_bar(state: State, fact: Int64Array) -> None:
    """Mark an instrument to a bar's close, after turning the risk day where the bar begins a new one."""
    inst = fact[F_INST]
    account = state.rules[inst, R_ACCOUNT]
    turn_day(state, account, fact[F_START])
    position = state.positions[inst]
    if fact[F_AT] < position[P_LAST_AT]:
        return  # a late bar is history, not a price
    before = holding_value(state, inst)
    position[P_LAST] = fact[F_CLOSE]
    state.accounts[account, A_HOLDINGS] += holding_value(state, inst) - before
    position[P_LAST_AT] = fact[F_AT]
    if position[P_QTY] > 0:
        position[P_EXTREME] = max(position[P_EXTREME], fact[F_CLOSE])
    elif position[P_QTY] < 0:
        position[P_EXTREME] = min(position[P_EXTREME], fact[F_CLOSE])


@compiled_inner
def apply_target(state: State, fact: Int64Array) -> None:
    """Remember what one strategy wants to hold. A stop-loss is forgotten once the wish changes sign."""
    inst = fact[F_INST]
    strategy = fact[F_STRATEGY]
    wanted = weight_qty(state, inst, fact[F_WEIGHT_PPM]) if fact[F_IS_WEIGHT] == 1 else fact[F_QTY]
    state.targets[inst, strategy] = wanted
    state.has_target[inst, strategy] = 1
    total = target_qty(state, inst)
    stopped = state.positions[inst, P_STOPPED_SIDE]
    if stopped != 0 and total * stopped <= 0:
        state.positions[inst, P_STOPPED_SIDE] = 0


@compiled_inner
def apply_transfer(state: State, fact: Int64Array) -> None:
    """Money or coin in or out. The risk baselines move with it: a deposit is no profit."""
    account = fact[F_ACCOUNT]
    amount = fact[F_AMOUNT]
    row = state.accounts[account]
    worth = amount
    if fact[F_INST] >= 0:
        inst = fact[F_INST]
        position = state.positions[inst]
        before = holding_value(state, inst)
        position[P_QTY] += amount
        worth = holding_value(state, inst) - before
        row[A_HOLDINGS] += worth
    else:
        row[A_CASH] += amount
    row[A_DAY_EQUITY] += worth
    row[A_WEEK_EQUITY] += worth
    row[A_MONTH_EQUITY] += worth


@compiled_inner
def apply_command(state: State, command: int) -> None:
    """Halts latch: only RESUME lifts them."""
    if command in (COMMAND_HALT, COMMAND_KILL):
        state.scalars[S_HALTED] = max(state.scalars[S_HALTED], command)
    elif command == COMMAND_RESUME:
        state.scalars[S_HALTED] = 0
    elif command == COMMAND_RESET_BREAKER:
        for account in range(state.accounts.shape[0]):
            if state.accounts[account, A_BREAKER] == BREAKER_TRIPPED:
                state.accounts[account, A_BREAKER] = BREAKER_COOLDOWN


@compiled_inner
def apply_fact(state: State, fact: Int64Array) -> None:
    """Change the state as a fact says."""
    state.scalars[S_NOW] = max(state.scalars[S_NOW], fact[F_AT])
    state.scalars[S_FACTS] += 1
    state.scalars[S_RESIZE_DUE] = -1
    for account in range(state.accounts.shape[0]):
        state.accounts[account, A_TRADE_CLOSED] = 0
    kind = fact[F_KIND]
    if kind == FACT_BAR:
        apply_bar(state, fact)
    elif kind == FACT_FILL:
        apply_fill(state, fact)
    elif kind == FACT_REPORT:
        apply_report(state, fact)
    elif kind == FACT_SENT:
        row = order_row(state, fact[F_NUMBER])
        if row >= 0 and state.orders[row, O_STATUS] == _PENDING:
            state.orders[row, O_STATUS] = _UNKNOWN
    elif kind == FACT_TARGET:
        apply_target(state, fact)
    elif kind == FACT_COMMAND:
        apply_command(state, fact[F_COMMAND])
    elif kind == FACT_TRANSFER:
        apply_transfer(state, fact)
    cool_down(state)


@compiled_inner
def mix_effect(state: State, effect: Int64Array) -> None:
    """Chain one effect into the running hash that every fingerprint contains."""
    chain = uint64(state.scalars[S_EFFECTS_HASH])
    for column in range(ROW_WIDTH):
        chain = (chain ^ uint64(effect[column])) + _MIX_A
        chain = (chain ^ (chain >> _S30)) * _MIX_B
        chain = (chain ^ (chain >> _S27)) * _MIX_C
        chain ^= chain >> _S31
    state.scalars[S_EFFECTS_HASH] = chain


@compiled_inner
def apply_approved(state: State, effect: Int64Array) -> None:
    """An approved order works from now on, in the worst case."""
    inst = effect[E_INST]
    row = state.scalars[S_ORDERS]
    assert row < state.orders.shape[0]
    order = state.orders[row]
    order[O_NUMBER] = effect[E_NUMBER]
    order[O_INST] = inst
    order[O_SIDE] = effect[E_SIDE]
    order[O_TYPE] = effect[E_TYPE]
    order[O_TIF] = effect[E_TIF]
    order[O_QTY] = effect[E_QTY]
    order[O_FILLED] = 0
    order[O_LIMIT] = effect[E_LIMIT]
    order[O_STOP] = effect[E_STOP]
    order[O_STATUS] = _PENDING
    order[O_REASON] = effect[E_REASON]
    order[O_CANCELING] = 0
    state.scalars[S_ORDERS] = row + 1
    state.scalars[S_ORDER_NUMBER] = effect[E_NUMBER]
    add_working(state, inst, effect[E_SIDE], effect[E_QTY])
    account = state.accounts[state.rules[inst, R_ACCOUNT]]
    minute = effect[E_AT] // MINUTE_NS
    if account[A_RATE_MINUTE] != minute:
        account[A_RATE_MINUTE] = minute
        account[A_RATE_COUNT] = 0
    account[A_RATE_COUNT] += 1
    position = state.positions[inst]
    if effect[E_REASON] == REASON_TARGET:
        position[P_RESIZE_PENDING] = 0
    elif effect[E_REASON] == REASON_TARGET_PART:
        position[P_RESIZE_PENDING] = 1
    elif effect[E_REASON] == REASON_STOP_LOSS:
        position[P_EXIT_PENDING] = 1
        position[P_STOPPED_SIDE] = -effect[E_SIDE]


@compiled_inner
def apply_effect(state: State, effect: Int64Array) -> None:
    """Change the state as a decision says, now or in recovery."""
    mix_effect(state, effect)
    kind = effect[E_KIND]
    if kind == EFFECT_APPROVED:
        apply_approved(state, effect)
    elif kind == EFFECT_CANCEL:
        row = order_row(state, effect[E_NUMBER])
        if row < 0:
            return
        state.orders[row, O_CANCELING] = 1
        position = state.positions[effect[E_INST]]
        if effect[E_REASON] == REASON_RESIZE:
            position[P_RESIZE_PENDING] = 1
        elif effect[E_REASON] == REASON_STOP_LOSS:
            position[P_RESIZE_PENDING] = 1
            position[P_EXIT_PENDING] = 1
            position[P_STOPPED_SIDE] = 1 if position[P_QTY] > 0 else -1
    elif kind == EFFECT_TRIPPED:
        account = effect[E_ACCOUNT]
        state.accounts[account, A_BREAKER] = BREAKER_TRIPPED
        state.accounts[account, A_COOLDOWN_ENDS] = effect[E_AT] + state.limits[account, L_BREAKER_COOLDOWN]
