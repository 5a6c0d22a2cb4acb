"""Ours, as columns: signals at once, orders in the same loop."""

from __future__ import annotations

from benchmarks.sma_cross.ours_compiled import main

if __name__ == "__main__":
    main("VectorCross")
