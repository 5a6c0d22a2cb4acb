"""The limit: the cross by hand once per pair."""

from __future__ import annotations

from benchmarks import turn


def main() -> None:
    """One core, one pair after the other."""
    asked = turn.arguments()
    import numpy as np

    from benchmarks.markets import CLOSE, OPEN, PAIR_BARS, PRICE_SCALE, parameter_pairs, walk_bars
    from benchmarks.sma_cross.by_hand import cross

    rows = walk_bars(PAIR_BARS, asked.seed)
    opens = np.ascontiguousarray(rows[:, OPEN] / PRICE_SCALE)
    closes = np.ascontiguousarray(rows[:, CLOSE] / PRICE_SCALE)
    pairs = parameter_pairs(asked.size)

    def run() -> dict[str, object]:
        return {"flips": [cross(opens, closes, fast, slow, 100, 0.0001)[0] for fast, slow in pairs][:5]}

    turn.serve(run, count=asked.size, packages=("numba", "numpy"))


if __name__ == "__main__":
    main()
