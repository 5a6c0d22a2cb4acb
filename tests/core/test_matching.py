"""Every fill rule of the bar kernel, as a blotter: orders that work, one bar, what trades."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.core import matching
from seatrial.core.book import Book, Execution
from seatrial.domain.orders import OrderType, Side

# open high low close volume | order | trades as qty@price(m)aker per print, '-' for none
BLOTTER = """
    100 104  98 101  400 | buy  5 market          |  5@100
    100 104  98 101   40 | buy 25 market          | 10@100 10@98 5@104
    100 104  98 101  400 | sell 5 limit 103       |  - - 5@103m
    100 103  98 101  400 | sell 5 limit 103       |  -
    100 104  98 101  400 | buy  5 limit 99        |  - 5@99m
    100 104  98 101  400 | buy  5 limit 98        |  -
    100 104  98 101  400 | buy  5 limit 102       |  5@100
    100 104  98 101  400 | buy  5 stop 103        |  - - 5@103
    100 104  98 101  400 | buy  5 stop 104        |  - - 5@104
    100 104  98 101  400 | sell 5 stop 99         |  - 5@99
    100 104  98 101  400 | buy  5 stop 100        |  5@100
    100 101  90  91   16 | sell 9 stop 95         |  - - 4@95 4@91
"""


def lines() -> list[tuple[str, str, str]]:
    return [tuple(part.strip() for part in line.split("|")) for line in BLOTTER.strip().splitlines()]  # type: ignore[misc]


def place(book: Book, text: str) -> None:
    side, qty, kind, *price = text.split()
    book.add(
        1,
        side=Side[side.upper()],
        type=OrderType[kind.upper()],
        qty_units=int(qty),
        limit_units=int(price[0]) if kind == "limit" else 0,
        stop_units=int(price[0]) if kind == "stop" else 0,
    )


def live_through(book: Book, bar: list[int]) -> list[list[Execution]]:
    *prices, volume = bar
    return [
        book.on_print(
            price_units=matching.print_price(*prices, index),
            volume_units=matching.print_volume(volume, 1, index),
            jumped=index == 0,
        )
        for index in range(matching.PRINTS_PER_BAR)
    ]


@pytest.mark.parametrize(("bar", "order", "expected"), lines())
def test_a_bar_does_to_an_order_what_the_rule_says(bar: str, order: str, expected: str) -> None:
    book = Book(lot_units=1)
    place(book, order)

    prints = live_through(book, [int(number) for number in bar.split()])

    told = []
    for trades in prints:
        told.append(" ".join(f"{t.qty_units}@{t.price_units}{'m' * t.maker}" for t in trades) or "-")
    assert " ".join(told).removesuffix(" -").removesuffix(" -").removesuffix(" -") == re.sub(r"\s+", " ", expected)


def test_a_resting_limit_takes_the_better_price_when_the_market_jumps_over_it() -> None:
    book = Book(lot_units=1)
    place(book, "buy 5 limit 99")
    live_through(book, [100, 101, 100, 100, 400])

    trades = book.on_print(price_units=95, volume_units=100, jumped=True)

    assert [(t.qty_units, t.price_units, t.maker) for t in trades] == [(5, 95, True)]


def test_a_resting_stop_pays_the_gap() -> None:
    book = Book(lot_units=1)
    place(book, "sell 5 stop 99")
    live_through(book, [100, 101, 100, 100, 400])

    trades = book.on_print(price_units=95, volume_units=100, jumped=True)

    assert [(t.qty_units, t.price_units) for t in trades] == [(5, 95)]


def test_what_one_order_takes_the_next_does_not_find() -> None:
    book = Book(lot_units=1, participation_ppm=100_000)
    for number in (1, 2, 3):
        book.add(number, side=Side.BUY, type=OrderType.MARKET, qty_units=6)

    trades = book.on_print(price_units=100, volume_units=100, jumped=True)

    assert [(t.number, t.qty_units) for t in trades] == [(1, 6), (2, 4)]


def test_a_cancelled_order_is_gone_and_a_filled_one_cannot_be_cancelled() -> None:
    book = Book(lot_units=1)
    place(book, "buy 5 market")
    assert book.cancel(1) == 5
    assert book.on_print(price_units=100, volume_units=100, jumped=True) == []
    place(book, "buy 5 market")
    book.on_print(price_units=100, volume_units=100, jumped=True)
    assert book.cancel(1) is None


bars = st.tuples(*[st.integers(1, 10_000)] * 4, st.integers(0, 10**6)).map(
    lambda b: (b[0], max(b[:4]), min(b[:4]), b[3], b[4])
)
orders = st.tuples(
    st.sampled_from(list(Side)), st.sampled_from(list(OrderType)), st.integers(1, 10**6), st.integers(1, 10_000)
)


@given(bars, st.lists(orders, max_size=12), st.integers(1, 1_000_000), st.sampled_from([1, 10, 100]))
def test_no_bar_trades_more_than_its_share_outside_its_range_or_beyond_an_order(
    bar: tuple[int, ...], placed: list[tuple[Side, OrderType, int, int]], participation_ppm: int, lot: int
) -> None:
    book = Book(lot_units=lot, participation_ppm=participation_ppm)
    for number, (side, kind, qty, price) in enumerate(placed, start=1):
        book.add(
            number,
            side=side,
            type=kind,
            qty_units=qty * lot,
            limit_units=price * (kind is OrderType.LIMIT),
            stop_units=price * (kind is OrderType.STOP),
        )

    trades = [trade for at in live_through(book, list(bar)) for trade in at]

    assert sum(t.qty_units for t in trades) * 1_000_000 <= bar[4] * participation_ppm
    for trade in trades:
        side, kind, qty, price = placed[trade.number - 1]
        assert bar[2] <= trade.price_units <= bar[1]
        assert 0 < trade.qty_units <= qty * lot
        assert trade.qty_units % lot == 0
        if kind is OrderType.LIMIT:
            assert (price - trade.price_units) * side >= 0, "never worse than the limit"
    assert sum(matching.print_volume(bar[4], lot, index) for index in range(4)) == bar[4]
