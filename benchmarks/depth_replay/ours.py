"""Ours: the depth kernel with machine, risk and ledger, quoting inside compiled code."""

from __future__ import annotations


def main() -> None:
    """One backtest a turn."""
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    prepare_compiled_core()
    from benchmarks.depth_replay.quoting import CompiledQuotes, serve

    serve(CompiledQuotes)


if __name__ == "__main__":
    main()
