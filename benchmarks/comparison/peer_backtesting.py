"""backtesting.py on the bars it is given: the same crossing, ten shares, 1 bp a trade, fills at the next open."""

from __future__ import annotations

import argparse
import json
import sys
import warnings


def main() -> None:
    """Bars come on standard input; fills and equity go out as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--both-sides", action="store_true")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    import backtesting
    import pandas as pd

    bars = json.load(sys.stdin)
    frame = pd.DataFrame(
        {name: [bar[at] for bar in bars] for name, at in (("Open", 2), ("High", 3), ("Low", 4), ("Close", 5))},
        index=pd.to_datetime([bar[0] for bar in bars]),
    )
    backtesting.backtesting._tqdm = lambda seq, **_: seq  # no progress bar

    class Cross(backtesting.Strategy):  # type: ignore[misc]
        def init(self) -> None:
            closes = pd.Series(self.data.Close)
            self.fast = self.I(lambda: closes.rolling(20).mean())
            self.slow = self.I(lambda: closes.rolling(100).mean())
            self.side = 0

        def next(self) -> None:
            side = 1 if self.fast[-1] > self.slow[-1] else -1 if asked.both_sides else 0
            if side == self.side:
                return
            self.side = side
            self.position.close()
            if side > 0:
                self.buy(size=10)
            elif side < 0:
                self.sell(size=10)

    test = backtesting.Backtest(frame, Cross, cash=1_000_000, commission=0.0001)
    told = test.run()
    trades = told["_trades"]
    closed = told._strategy.closed_trades
    fills = [[int(trade.entry_bar), int(trade.size), float(trade.entry_price)] for trade in closed]
    fills += [[int(trade.exit_bar), -int(trade.size), float(trade.exit_price)] for trade in closed]
    fills += [[int(t.entry_bar), int(t.size), float(t.entry_price)] for t in told._strategy.trades]
    assert len(trades) == len(closed)
    print(json.dumps({"fills": sorted(fills), "equity": float(told["Equity Final [$]"])}))


if __name__ == "__main__":
    main()
