"""The limit of what a bar can cost: `by_hand.cross`."""

from __future__ import annotations

from benchmarks import turn


def main() -> None:
    """One pass over the closes and opens."""
    asked = turn.arguments()
    import numpy as np

    from benchmarks.markets import CLOSE, OPEN, PRICE_SCALE, walk_bars
    from benchmarks.sma_cross.by_hand import cross

    rows = walk_bars(asked.size, asked.seed)
    opens = np.ascontiguousarray(rows[:, OPEN] / PRICE_SCALE)
    closes = np.ascontiguousarray(rows[:, CLOSE] / PRICE_SCALE)

    def run() -> dict[str, object]:
        flips, equity = cross(opens, closes, 20, 100, 100, 0.0001)
        return {"flips": flips, "equity": equity}

    turn.serve(run, count=asked.size, packages=("numba", "numpy"))


if __name__ == "__main__":
    main()
