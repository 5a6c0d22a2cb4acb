"""Ours, nothing in Python per bar. Checks its fingerprint against the backtest's before the first turn."""

from __future__ import annotations

from benchmarks import turn

CHECKED_BARS = 5_000


def main() -> None:
    """Run the compiled loop; building the machine is part of a run."""
    asked = turn.arguments()
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    prepare_compiled_core()
    from benchmarks.sma_cross.compiled import run_once
    from benchmarks.sma_cross.our_market import FAST, SLOW, market_of, runner_of
    from seatrial.runs.backtest import backtest

    market = market_of(asked.size, asked.seed)

    def check() -> None:
        short = market_of(CHECKED_BARS, asked.seed)
        slow_way = backtest([short], [runner_of()])
        fills, machine = run_once(short, FAST, SLOW)
        assert fills == len(slow_way.fills) > 0
        assert machine.state_fingerprint() == slow_way.machine.state_fingerprint(), "two forms, one fingerprint"

    def run() -> dict[str, object]:
        fills, machine = run_once(market, FAST, SLOW)
        return {"fills": fills, "equity_units": machine.equity_units(market.account.id)}

    turn.serve(run, count=asked.size, packages=("numba", "numpy"), warm_up=check)


if __name__ == "__main__":
    main()
