"""Our compiled book, a batch of messages at once."""

from __future__ import annotations

from benchmarks import turn


def main() -> None:
    """Match the whole stream in one call."""
    asked = turn.arguments()
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    prepare_compiled_core()
    import numpy as np

    from benchmarks.markets import TICKS, order_messages
    from seatrial.core import limit_book as lb

    messages = order_messages(asked.size, asked.seed)
    trades = np.zeros((2 * asked.size, lb.TRADE_WIDTH), dtype=np.int64)

    def run() -> dict[str, object]:
        book = lb.new_limit_book(ticks=TICKS, ids=asked.size)
        count = lb.match_messages(book, messages, trades)
        return {"trades": count, "quantity": int(trades[:count, lb.T_QTY].sum())}

    turn.serve(run, count=asked.size, packages=("numba", "numpy"))


if __name__ == "__main__":
    main()
