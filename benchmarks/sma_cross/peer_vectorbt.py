"""vectorbt: `Portfolio.from_signals`, one column, fills at the next open, always in the market."""

from __future__ import annotations

import warnings

from benchmarks import turn


def main() -> None:
    """Averages and portfolio per run."""
    asked = turn.arguments()
    warnings.simplefilter("ignore")
    import pandas as pd
    import vectorbt as vbt

    from benchmarks.markets import CLOSE, OPEN, PRICE_SCALE, START, walk_bars

    rows = walk_bars(asked.size, asked.seed)
    index = pd.to_datetime(rows[:, START])
    opens = pd.Series(rows[:, OPEN] / PRICE_SCALE, index=index)
    closes = pd.Series(rows[:, CLOSE] / PRICE_SCALE, index=index)

    def run() -> dict[str, object]:
        above, below = vbt.MA.run(closes, 20), vbt.MA.run(closes, 100)
        ready = below.ma.notna()
        long = ((above.ma > below.ma) & ready).vbt.signals.fshift(1)
        short = ((above.ma <= below.ma) & ready).vbt.signals.fshift(1)
        portfolio = vbt.Portfolio.from_signals(
            closes,
            entries=long,
            short_entries=short,
            price=opens,
            size=100,
            fees=0.0001,
            init_cash=1_000_000,
            upon_opposite_entry="reverse",
        )
        return {"flips": int(portfolio.orders.count()), "equity": float(portfolio.value().iloc[-1])}

    turn.serve(run, count=asked.size, packages=("vectorbt", "numba", "numpy", "pandas"))


if __name__ == "__main__":
    main()
