"""Two limit order books, one compiled and one plain, that must never disagree."""

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seatrial.core import limit_book as lb
from seatrial.core.plain_limit_book import PlainLimitBook, Trade

TICKS, IDS = 16, 200

SCRIPT = """
    sell 1  5 @ 10   ->                        rests
    sell 2  5 @ 10   ->                        behind it
    sell 3  5 @  9   ->                        ahead of both
    buy  4  7 @ 10   ->  3:5@9 1:2@10          the best price first, then the oldest
    cancel 1         ->                        leaves the queue
    buy  5  4 @ 11   ->  2:4@10                takes the next, at its price
    buy  6  4 @ 10   ->  2:1@10                and rests with 3
    sell 7  9        ->  6:3@10                a market order, whose rest is gone
    sell 8  1 @  9   ->                        finds nobody
    cancel 6         ->                        nobody there any more
"""

Message = tuple[int, int, int, int, int]


def message_of(line: str) -> Message:
    words = re.findall(r"buy|sell|cancel|\d+", line)
    if words[0] == "cancel":
        return lb.CANCEL, int(words[1]), 0, 0, 0
    side, number, qty, *price = words
    kind = lb.LIMIT if price else lb.MARKET
    return kind, int(number), 1 if side == "buy" else -1, int(price[0]) if price else 0, int(qty)


def compiled(messages: list[Message]) -> list[Trade]:
    book = lb.new_limit_book(ticks=TICKS, ids=IDS)
    trades = np.zeros((2 * len(messages) + 1, lb.TRADE_WIDTH), dtype=np.int64)
    rows = np.array(messages, dtype=np.int64).reshape(-1, lb.MESSAGE_WIDTH)
    return [tuple(row) for row in trades[: lb.match_messages(book, rows, trades)].tolist()]


def plain(messages: list[Message]) -> list[Trade]:
    book = PlainLimitBook()
    trades: list[Trade] = []
    for kind, number, side, price, qty in messages:
        if kind == lb.CANCEL:
            book.cancel(number)
        elif kind == lb.LIMIT:
            trades += book.limit(number, side, price, qty)
        else:
            trades += book.market(number, side, qty)
    return trades


def test_matching_reads_like_a_blotter() -> None:
    messages, expected = [], []
    for line in SCRIPT.strip().splitlines():
        told, outcome = line.split("->")
        messages.append(message_of(told))
        for maker, qty, price in re.findall(r"(\d+):(\d+)@(\d+)", outcome):
            expected.append((messages[-1][1], int(maker), int(price), int(qty)))
        assert plain(messages) == compiled(messages) == expected, line


orders = st.lists(
    st.tuples(
        st.sampled_from([lb.LIMIT, lb.LIMIT, lb.LIMIT, lb.MARKET, lb.CANCEL]),
        st.sampled_from([1, -1]),
        st.integers(0, TICKS - 1),
        st.integers(1, 9),
        st.integers(0, IDS - 1),
    ),
    max_size=IDS - 1,
)


def numbered(drawn: list[tuple[int, int, int, int, int]]) -> list[Message]:
    """Fresh ids for orders; a cancel names any order before it."""
    return [
        (kind, any_id % (number + 1) if kind == lb.CANCEL else number, side, price, qty)
        for number, (kind, side, price, qty, any_id) in enumerate(drawn)
    ]


@given(orders)
def test_both_books_trade_alike(drawn: list[tuple[int, int, int, int, int]]) -> None:
    messages = numbered(drawn)

    assert compiled(messages) == plain(messages)


@given(orders)
def test_nobody_trades_more_than_was_ordered_or_worse_than_the_limit(
    drawn: list[tuple[int, int, int, int, int]],
) -> None:
    messages = numbered(drawn)
    by_id = {number: (kind, side, price, qty) for kind, number, side, price, qty in messages if kind != lb.CANCEL}
    traded = dict.fromkeys(by_id, 0)
    for taker, maker, price, qty in compiled(messages):
        for number in (taker, maker):
            kind, side, limit, _ = by_id[number]
            traded[number] += qty
            assert kind == lb.MARKET or (price - limit) * side <= 0
        assert by_id[taker][1] == -by_id[maker][1]
    assert all(traded[number] <= by_id[number][3] for number in by_id)
