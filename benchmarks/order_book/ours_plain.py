"""Our plain book, one order at a time."""

from __future__ import annotations

from benchmarks import turn


def main() -> None:
    """Call the book once per message."""
    asked = turn.arguments()
    from benchmarks.markets import LIMIT, MARKET, order_messages
    from seatrial.core.plain_limit_book import PlainLimitBook

    messages = order_messages(asked.size, asked.seed).tolist()

    def run() -> dict[str, object]:
        book = PlainLimitBook()
        count = quantity = 0
        for kind, number, side, price, qty in messages:
            if kind == LIMIT:
                trades = book.limit(number, side, price, qty)
            elif kind == MARKET:
                trades = book.market(number, side, qty)
            else:
                book.cancel(number)
                continue
            for trade in trades:
                count += 1
                quantity += trade[3]
        return {"trades": count, "quantity": quantity}

    turn.serve(run, count=asked.size, packages=())


if __name__ == "__main__":
    main()
