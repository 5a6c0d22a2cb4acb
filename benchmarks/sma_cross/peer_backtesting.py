"""backtesting.py: its own SMA cross, `exclusive_orders`, fills at the next open."""

from __future__ import annotations

import warnings

from benchmarks import turn


def main() -> None:
    """Run its `Backtest` without plotting."""
    asked = turn.arguments()
    warnings.simplefilter("ignore")
    import backtesting
    import pandas as pd
    from backtesting.lib import crossover

    from benchmarks.markets import CLOSE, HIGH, LOW, OPEN, PRICE_SCALE, START, walk_bars

    rows = walk_bars(asked.size, asked.seed)
    columns = {"Open": OPEN, "High": HIGH, "Low": LOW, "Close": CLOSE}
    frame = pd.DataFrame(
        {name: rows[:, column] / PRICE_SCALE for name, column in columns.items()}, index=pd.to_datetime(rows[:, START])
    )
    backtesting.backtesting._tqdm = lambda seq, **_: seq  # no progress bar

    class Cross(backtesting.Strategy):  # type: ignore[misc]
        def init(self) -> None:
            closes = pd.Series(self.data.Close)
            self.fast = self.I(lambda: closes.rolling(20).mean())
            self.slow = self.I(lambda: closes.rolling(100).mean())

        def next(self) -> None:
            if crossover(self.fast, self.slow):
                self.buy(size=100)
            elif crossover(self.slow, self.fast):
                self.sell(size=100)

    def run() -> dict[str, object]:
        test = backtesting.Backtest(
            frame, Cross, cash=1_000_000, commission=0.0001, exclusive_orders=True, finalize_trades=True
        )
        told = test.run()
        return {"flips": int(told["# Trades"]), "equity": float(told["Equity Final [$]"])}

    turn.serve(run, count=asked.size, packages=("backtesting", "pandas", "numpy"), warm_up=lambda: None)


if __name__ == "__main__":
    main()
