"""vectorbt: all pairs as the columns of one portfolio."""

from __future__ import annotations

import warnings

from benchmarks import turn


def main() -> None:
    """Averages of every window once, then signals per pair."""
    asked = turn.arguments()
    warnings.simplefilter("ignore")
    import pandas as pd
    import vectorbt as vbt

    from benchmarks.markets import CLOSE, OPEN, PAIR_BARS, PRICE_SCALE, START, parameter_pairs, walk_bars

    rows = walk_bars(PAIR_BARS, asked.seed)
    index = pd.to_datetime(rows[:, START])
    opens = pd.Series(rows[:, OPEN] / PRICE_SCALE, index=index)
    closes = pd.Series(rows[:, CLOSE] / PRICE_SCALE, index=index)
    fast, slow = (list(windows) for windows in zip(*parameter_pairs(asked.size), strict=True))

    def run() -> dict[str, object]:
        above = vbt.MA.run(closes, fast, short_name="fast")
        below = vbt.MA.run(closes, slow, short_name="slow")
        higher = above.ma.to_numpy() > below.ma.to_numpy()
        ready = below.ma.notna().to_numpy()
        columns = pd.MultiIndex.from_arrays([fast, slow], names=["fast", "slow"])
        long = pd.DataFrame(higher & ready, index=index, columns=columns).vbt.signals.fshift(1)
        short = pd.DataFrame(~higher & ready, index=index, columns=columns).vbt.signals.fshift(1)
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
        return {"flips": [int(count) for count in portfolio.orders.count()][:5]}

    turn.serve(run, count=asked.size, packages=("vectorbt", "numba", "numpy", "pandas"))


if __name__ == "__main__":
    main()
