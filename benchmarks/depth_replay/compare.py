"""Our side of the comparison of fills: the same quotes, queue models and latency, decision by decision.

    python -m benchmarks.depth_replay.compare_hftbacktest --size 316000 --cache CACHE     in hftbacktest's environment
    python -m benchmarks.depth_replay.compare --size 316000 --cache CACHE                 in ours

Prints one line per case: fills of both, and the share of decisions at which both hold the same position.
"""

from __future__ import annotations

import argparse
from pathlib import Path


def main() -> None:
    """Run every case that the other side left an array of."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--cache", required=True)
    asked = parser.parse_args()
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    prepare_compiled_core()
    import numpy as np

    from benchmarks.depth_replay.quoting import HOLDING_LOTS, CompiledQuotes, Prepared, TimerQuotes
    from seatrial.core.depth_orders import FillRules
    from seatrial.strategy.depth_desk import DepthDesk

    class Watched(TimerQuotes):
        """Writes down what it holds before each decision."""

        def on_begin(self, desk: DepthDesk) -> None:
            self.rows: list[tuple[int, int]] = []

        def on_timer(self, desk: DepthDesk) -> None:  # type: ignore[override]  # events have a desk and no bars
            self.rows.append((desk.now_ns, desk.position_lots - HOLDING_LOTS))
            super().on_timer(desk)

    unit = 100_000  # the other side's logarithm counts coins, not lots
    cases = {
        "cautious-whole": FillRules(whole="always"),
        "cautious-part": FillRules(whole="through"),
        "sqrt-whole": FillRules(queue="sqrt", whole="always"),
        "proportional-whole": FillRules(queue="proportional", whole="always"),
        "power3-whole": FillRules(queue="power", power_milli=3_000, whole="always"),
        "log-whole": FillRules(queue="log", log_unit_lots=unit, whole="always"),
        "cautious-sized": FillRules(),
    }
    prepared = Prepared(asked.cache, asked.size)
    print("| case | fills, ours | hftbacktest | same position at decisions | largest difference, lots |")
    print("|---|---|---|---|---|")
    for case, rules in cases.items():
        watched = Watched()
        done = prepared.run(watched, rules)
        assert prepared.run(CompiledQuotes(), rules).run.outcome_fingerprint == done.run.outcome_fingerprint
        ours = np.array(watched.rows, dtype=np.int64)
        found = Path(asked.cache) / f"hftbacktest-{case}.npy"
        if not found.exists():
            print(f"| {case} | {len(done.run.fills)} | has no such rule | | |")
            continue
        theirs = np.load(found)
        both, at_ours, at_theirs = np.intersect1d(ours[:, 0], theirs[:, 0], return_indices=True)
        apart = np.abs(ours[at_ours, 1] - theirs[at_theirs, 1])
        same = f"{(apart == 0).mean():.2%} of {len(both)}"
        print(f"| {case} | {len(done.run.fills)} | {int(theirs[-1, 2])} | {same} | {int(apart.max())} |")


if __name__ == "__main__":
    main()
