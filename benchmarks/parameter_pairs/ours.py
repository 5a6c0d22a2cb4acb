"""Ours: the compiled loop of W1 once per pair, each with a machine of its own."""

from __future__ import annotations

from benchmarks import turn


def main() -> None:
    """One core, one pair after the other."""
    asked = turn.arguments()
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    prepare_compiled_core()
    from benchmarks.markets import PAIR_BARS, parameter_pairs
    from benchmarks.sma_cross.compiled import run_once
    from benchmarks.sma_cross.our_market import market_of

    market = market_of(PAIR_BARS, asked.seed)
    pairs = parameter_pairs(asked.size)

    def run() -> dict[str, object]:
        return {"fills": [run_once(market, fast, slow)[0] for fast, slow in pairs][:5]}

    def warm_up() -> None:
        run_once(market_of(1_000, asked.seed), 5, 50)

    turn.serve(run, count=asked.size, packages=("numba", "numpy"), warm_up=warm_up)


if __name__ == "__main__":
    main()
