"""How facts change the state. Nothing here decides anything.

`step` is *apply the fact, then decide*, and every decision changes the state only through
`effects.apply_effect`. So recovery can apply the recorded effects instead of deciding again, and reaches the
same state to the bit.
"""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.arithmetic import plus
from seatrial.core.booking import apply_money
from seatrial.core.breaker import forgive_drawdown
from seatrial.core.compiled import YES, compiled_inner, compiled_once, typed
from seatrial.core.exposure import holding_value, shift_baselines
from seatrial.core.ledger import judge_trade, move_out, post_fill, trade_value
from seatrial.core.marking import begin_fact, end_fact, mark
from seatrial.core.parked import hear_time, note_child_end, note_child_fill, note_entry_fill
from seatrial.core.purses import add_to_purse, take_fee
from seatrial.core.records import Int64Array, State
from seatrial.core.sizing import target_qty, weight_qty
from seatrial.core.throttles import note_execution
from seatrial.core.working import add_working, end_order, note_nothing_works, order_row
from seatrial.domain.orders import OrderStatus

_PENDING = int(OrderStatus.PENDING)
_UNKNOWN = int(OrderStatus.UNKNOWN)
_PARTIALLY_FILLED = int(OrderStatus.PARTIALLY_FILLED)
_FILLED = int(OrderStatus.FILLED)
_REJECTED = int(OrderStatus.REJECTED)
_SALE = typed(-1)


@compiled_once
def apply_report(state: State, fact: Int64Array) -> None:
    """The venue's word on an order. Backward and repeated words change nothing.

    FILLED is never taken from a report: only fills fill an order, and theirs is the price.
    """
    row = order_row(state, fact[r.F_NUMBER])
    if row < 0:
        return
    order = state.orders[row]
    status = fact[r.F_STATUS]
    if status > _FILLED:
        inst, parent, left = order[r.O_INST], order[r.O_PARENT], order[r.O_QTY] - order[r.O_FILLED]
        end_order(state, row)
        if parent != 0:
            note_child_end(state, parent, left, status)
        note_nothing_works(state, inst, status != _REJECTED)
        return
    if status == _FILLED:
        return
    if status > order[r.O_STATUS] or (order[r.O_STATUS] == _PENDING and status == _UNKNOWN):
        order[r.O_STATUS] = status


@compiled_inner
def first_price(state: State, inst: int, price: int, at_ns: int) -> None:
    """A trade is a price. What came by a transfer before any was known is worth it, and that is no profit."""
    position = state.positions[inst]
    position[r.P_LAST] = price
    position[r.P_LAST_AT] = at_ns
    worth = holding_value(state, inst)
    account = state.rules[inst, r.R_ACCOUNT]
    state.accounts[account, r.A_HOLDINGS] = plus(state.accounts[account, r.A_HOLDINGS], worth)
    shift_baselines(state, account, worth)


@compiled_inner
def settle_later(state: State, account: int, fact: Int64Array) -> None:
    """Where sales settle later, their proceeds are cash that is not good yet."""
    row = state.accounts[account]
    if row[r.A_SETTLES_IN] == 0 or fact[r.F_SIDE] > 0:
        return
    value_div = state.rules[fact[r.F_INST], r.R_VALUE_DIV]
    proceeds = trade_value(_SALE, fact[r.F_QTY], fact[r.F_PRICE], value_div)
    if fact[r.F_FEE_IN_BASE] == r.FEE_IN_QUOTE:
        proceeds -= fact[r.F_FEE]
    row[r.A_UNSETTLED + row[r.A_SETTLES_IN] - 1] += proceeds


@compiled_once
def apply_fill(state: State, fact: Int64Array) -> None:
    """Post a fill to the ledger and to its order, which may have ended already."""
    inst = fact[r.F_INST]
    account = state.rules[inst, r.R_ACCOUNT]
    position = state.positions[inst]
    if position[r.P_LAST] == 0:
        first_price(state, inst, fact[r.F_PRICE], fact[r.F_AT])
    before = holding_value(state, inst)
    from_purse = fact[r.F_FEE_IN_BASE] == r.FEE_IN_PURSE
    post_fill(
        position,
        state.accounts[account],
        fact[r.F_SIDE],
        fact[r.F_QTY],
        fact[r.F_PRICE],
        state.rules[inst, r.R_VALUE_DIV],
        state.rules[inst, r.R_LOT],
        0 if from_purse else fact[r.F_FEE],
        0 if from_purse else fact[r.F_FEE_IN_BASE],
    )
    change = holding_value(state, inst) - before
    state.accounts[account, r.A_HOLDINGS] = plus(state.accounts[account, r.A_HOLDINGS], change)
    if from_purse:
        take_fee(state, inst, fact[r.F_PURSE] - 1, fact[r.F_FEE])
    settle_later(state, account, fact)
    if abs(position[r.P_QTY]) < state.rules[inst, r.R_LOT]:
        position[r.P_EXIT_PENDING] = 0
    if state.accounts[account, r.A_TRADE_CLOSED] == 1:
        judge_trade(position, state.accounts[account])
    if state.scalars[r.S_PARKED] != 0:
        received = fact[r.F_QTY] - fact[r.F_FEE] if fact[r.F_FEE_IN_BASE] == 1 and fact[r.F_SIDE] > 0 else fact[r.F_QTY]
        note_entry_fill(state, fact[r.F_NUMBER], received, fact[r.F_PRICE])
    row = order_row(state, fact[r.F_NUMBER])
    if row < 0 or state.orders[row, r.O_FILLED] == 0:
        note_execution(state, inst)
    if row < 0:
        return
    order = state.orders[row]
    filled = min(fact[r.F_QTY], order[r.O_QTY] - order[r.O_FILLED])
    add_working(state, inst, order[r.O_SIDE], -filled)
    order[r.O_FILLED] += filled
    if order[r.O_PARENT] != 0:
        note_child_fill(state, order[r.O_PARENT], filled)
    order[r.O_STATUS] = _PARTIALLY_FILLED
    if order[r.O_FILLED] == order[r.O_QTY]:
        end_order(state, row)
        note_nothing_works(state, inst, YES)


@compiled_once
def apply_target(state: State, fact: Int64Array) -> None:
    """Remember what one strategy wants to hold. A stop-loss is forgotten once the wish changes sign."""
    inst = fact[r.F_INST]
    strategy = fact[r.F_STRATEGY]
    wanted = weight_qty(state, inst, fact[r.F_WEIGHT_PPM]) if fact[r.F_IS_WEIGHT] == 1 else fact[r.F_QTY]
    state.targets[inst, strategy] = wanted
    state.has_target[inst, strategy] = 1
    total = target_qty(state, inst)
    stopped = state.positions[inst, r.P_STOPPED_SIDE]
    if stopped != 0 and total * stopped <= 0:
        state.positions[inst, r.P_STOPPED_SIDE] = 0


@compiled_inner
def apply_transfer(state: State, fact: Int64Array) -> None:
    """Money or coin in or out. The risk baselines move with it: a deposit is no profit."""
    account = fact[r.F_ACCOUNT]
    amount = fact[r.F_AMOUNT]
    row = state.accounts[account]
    worth = amount
    if fact[r.F_INST] >= 0:
        inst = fact[r.F_INST]
        position = state.positions[inst]
        before = holding_value(state, inst)
        move_out(position, amount)
        worth = holding_value(state, inst) - before
        row[r.A_HOLDINGS] = plus(row[r.A_HOLDINGS], worth)
    elif fact[r.F_PURSE] > 0:
        worth = add_to_purse(state, fact[r.F_PURSE] - 1, amount)
    else:
        row[r.A_CASH] = plus(row[r.A_CASH], amount)
    shift_baselines(state, account, worth)


@compiled_inner
def apply_command(state: State, command: int) -> None:
    """Halts and close-only latch: only RESUME lifts them."""
    if command in (r.COMMAND_HALT, r.COMMAND_KILL):
        state.scalars[r.S_HALTED] = max(state.scalars[r.S_HALTED], command)
    elif command == r.COMMAND_RESUME:
        state.scalars[r.S_HALTED] = 0
        state.scalars[r.S_CLOSE_ONLY] = 0
    elif command == r.COMMAND_CLOSE_ONLY:
        state.scalars[r.S_CLOSE_ONLY] = 1
    elif command == r.COMMAND_RESET_BREAKER:
        for account in range(state.accounts.shape[0]):
            if state.accounts[account, r.A_BREAKER] == r.BREAKER_TRIPPED:
                state.accounts[account, r.A_BREAKER] = r.BREAKER_COOLDOWN
            elif state.limits[account, r.L_BREAKER] == 0:
                forgive_drawdown(state, account)


@compiled_inner
def apply_limit(state: State, fact: Int64Array) -> None:
    """One limit has another value from now on."""
    if fact[r.F_INST] >= 0:
        state.rules[fact[r.F_INST], fact[r.F_COLUMN]] = fact[r.F_AMOUNT]
    else:
        state.limits[fact[r.F_ACCOUNT], fact[r.F_COLUMN]] = fact[r.F_AMOUNT]


@compiled_inner
def apply_fact(state: State, fact: Int64Array) -> None:
    """Change the state as a fact says."""
    begin_fact(state, fact[r.F_AT])
    kind = fact[r.F_KIND]
    if kind == r.FACT_BAR:
        mark(state, fact[r.F_INST], fact[r.F_START], fact[r.F_AT], fact[r.F_HIGH], fact[r.F_LOW], fact[r.F_CLOSE])
    elif kind == r.FACT_FILL:
        apply_fill(state, fact)
    elif kind == r.FACT_REPORT:
        apply_report(state, fact)
    elif kind == r.FACT_SENT:
        row = order_row(state, fact[r.F_NUMBER])
        if row >= 0 and state.orders[row, r.O_STATUS] == _PENDING:
            state.orders[row, r.O_STATUS] = _UNKNOWN
    elif kind == r.FACT_TARGET:
        apply_target(state, fact)
    elif kind == r.FACT_COMMAND:
        apply_command(state, fact[r.F_COMMAND])
    elif kind == r.FACT_TRANSFER:
        apply_transfer(state, fact)
    elif kind == r.FACT_TIMER:
        hear_time(state, state.scalars[r.S_NOW])
    elif kind == r.FACT_LIMIT:
        apply_limit(state, fact)
    elif kind >= r.FACT_SPLIT:
        apply_money(state, fact, kind)
    end_fact(state)
