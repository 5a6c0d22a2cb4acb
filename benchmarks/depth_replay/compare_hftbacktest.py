"""hftbacktest's side of the comparison of fills: the quotes of W3 under several queue models, position by decision.

Runs in hftbacktest's environment; writes one array per case, which `compare.py` reads. Not timed.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import hftbacktest as hft
import numpy as np
from numba import njit

from benchmarks.depth_replay import recording as rec
from benchmarks.depth_replay.peer_hftbacktest import events_of, working_order

# Case: queue model, whether orders fill in part, and the method names of both choices.
CASES = {
    "cautious-whole": ("risk_adverse_queue_model", (), "no_partial_fill_exchange"),
    "cautious-part": ("risk_adverse_queue_model", (), "partial_fill_exchange"),
    "sqrt-whole": ("power_prob_queue_model", (0.5,), "no_partial_fill_exchange"),
    "proportional-whole": ("power_prob_queue_model", (1.0,), "no_partial_fill_exchange"),
    "power3-whole": ("power_prob_queue_model", (3.0,), "no_partial_fill_exchange"),
    "log-whole": ("log_prob_queue_model", (), "no_partial_fill_exchange"),
}


@njit
def quote(backtest, interval, qty, most, tick_size, out):  # type: ignore[no-untyped-def]
    """The quotes of `peer_hftbacktest`, writing down (time, position, fills) before each decision."""
    sent = 0
    count = 0
    while backtest.elapse(interval) == 0:
        position = backtest.position(0)
        out[count, 0] = backtest.current_timestamp
        out[count, 1] = round(position * 100_000)
        out[count, 2] = backtest.state_values(0).num_trades
        count += 1
        backtest.clear_inactive_orders(0)
        depth = backtest.depth(0)
        if depth.best_bid_tick <= 0 or depth.best_ask_tick >= 2**31 - 1:
            continue
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
    return count


def asset_of(events: Any, case: str) -> Any:
    """The market under the rules of a case."""
    model, values, exchange = CASES[case]
    asset = (
        hft.BacktestAsset()
        .data(events)
        .linear_asset(1.0)
        .constant_order_latency(rec.LATENCY_NS, rec.LATENCY_NS)
        .trading_value_fee_model(0.0, 0.0)
        .tick_size(1 / rec.TICKS_PER_UNIT)
        .lot_size(1 / rec.LOTS_PER_UNIT)
        .roi_lb(rec.LOW_TICK / rec.TICKS_PER_UNIT)
        .roi_ub((rec.LOW_TICK + rec.WINDOW) / rec.TICKS_PER_UNIT)
        .last_trades_capacity(0)
    )
    return getattr(getattr(asset, model)(*values), exchange)()


def main() -> None:
    """Every case after one compilation."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--cache", required=True)
    asked = parser.parse_args()
    events = events_of(asked.cache, asked.size)
    span = int(events["local_ts"][-1] - events["local_ts"][0])
    for case in CASES:
        backtest = hft.ROIVectorMarketDepthBacktest([asset_of(events, case)])
        out = np.zeros((span // rec.INTERVAL_NS + 16, 3), dtype=np.int64)
        qty, most = rec.ORDER_LOTS / rec.LOTS_PER_UNIT, rec.POSITION_LOTS_MAX / rec.LOTS_PER_UNIT
        count = quote(backtest, rec.INTERVAL_NS, qty, most, 1 / rec.TICKS_PER_UNIT, out)
        np.save(Path(asked.cache) / f"hftbacktest-{case}.npy", out[:count])
        print(case, int(out[count - 1, 2]), "fills", int(out[count - 1, 1]), "lots", flush=True)
        backtest.close()


if __name__ == "__main__":
    main()
