"""Ours: a compiled strategy once per pair on one ground, each with a machine, ledger and risk of its own."""

from __future__ import annotations

from benchmarks import turn


def main() -> None:
    """One core, one pair after the other."""
    asked = turn.arguments()
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    prepare_compiled_core()
    from benchmarks.markets import PAIR_BARS, parameter_pairs
    from benchmarks.sma_cross import our_market as ours
    from seatrial.runs.backtest import Ground, backtest

    market = ours.market_of(PAIR_BARS, asked.seed)
    pairs = parameter_pairs(asked.size)
    memory_mb = {}

    def runner(form: type, fast: int, slow: int):  # type: ignore[no-untyped-def]
        strategy = form()
        strategy.fast, strategy.slow = fast, slow
        return ours.runner_of(strategy)

    def run() -> dict[str, object]:
        ground = Ground([market])
        fills = []
        for place, pair in enumerate(pairs):
            fills.append(len(ground.run([runner(ours.CompiledCross, *pair)]).fills))
            if place in (len(pairs) // 2, len(pairs) - 1):
                memory_mb[place] = turn.peak_mb()
        return {"fills": fills[:5], "memory_mb": memory_mb}

    def check() -> None:
        short = ours.market_of(3_000, asked.seed)
        ground = Ground([short])
        for pair in pairs[:3]:
            slow_way = backtest([short], [runner(ours.Cross, *pair)], one_by_one=True)
            done = ground.run([runner(ours.CompiledCross, *pair)])
            assert done.machine.state_fingerprint() == slow_way.machine.state_fingerprint(), (
                "two forms, one fingerprint"
            )

    turn.serve(run, count=asked.size, packages=("numba", "numpy"), warm_up=check)


if __name__ == "__main__":
    main()
