"""Ours, nothing in Python per bar: the public `backtest` and a compiled strategy.

Before the first turn all three forms run over the same bars, calm stretches and bar by bar, and must leave one
fingerprint; and one limit lowered must refuse an order in each of them.
"""

from __future__ import annotations

import argparse

from benchmarks import turn

CHECKED_BARS = 5_000


def main(form: str = "CompiledCross") -> None:
    """Run the backtest; making the machine ready is part of a run."""
    asked = turn.arguments()
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    prepare_compiled_core()
    from benchmarks.sma_cross import our_market as ours
    from seatrial.runs.backtest import backtest

    market = ours.market_of(asked.size, asked.seed)
    chosen = getattr(ours, form)

    def run() -> dict[str, object]:
        done = backtest([market], [ours.runner_of(chosen())])
        return {"fills": len(done.fills), "equity_units": done.machine.equity_units(market.account.id)}

    turn.serve(
        run,
        count=asked.size,
        packages=("numba", "numpy"),
        warm_up=lambda: check(asked),
        input_mb=market.tables[ours.INSTRUMENT.symbol].rows.nbytes / 2**20,
    )


def check(asked: argparse.Namespace) -> None:
    """Three forms, one fingerprint; one lowered limit, refusals in all three."""
    from dataclasses import replace

    from benchmarks.sma_cross import our_market as ours
    from seatrial.domain.refusals import RefusalCode
    from seatrial.runs.backtest import backtest

    short = ours.market_of(CHECKED_BARS, asked.seed)
    lowered = replace(short.account.limits, max_notional_per_position_units=1)
    strict = replace(short, account=replace(short.account, limits=lowered))
    forms = (ours.Cross, ours.FedCross, ours.CompiledCross, ours.VectorCross)
    slow_way = backtest([short], [ours.runner_of(ours.Cross())], one_by_one=True)
    insisting = backtest([short], [ours.runner_of(ours.InsistingCross())])
    assert insisting.outcome_fingerprint == slow_way.outcome_fingerprint
    for form in forms:
        done = backtest([short], [ours.runner_of(form())])
        assert len(done.fills) == len(slow_way.fills) > 0
        assert done.machine.state_fingerprint() == slow_way.machine.state_fingerprint(), "three forms, one fingerprint"
        assert done.outcome_fingerprint == slow_way.outcome_fingerprint
        refused = backtest([strict], [ours.runner_of(form())])
        assert not refused.fills
        assert refused.refusals[RefusalCode.MAX_POSITION_NOTIONAL] > 0


if __name__ == "__main__":
    main()
