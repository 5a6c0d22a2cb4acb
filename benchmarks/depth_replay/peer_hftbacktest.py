"""hftbacktest: the same quotes in its jitted loop; ROI book, risk-averse queue, constant latency, no feed latency.

Its compilation takes a minute or more in every process; `warm_up_seconds` shows it.
"""

from __future__ import annotations

from typing import Any

import hftbacktest as hft
import numpy as np
from hftbacktest.order import PARTIALLY_FILLED
from hftbacktest.types import event_dtype
from numba import njit

from benchmarks import turn
from benchmarks.depth_replay import recording as rec


@njit
def working_order(backtest, side):  # type: ignore[no-untyped-def]
    """`(tick, id, under way)` of the order on one side; tick -1 where there is none."""
    tick, number, under_way = -1, 0, False
    orders = backtest.orders(0).values()
    while orders.has_next():
        order = orders.get()
        if order.side == side:
            if order.req != hft.NONE:
                under_way = True
            elif order.status in (hft.NEW, PARTIALLY_FILLED):
                tick = order.price_tick
                number = order.order_id
    return tick, number, under_way


@njit
def quote(backtest, interval, qty, most, tick_size):  # type: ignore[no-untyped-def]
    """Every interval, join the best price of both sides, up to the position that is allowed."""
    sent = 0
    while backtest.elapse(interval) == 0:
        backtest.clear_inactive_orders(0)
        depth = backtest.depth(0)
        if depth.best_bid_tick <= 0 or depth.best_ask_tick >= 2**31 - 1:
            continue
        position = backtest.position(0)
        for side in (1, -1):
            wanted = depth.best_bid_tick if side > 0 else depth.best_ask_tick
            if position * side + qty > most + 1e-9:
                wanted = -1
            working, old, under_way = working_order(backtest, side)
            if under_way or wanted == working:
                continue
            if working >= 0:
                backtest.cancel(0, old, False)
            if wanted < 0:
                continue
            sent += 1
            if side > 0:
                backtest.submit_buy_order(0, sent, wanted * tick_size, qty, hft.GTX, hft.LIMIT, False)
            else:
                backtest.submit_sell_order(0, sent, wanted * tick_size, qty, hft.GTX, hft.LIMIT, False)
    return sent


def events_of(cache: str, size: int) -> Any:
    """Our events in its layout; what happens at the venue is seen at once."""
    rows = rec.events_of(cache, size)
    kinds = np.array([0, hft.DEPTH_EVENT, hft.TRADE_EVENT, hft.DEPTH_CLEAR_EVENT], dtype=np.uint64)
    sides = np.where(rows[:, rec.SIDE] > 0, hft.BUY_EVENT, np.where(rows[:, rec.SIDE] < 0, hft.SELL_EVENT, 0))
    events = np.zeros(len(rows), dtype=event_dtype)
    events["ev"] = kinds[rows[:, rec.KIND]] | np.uint64(hft.EXCH_EVENT | hft.LOCAL_EVENT) | sides.astype(np.uint64)
    events["exch_ts"] = events["local_ts"] = rows[:, rec.AT]
    events["px"] = rows[:, rec.TICK] / rec.TICKS_PER_UNIT
    events["qty"] = rows[:, rec.LOTS] / rec.LOTS_PER_UNIT
    return events


def asset_of(events: Any) -> Any:
    """The market and its rules."""
    return (
        hft.BacktestAsset()
        .data(events)
        .linear_asset(1.0)
        .constant_order_latency(rec.LATENCY_NS, rec.LATENCY_NS)
        .risk_adverse_queue_model()
        .no_partial_fill_exchange()
        .trading_value_fee_model(0.0, 0.0)
        .tick_size(1 / rec.TICKS_PER_UNIT)
        .lot_size(1 / rec.LOTS_PER_UNIT)
        .roi_lb(rec.LOW_TICK / rec.TICKS_PER_UNIT)
        .roi_ub((rec.LOW_TICK + rec.WINDOW) / rec.TICKS_PER_UNIT)
        .last_trades_capacity(0)
    )


def main(book: Any = hft.ROIVectorMarketDepthBacktest) -> None:
    """A new backtest over a kind of book before each turn, its events read already."""
    asked = turn.arguments()
    events = events_of(asked.cache, asked.size)
    held: list[Any] = []

    def before() -> None:
        if held:
            held.pop().close()
        held.append(book([asset_of(events)]))

    def run() -> dict[str, object]:
        qty, most = rec.ORDER_LOTS / rec.LOTS_PER_UNIT, rec.POSITION_LOTS_MAX / rec.LOTS_PER_UNIT
        sent = quote(held[0], rec.INTERVAL_NS, qty, most, 1 / rec.TICKS_PER_UNIT)
        state = held[0].state_values(0)
        position_lots = round(float(state.position) * rec.LOTS_PER_UNIT)
        return {"fills": int(state.num_trades), "position_lots": position_lots, "sent": int(sent)}

    turn.serve(run, count=asked.size, packages=("hftbacktest", "numba", "numpy"), before=before)


if __name__ == "__main__":
    main()
