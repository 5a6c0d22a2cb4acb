"""Ours in Python, the indicators fed by hand."""

from __future__ import annotations

from benchmarks.sma_cross.ours_compiled import main

if __name__ == "__main__":
    main("FedCross")
