"""Ours, with a strategy in Python: the public `backtest` and the class a user writes."""

from __future__ import annotations

from benchmarks import turn


def main() -> None:
    """Run the backtest."""
    asked = turn.arguments()
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    prepare_compiled_core()
    from benchmarks.sma_cross.our_market import market_of, runner_of
    from seatrial.runs.backtest import backtest

    market = market_of(asked.size, asked.seed)

    def run() -> dict[str, object]:
        done = backtest([market], [runner_of()])
        return {"fills": len(done.fills), "equity_units": done.equity[-1].equity_units}

    def warm_up() -> None:
        backtest([market_of(1_000, asked.seed)], [runner_of()])

    turn.serve(run, count=asked.size, packages=("numba", "numpy"), warm_up=warm_up)


if __name__ == "__main__":
    main()
