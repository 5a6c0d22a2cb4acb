"""Ours: a compiled strategy for each pair on one ground, a few in one call, each with a ledger and risk of its own.

Before the first turn some pairs run bar by bar and fact by fact too and must leave one fingerprint; and one limit
lowered must refuse an order.
"""

from __future__ import annotations

from benchmarks import turn


def main() -> None:
    """One core, one pair after the other."""
    asked = turn.arguments()
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    prepare_compiled_core()
    from dataclasses import replace

    from benchmarks.markets import PAIR_BARS, parameter_pairs
    from benchmarks.sma_cross import our_market as ours
    from seatrial.domain.refusals import RefusalCode
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
        tries = ground.run_each(runner(ours.CompiledCross, *pair) for pair in pairs)
        for place, each in enumerate(tries):
            fills.append(len(each.result().fills))
            if place in (len(pairs) // 2, len(pairs) - 1):
                memory_mb[place] = turn.peak_mb()
        return {"fills": fills[:5], "memory_mb": memory_mb}

    def check() -> None:
        short = ours.market_of(3_000, asked.seed)
        ground = Ground([short])
        done = [each.result() for each in ground.run_each(runner(ours.CompiledCross, *pair) for pair in pairs[:3])]
        for pair, quick in zip(pairs, done, strict=False):
            slow_way = backtest([short], [runner(ours.Cross, *pair)], one_by_one=True)
            assert quick.machine.state_fingerprint() == slow_way.machine.state_fingerprint(), (
                "two forms, one fingerprint"
            )
            assert quick.outcome_fingerprint == slow_way.outcome_fingerprint
            assert list(quick.equity) == list(slow_way.equity)
        lowered = replace(short.account.limits, max_notional_per_position_units=1)
        strict = replace(short, account=replace(short.account, limits=lowered))
        refused = Ground([strict]).run([runner(ours.CompiledCross, *pairs[0])])
        assert not refused.fills
        assert refused.refusals[RefusalCode.MAX_POSITION_NOTIONAL] > 0

    turn.serve(run, count=asked.size, packages=("numba", "numpy"), warm_up=check)


if __name__ == "__main__":
    main()
