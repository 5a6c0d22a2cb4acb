"""Every fill rule of the bar kernel, as a blotter: orders that work, one bar, what trades. On both books."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.fills import BOOKS, AnyBook, live_through, place, told

from seatrial.core import matching
from seatrial.domain.orders import OrderType, Side

ROOT = Path(__file__).resolve().parents[2]

# condition | open high low close volume marks | order | what its four prints do, '-' for nothing
BLOTTER = """
    F-01 | 100 104  98 101  400         | buy  5 market                    | 5@100
    F-02 | 100 104  98 101   40         | buy 25 market                    | 10@100 10@98 5@104
    F-02 | 100 104  98 101    3         | buy  9 market                    | - - - 3@101
    F-05 | 100 104  98 101  400         | sell 5 market                    | 5@100
    F-06 | 100 104  98 101  400         | sell 5 limit 103                 | - - 5@103m
    F-06 | 100 103  98 101  400         | sell 5 limit 103                 | -
    F-06 | 100 104  98 101  400         | buy  5 limit 98                  | -
    F-07 | 100 104  98 101  400         | buy  5 limit 99                  | - 5@99m
    F-07 | 100 104  98 101  400         | buy  5 limit 102                 | 5@100
    F-08 | 100 101  90  91   16         | buy  9 limit 99                  | - - 4@99m 4@91
    F-09 | 100 104  98 101  400         | buy  5 stop 103                  | - - 5@103
    F-09 | 100 104  98 101  400         | buy  5 stop 104                  | - - 5@104
    F-09 | 100 104  98 101  400         | sell 5 stop 99                   | - 5@99
    F-09 | 100 104  98 101  400         | buy  5 stop 100                  | 5@100
    F-09 | 100 101  90  91   16         | sell 9 stop 95                   | - - 4@95 4@91
    F-09 | 100 104  98 101  400         | sell 5 stop 103 if_touched       | - - 5@103
    F-09 | 100 104  98 101  400         | buy  5 stop 99 if_touched        | - 5@99
    F-10 | 100 104  98 101  400         | buy  5 stop_limit 103 105        | - - 5@103
    F-10 | 100 104  98 101  400         | sell 5 stop_limit 103 102 if_touched | - - 5@103
    F-10 | 100 104  98 101  400         | sell 5 stop_limit 103 103 if_touched | -
    F-10 | 100 104  98 101  400         | buy  5 stop_limit 103 103        | - - - 5@103m
    F-10 | 100 104  98 103  400         | buy  5 stop_limit 103 103        | -
    F-10 | 100 104  98 101  400         | buy  5 stop_limit 103 102        | - - - 5@102m
    F-10 | 110 112 101 105  400         | buy  5 stop_limit 103 105        | - - 5@105m
    F-10 | 100 104  98 101  400         | sell 5 stop_limit 99 97          | - 5@99
    F-10 | 100 104  98 101   16         | buy  9 stop_limit 103 105        | - - 4@103 4@101
    F-11 | 100 104  98 101   40         | buy 25 market ioc                | 10@100 15!expired
    F-11 | 100 104  98 101  400         | buy  5 limit 99 ioc              | 5!expired
    F-11 | 100 104  98 101  400         | buy  5 limit 102 ioc             | 5@100
    F-11 | 100 104  98 101   16         | buy  9 stop 103 ioc              | - - 4@103 5!expired
    F-11 | 100 104  98 101  400         | buy  5 stop_limit 103 103 ioc    | - - 5!expired
    F-12 | 100 104  98 101   40         | buy 11 market fok                | 11!expired
    F-12 | 100 104  98 101   40         | buy 10 market fok                | 10@100
    F-12 | 100 104  98 101  400         | buy 10 limit 99 fok              | 10!expired
    F-13 | 100 104  98 101  400         | sell 5 limit 103 gtd:40          | - - 5!expired
    F-13 | 100 104  98 101  400         | sell 5 limit 103 gtd:41          | - - 5@103m
    F-14 | 100 104  98 101  400 opening | buy  5 market opg                | 5@100
    F-14 | 100 104  98 101  400 opening | buy  5 limit 99 opg              | 5!expired
    F-14 | 100 104  98 101  400 opening | buy  5 limit 101 opg             | 5@100
    F-14 | 100 104  98 101  400         | buy  5 market opg                | -
    F-14 | 100 104  98 101  400 closing | buy  5 market cls                | - - - 5@101
    F-14 | 100 104  98 101   40 closing | buy 25 market cls                | - - - 10@101 15!expired
    F-14 | 100 104  98 101  400 closing | sell 5 limit 102 cls             | - - - 5!expired
    F-14 | 100 104  98 101  400         | buy  5 market cls                | -
    F-15 | 100 104  98 101  400         | buy  5 limit 101 post_only       | 5!canceled
    F-15 | 100 104  98 101  400         | buy  5 limit 100 post_only       | - 5@100m
    F-15 | 100 101  90  91   16         | buy  9 limit 99 post_only        | - - 4@99m 4@99m
    F-16 | 100 104  98 101  400 extended | buy 5 market                    | -
    F-16 | 100 104  98 101  400 extended | buy 5 limit 99 extended_hours   | - 5@99m
    F-16 | 100 104  98 101  400 halted   | buy 5 market extended_hours     | -
"""


@pytest.fixture(params=BOOKS, ids=["compiled", "plain"])
def book(request: pytest.FixtureRequest) -> AnyBook:
    made: AnyBook = request.param(lot_units=1)
    return made


def lines() -> list[tuple[str, ...]]:
    return [tuple(part.strip() for part in line.split("|")) for line in BLOTTER.strip().splitlines()]


@pytest.mark.parametrize(("condition", "bar", "order", "expected"), lines())
def test_a_bar_does_to_an_order_what_the_condition_says(
    book: AnyBook, condition: str, bar: str, order: str, expected: str
) -> None:
    place(book, order)

    assert told(live_through(book, bar)) == re.sub(r"\s+", " ", expected), condition


def test_every_condition_has_a_test_and_stands_in_the_docs() -> None:
    said = set(re.findall(r"^\* (F-\d\d)", matching.__doc__ or "", flags=re.MULTILINE))
    written = set(re.findall(r"^\*\*(F-\d\d)", (ROOT / "docs/concepts/fills.md").read_text(), flags=re.MULTILINE))
    shown = {f"F-{number}" for number in re.findall(r"(?:F-|test_f)(\d\d)", Path(__file__).read_text())}

    assert said == written == shown


def test_f03_what_one_order_takes_the_next_does_not_find(book: AnyBook) -> None:
    book.participation_ppm = 100_000
    for number in (1, 2, 3):
        place(book, "buy 6 market", number)

    trades = book.on_print(price_units=100, volume_units=100, jumped=True)

    assert [(one.number, one.qty_units) for one in trades] == [(1, 6), (2, 4)]


def test_f04_a_resting_limit_takes_the_better_price_when_the_market_jumps_over_it(book: AnyBook) -> None:
    place(book, "buy 5 limit 99")
    live_through(book, "100 101 100 100 400")

    assert told(live_through(book, "95 95 95 95 400")) == "5@95m"


def test_f04_a_resting_stop_pays_the_gap(book: AnyBook) -> None:
    place(book, "sell 5 stop 99")
    live_through(book, "100 101 100 100 400")

    assert told(live_through(book, "95 95 95 95 400")) == "5@95"


def test_f10_a_stop_limit_that_the_market_jumped_over_waits_at_its_limit(book: AnyBook) -> None:
    place(book, "sell 5 stop_limit 99 97")
    assert told(live_through(book, "100 101 100 100 400")) == "-"
    assert told(live_through(book, "95 96 94 95 400")) == "-"
    assert told(live_through(book, "95 98 94 95 400")) == "- - 5@97m"


def test_f12_fok_is_judged_on_what_earlier_orders_left(book: AnyBook) -> None:
    place(book, "buy 6 market", 1)
    place(book, "buy 5 market fok", 2)
    place(book, "buy 4 market fok", 3)

    assert told([book.on_print(price_units=100, volume_units=10, jumped=True)]) == "6@100 5!expired 4@100"


def test_f14_an_order_for_the_open_waits_for_the_next_session(book: AnyBook) -> None:
    place(book, "buy 5 limit 99 opg")
    assert told(live_through(book, "100 104 90 101 400 closing")) == "-"
    assert told(live_through(book, "95 104 90 101 400 opening")) == "5@95"


def test_f16_a_regular_order_knows_nothing_of_the_night(book: AnyBook) -> None:
    """It is as new as it was: the first regular print is its first."""
    place(book, "buy 5 limit 101 post_only")
    assert told(live_through(book, "105 106 99 103 400 extended")) == "-"
    assert told(live_through(book, "103 104 99 101 400")) == "- - 5@101m"


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("buy 100 market", "100@110"),  # the whole print: the slope itself
        ("buy 25 market", "25@105"),  # a quarter: half of it
        ("buy 24 market", "24@105"),  # and never in our favour
        ("sell 25 market", "25@95"),
        ("buy 25 limit 103", "25@103"),  # never beyond a limit
        ("buy 25 stop 100", "25@105"),
    ],
)
def test_f17_who_takes_pays_for_his_size(book: AnyBook, order: str, expected: str) -> None:
    place(book, order)

    assert told(live_through(book, "100 104 94 101 400", impact_ppm=1_000_000)) == expected


def test_f17_who_rests_pays_nothing_and_a_second_order_pays_for_both(book: AnyBook) -> None:
    place(book, "buy 16 market", 1)
    place(book, "buy 9 market", 2)
    place(book, "buy 5 limit 99", 3)

    assert told(live_through(book, "100 104 94 101 400", impact_ppm=1_000_000)) == "16@104 9@105 - 5@99m"


def test_a_cancelled_order_is_gone_and_a_filled_one_cannot_be_cancelled(book: AnyBook) -> None:
    place(book, "buy 5 market")
    assert book.cancel(1) == 5
    assert told(live_through(book, "100 104 98 101 400")) == "-"
    place(book, "buy 5 market")
    live_through(book, "100 104 98 101 400")
    assert book.cancel(1) is None


def test_what_an_order_has_seen_can_be_told_to_it_again(book: AnyBook) -> None:
    """As after a restart: the plain fact that it rests, and that its stop has been touched."""
    for number, order in enumerate(("buy 5 limit 99", "sell 5 stop 99", "sell 5 stop_limit 99 98", "buy 5 limit 90")):
        place(book, order, number + 1)
        book.recall(number + 1, [(100, True, 0), (98, False, 0)])

    assert [(fresh, triggered) for _, _, fresh, triggered in book.working()] == [
        (matching.LEFT_OVER, False),
        (matching.LEFT_OVER, True),
        (matching.LEFT_OVER, True),
        (matching.RESTING, False),
    ]


bars = st.tuples(*[st.integers(1, 10_000)] * 4, st.integers(0, 10**6)).map(
    lambda b: (b[0], max(b[:4]), min(b[:4]), b[3], b[4])
)
KINDS = (OrderType.MARKET, OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT)
orders = st.tuples(st.sampled_from(list(Side)), st.sampled_from(KINDS), st.integers(1, 10**6), st.integers(1, 10_000))
Placed = list[tuple[Side, OrderType, int, int]]


@pytest.mark.parametrize("kind_of_book", BOOKS)
@given(bars, st.lists(orders, max_size=12), st.integers(1, 1_000_000), st.sampled_from([1, 10, 100]))
def test_no_bar_trades_more_than_its_share_outside_its_range_or_beyond_an_order(
    kind_of_book: type, bar: tuple[int, ...], placed: Placed, participation_ppm: int, lot: int
) -> None:
    book: AnyBook = kind_of_book(lot_units=lot, participation_ppm=participation_ppm)
    for number, (side, kind, qty, price) in enumerate(placed, start=1):
        limit, stop = price * (kind.name.endswith("LIMIT")), price * kind.name.startswith("STOP")
        book.add(number, side=side, type=kind, qty_units=qty * lot, limit_units=limit, stop_units=stop)

    prints = live_through(book, " ".join(str(number) for number in bar))
    trades = [trade for at in prints for trade in at]

    assert sum(t.qty_units for t in trades) * 1_000_000 <= bar[4] * participation_ppm
    for trade in trades:
        side, kind, qty, price = placed[trade.number - 1]
        assert bar[2] <= trade.price_units <= bar[1]
        assert 0 < trade.qty_units <= qty * lot
        if kind.name.endswith("LIMIT"):
            assert (price - trade.price_units) * side >= 0, "never worse than the limit"
    assert sum(matching.print_volume(bar[4], lot, index) for index in range(4)) == bar[4]


@pytest.mark.parametrize("kind_of_book", BOOKS)
@given(bars, st.lists(orders, max_size=12))
def test_f04_no_bar_is_lived_on_two_paths_at_once(kind_of_book: type, bar: tuple[int, ...], placed: Placed) -> None:
    """Every trade of a print lies on the way from the print before it: one path, never both sides of a bar."""
    book: AnyBook = kind_of_book(lot_units=1)
    for number, (side, kind, qty, price) in enumerate(placed, start=1):
        limit, stop = price * (kind.name.endswith("LIMIT")), price * kind.name.startswith("STOP")
        book.add(number, side=side, type=kind, qty_units=qty, limit_units=limit, stop_units=stop)

    prints = live_through(book, " ".join(str(number) for number in bar))

    before = bar[0]
    for index, trades in enumerate(prints):
        here = matching.print_price(*bar[:4], index)
        assert all(min(before, here) <= trade.price_units <= max(before, here) for trade in trades)
        before = here
