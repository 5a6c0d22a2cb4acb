"""A quote's place in the queue, told as scripts: time in milliseconds, prices in ticks, quantities in lots."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.core import depth as d

MS = 1_000_000
# Every 10 ms each quote joins its best price, and arrives 5 ms later.
QUOTING = d.Quoting(interval_ns=10 * MS, latency_ns=5 * MS, offset_ticks=0, lots=2, position_lots_max=100)

OPENING = """
     0  bid 100: 7
     0  ask 105: 4
"""
KINDS = {"bid": (d.DEPTH, 1), "ask": (d.DEPTH, -1), "buyer": (d.TRADE, 1), "seller": (d.TRADE, -1)}


def replay(script: str, quoting: d.Quoting = QUOTING) -> list[tuple[str, int]]:
    """The fills as `("buy", tick)`, after the quotes joined 100 and 105 at 15 ms behind 7 and 4 lots."""
    rows = []
    for at, word, tick, lots in re.findall(r"(\d+) +(\w+) +(\d+): *(\d+)", OPENING + script):
        kind, side = KINDS[word]
        rows.append((kind, int(at) * MS, side, int(tick), int(lots)))
    fills = np.zeros((16, d.FILL_WIDTH), dtype=np.int64)
    book = d.new_depth_book(low_tick=50, window=100)
    count = d.replay_quotes(book, np.array(rows, dtype=np.int64), quoting, fills)
    return [("buy" if side > 0 else "sell", tick) for _, side, tick, _ in fills[:count].tolist()]


@pytest.mark.parametrize(
    ("story", "script", "expected"),
    [
        ("trades eat what is ahead, and that is not enough", "17 seller 100: 7", []),
        ("one lot more reaches us", "17 seller 100: 7 \n 18 seller 100: 1", [("buy", 100)]),
        ("the queue shrinks below what was ahead", "17 bid 100: 2 \n 18 seller 100: 3", [("buy", 100)]),
        ("a cancel is taken to be behind us", "17 bid 100: 9 \n 18 bid 100: 7 \n 19 seller 100: 5", []),
        ("a trade through our price", "17 seller 99: 1", [("buy", 100)]),
        ("a trade above our bid is not ours", "17 seller 101: 50", []),
        ("an aggressive buyer meets the ask", "17 buyer 105: 5", [("sell", 105)]),
        ("the other side comes to our price", "17 ask 100: 1", [("buy", 100)]),
        ("nothing arrives before its latency", "14 seller 100: 50", []),
    ],
)
def test_a_quote_waits_its_turn(story: str, script: str, expected: list[tuple[str, int]]) -> None:
    assert replay(script) == expected, story


def test_a_position_at_its_limit_quotes_one_side_only() -> None:
    tight = QUOTING._replace(position_lots_max=2)
    bought_then = "17 seller 99: 1 \n 31 bid 100: 7 \n 50 bid 90: 1 \n 51 seller 99: 1 \n 52 buyer 106: 1"

    assert replay(bought_then, tight) == [("buy", 100), ("sell", 105)]


def test_a_quote_follows_its_best_price() -> None:
    moved = "17 bid 102: 3 \n 40 seller 102: 3 \n 41 seller 102: 1"

    assert replay(moved) == [("buy", 102)]


levels = st.lists(st.tuples(st.sampled_from([1, -1]), st.integers(0, 19), st.integers(0, 3)), max_size=60)


@given(levels)
def test_the_best_prices_are_the_best_and_never_cross(updates: list[tuple[int, int, int]]) -> None:
    book = d.new_depth_book(low_tick=0, window=20)
    for side, tick, lots in updates:
        d.set_level(book, side, tick, lots)
        bids, asks = np.flatnonzero(book.lots[d.BID]), np.flatnonzero(book.lots[d.ASK])
        assert book.best.tolist() == [bids.max(initial=-1), asks.min(initial=20)]
        assert book.best[d.BID] < book.best[d.ASK]
