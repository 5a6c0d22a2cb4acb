"""lightmatchingengine: one order at a time, plain Python objects."""

from __future__ import annotations

import contextlib

from benchmarks import turn


def main() -> None:
    """Its market orders are limits of price 0; it reports taker and maker of a trade apart."""
    asked = turn.arguments()
    from lightmatchingengine.lightmatchingengine import LightMatchingEngine, Side

    from benchmarks.markets import CANCEL, LIMIT, order_messages

    messages = order_messages(asked.size, asked.seed).tolist()

    def run() -> dict[str, object]:
        engine = LightMatchingEngine()
        theirs: dict[int, int] = {}
        count = quantity = 0
        for kind, number, side, price, qty in messages:
            if kind == CANCEL:
                # It forgets to forget filled orders, and asserts when one is cancelled at a level that is gone.
                with contextlib.suppress(AssertionError):
                    engine.cancel_order(theirs.get(number, 0), "X")
                continue
            price_or_none = price if kind == LIMIT else 0
            order, trades = engine.add_order("X", price_or_none, qty, Side.BUY if side > 0 else Side.SELL)
            theirs[number] = order.order_id
            for trade in trades:
                if trade.order_id != order.order_id:
                    count += 1
                    quantity += trade.trade_qty
        return {"trades": count, "quantity": quantity}

    turn.serve(run, count=asked.size, packages=("lightmatchingengine",))


if __name__ == "__main__":
    main()
