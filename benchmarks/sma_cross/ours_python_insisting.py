"""Ours in Python, the target said with every bar, as in the README."""

from __future__ import annotations

from benchmarks.sma_cross.ours_compiled import main

if __name__ == "__main__":
    main("InsistingCross")
