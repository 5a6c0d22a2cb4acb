"""Ours: the depth kernel, quoting inside compiled code."""

from __future__ import annotations

from benchmarks import turn


def main() -> None:
    """One call over all events."""
    asked = turn.arguments()
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    prepare_compiled_core()
    import numpy as np

    from benchmarks.depth_replay import recording as rec
    from seatrial.core import depth as d

    rec.prepare(asked.data, asked.cache)
    events = rec.events_of(asked.cache, asked.size)
    quoting = d.Quoting(rec.INTERVAL_NS, rec.LATENCY_NS, rec.OFFSET_TICKS, rec.ORDER_LOTS, rec.POSITION_LOTS_MAX)
    fills = np.zeros((asked.size, d.FILL_WIDTH), dtype=np.int64)

    def run() -> dict[str, object]:
        book = d.new_depth_book(low_tick=rec.LOW_TICK, window=rec.WINDOW)
        count = d.replay_quotes(book, events, quoting, fills)
        signed = fills[:count, d.L_SIDE]
        return {"fills": count, "buys": int((signed > 0).sum()), "position_lots": int(signed.sum() * rec.ORDER_LOTS)}

    turn.serve(run, count=asked.size, packages=("numba", "numpy"))


if __name__ == "__main__":
    main()
