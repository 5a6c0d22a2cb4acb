"""Ours, with a strategy in Python: the class a user writes, called once per bar."""

from __future__ import annotations

from benchmarks.sma_cross.ours_compiled import main

if __name__ == "__main__":
    main("Cross")
