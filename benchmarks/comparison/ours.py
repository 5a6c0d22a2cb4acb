"""Ours: a crossing of averages on recorded minutes, with everything that backtesting.py does not have switched wide.

Prints one JSON document: fills as `[bar end in ns, signed quantity, price]`, and the final equity.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path


def main() -> None:
    """Run once and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--symbol", required=True)
    parser.add_argument("--both-sides", action="store_true")
    asked = parser.parse_args()
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    prepare_compiled_core()
    from benchmarks.sma_cross.our_market import ACCOUNT, CASH_UNITS
    from seatrial.bootstrap.markets import load_timeline
    from seatrial.domain.ids import StrategyId
    from seatrial.domain.money import CASH_SCALE
    from seatrial.runs.backtest import Market, backtest
    from seatrial.strategy.indicators import SMA
    from seatrial.strategy.runner import StrategyRunner
    from seatrial.strategy.strategy import BarView, Strategy

    class Cross(Strategy):
        """Long above; below it is short, or flat."""

        symbols = (asked.symbol,)

        def on_start(self, context: object) -> None:
            """Two averages."""
            self._fast, self._slow, self._side = SMA(20), SMA(100), 0

        def on_bar(self, context, bar: BarView) -> None:  # type: ignore[no-untyped-def]
            """Speak when the side changes."""
            fast, slow = self._fast.update(bar.close), self._slow.update(bar.close)
            if fast is None or slow is None:
                return
            side = 1 if fast > slow else -1 if asked.both_sides else 0
            if side != self._side:
                self._side = side
                context.target(asked.symbol, quantity=side * 10)

    timeline = load_timeline(asked.data, [asked.symbol], seed=0)
    (table,) = timeline.tables.values()
    table = replace(table, instrument=replace(table.instrument, fee_ppm=100))
    runner = StrategyRunner(
        Cross(), strategy_id=StrategyId("cross"), account=ACCOUNT.id, instruments=[table.instrument], epoch="backtest"
    )
    market = Market(ACCOUNT, CASH_UNITS, {table.symbol: table}, ())
    run = backtest([market], [runner], participation_ppm=1_000_000)
    scale = table.instrument
    fills = [
        [
            fill.outcome.at_ns,
            int(fill.outcome.side) * fill.outcome.qty_units / scale.qty_scale,
            fill.outcome.price_units / scale.price_scale,
        ]
        for fill in run.fills
    ]
    bars = [[row[0], row[1], *(units / scale.price_scale for units in row[2:6])] for row in table.rows.tolist()]
    print(json.dumps({"fills": fills, "equity": run.equity[-1].equity_units / CASH_SCALE, "bars": bars}))


if __name__ == "__main__":
    main()
