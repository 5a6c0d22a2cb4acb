"""What a venue turns away as it arrives, so that a backtest refuses what the venue would.

The adapters deny or the venues refuse the same orders in a rehearsal and live: `venues/*/taking.py` says it in
words, with the sources.
"""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.compiled import compiled_inner
from seatrial.core.order_rows import LEFT, LIMIT, SIDE, TYPE
from seatrial.core.records import Int64Array, State
from seatrial.domain.orders import OrderType, TimeInForce

ANY, ALPACA, BINANCE = 0, 1, 2

_LIMIT = int(OrderType.LIMIT)
_STOP, _STOP_LIMIT = int(OrderType.STOP), int(OrderType.STOP_LIMIT)
_MARKET = int(OrderType.MARKET)
_DAY, _GTC, _GTD = int(TimeInForce.DAY), int(TimeInForce.GTC), int(TimeInForce.GTD)
_IOC, _FOK = int(TimeInForce.IOC), int(TimeInForce.FOK)
_OPG, _CLS = int(TimeInForce.OPG), int(TimeInForce.CLS)

# Columns of Alpaca's auctions, a row per session, oldest first: from when on it is too late for the one or the other,
# and when in the evening orders are taken again, for the next session.
A_OPENING, A_CLOSING, A_EVENING = range(3)
AUCTION_WIDTH = 3


@compiled_inner
def misses_auction(auctions: Int64Array, effect: Int64Array, now_ns: int) -> bool:
    """Whether an order comes too late for its auction and too early for the next: the venue takes it in the evening."""
    tif = effect[r.E_TIF]
    if tif not in (_OPG, _CLS):
        return False
    column = A_OPENING if tif == _OPG else A_CLOSING
    first, last = 0, len(auctions)
    while first < last:
        middle = (first + last) // 2
        if auctions[middle, column] <= now_ns:
            first = middle + 1
        else:
            last = middle
    return first > 0 and now_ns < auctions[first - 1, A_EVENING]


@compiled_inner
def alpaca_lacks(effect: Int64Array) -> bool:
    """Alpaca knows no post-only, takes stops for the day or until cancelled, and limits alone at night."""
    kind, tif = effect[r.E_TYPE], effect[r.E_TIF]
    if effect[r.E_FLAGS] & r.FLAG_POST_ONLY != 0:
        return True
    if effect[r.E_FLAGS] & r.FLAG_EXTENDED_HOURS != 0 and (kind != _LIMIT or tif != _DAY):
        return True
    return kind in (_STOP, _STOP_LIMIT) and tif in (_IOC, _FOK, _OPG, _CLS)


@compiled_inner
def binance_lacks(effect: Int64Array) -> bool:
    """Binance has no day and no auction; only an order with a limit has a time in force, and post-only is one."""
    kind, tif = effect[r.E_TYPE], effect[r.E_TIF]
    if tif in (_OPG, _CLS):
        return True
    if effect[r.E_FLAGS] & r.FLAG_POST_ONLY != 0 and (kind != _LIMIT or tif not in (_GTC, _GTD)):
        return True
    if kind in (_MARKET, _STOP):
        return tif in (_IOC, _FOK)
    return tif == _DAY


@compiled_inner
def would_take(state: State, effect: Int64Array, last: int) -> bool:
    """Whether a limit takes the derived quote: the bid is the newest price on the tick grid, the ask a tick above."""
    tick = state.rules[effect[r.E_INST], r.R_TICK]
    bid = max(last // tick * tick, tick)
    return effect[r.E_LIMIT] >= bid + tick if effect[r.E_SIDE] > 0 else effect[r.E_LIMIT] <= bid


@compiled_inner
def exceeds_holding(state: State, working: Int64Array, count: int, effect: Int64Array) -> bool:
    """Whether an order against a position is larger than what is free of it: Alpaca has no order that crosses zero.

    `working` are the `count` orders that rest at the venue; those of the same side hold their part already.
    """
    held, side = state.positions[effect[r.E_INST], r.P_QTY], effect[r.E_SIDE]
    if held * side >= 0:
        return False
    free = abs(held)
    for row in range(count):
        if working[row, SIDE] == side:
            free -= working[row, LEFT]
    return effect[r.E_QTY] > free


@compiled_inner
def would_wash(working: Int64Array, count: int, effect: Int64Array) -> bool:
    """Whether an order could trade with one of the account's own on the other side: Alpaca's wash trade protection.

    Two limit orders could where their prices meet, any other kind always.
    """
    for row in range(count):
        if working[row, SIDE] == -effect[r.E_SIDE]:
            if effect[r.E_TYPE] != _LIMIT or working[row, TYPE] != _LIMIT:
                return True
            if (effect[r.E_LIMIT] - working[row, LIMIT]) * effect[r.E_SIDE] >= 0:
                return True
    return False


@compiled_inner
def is_refused(state: State, habits: int, working: Int64Array, count: int, effect: Int64Array) -> bool:
    """Whether the venue turns an order away on arrival, judged on the newest price and on what rests there."""
    if habits == ALPACA and (alpaca_lacks(effect) or would_wash(working, count, effect)):
        return True
    if habits == ALPACA and exceeds_holding(state, working, count, effect):
        return True
    if habits == BINANCE and binance_lacks(effect):
        return True
    last = state.positions[effect[r.E_INST], r.P_LAST]
    if last == 0:
        return False
    if effect[r.E_FLAGS] & r.FLAG_POST_ONLY != 0:
        return would_take(state, effect, last)
    # at Binance a stop has to wait: one that is touched already "would trigger immediately"
    touched = (last - effect[r.E_STOP]) * effect[r.E_SIDE] >= 0
    return habits == BINANCE and effect[r.E_STOP] > 0 and touched
