"""The book against one written without any care for speed: the same orders, the same trades, nothing lost."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from seatrial.domain.orders import OrderType, Side
from seatrial.emulators.floor.live_book import LiveBook
from seatrial.emulators.floor.resting import Resting
from seatrial.emulators.order_books import Terms

PRICES, SIZES = st.integers(95, 105), st.integers(1, 9)
SIDES = st.sampled_from([1, -1])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("limit"), SIDES, PRICES, SIZES),
        st.tuples(st.just("market"), SIDES, st.just(0), SIZES),
        st.tuples(st.just("cancel"), st.just(0), st.integers(0, 30), st.just(0)),
        st.tuples(st.just("level"), SIDES, PRICES, st.integers(0, 9)),
    ),
    max_size=40,
)
Trade = tuple[int, int, int, int]  # taker, maker, price, quantity; the market is 0


@dataclass(slots=True)
class PlainOrder:
    """An order of the plain book; the market's have the number 0."""

    number: int
    side: int
    price: int
    left: int


@dataclass(slots=True)
class PlainBook:
    """Every order in one list, in order of arrival; the best one is looked for each time."""

    orders: list[PlainOrder] = field(default_factory=list)

    def take(self, number: int, side: int, limit: int, qty: int) -> tuple[list[Trade], int]:
        trades = []
        while qty:
            others = [each for each in self.orders if each.side == -side and each.left]
            others = [each for each in others if not limit or (each.price - limit) * side <= 0]
            if not others:
                break
            best = min(others, key=lambda each: each.price * side)
            traded = min(qty, best.left)
            best.left -= traded
            qty -= traded
            trades.append((number, best.number, best.price, traded))
        return trades, qty

    def level(self, side: int, price: int, qty: int) -> list[Trade]:
        for each in self.orders:  # the market's other side there is out of date
            if not each.number and each.side == -side and (each.price - price) * side <= 0:
                each.left = 0
        trades, qty = self.take(0, side, price, qty)
        mine = [each for each in self.orders if not each.number and (each.side, each.price) == (side, price)]
        less = sum(each.left for each in mine) - qty
        if less < 0:
            self.orders.append(PlainOrder(0, side, price, -less))
        for each in reversed(mine):
            gone = min(each.left, max(0, less))
            each.left -= gone
            less -= gone
        return trades

    def levels(self, side: int) -> dict[int, int]:
        found: dict[int, int] = {}
        for each in self.orders:
            if each.side == side and each.left:
                found[each.price] = found.get(each.price, 0) + each.left
        return found


@given(STEPS)
def test_both_books_trade_the_same_and_hold_the_same(steps: list[tuple[str, int, int, int]]) -> None:
    book, plain = LiveBook(), PlainBook()
    sent: list[Resting] = []

    for kind, side, price, qty in steps:
        if kind == "level":
            got = [_row(match) for match in book.set_market(side, price, qty)]
            expected = plain.level(side, price, qty)
        elif kind == "cancel":
            got = expected = []
            if price < len(sent) and sent[price].left and sent[price].limit:
                order = sent[price]
                book.withdraw(order, order.side, order.limit)
                next(each for each in plain.orders if each.number == order.number).left = 0
        else:
            terms = Terms(Side(side), OrderType.LIMIT if price else OrderType.MARKET, qty, price)
            order = Resting(len(sent) + 1, "ann", terms, qty)
            sent.append(order)
            got = [_row(match) for match in book.take(order, side, price)]
            expected, left = plain.take(order.number, side, price, qty)
            assert order.left == left
            if price and left:
                book.rest(order, side, price)
                plain.orders.append(PlainOrder(order.number, side, price, left))
            elif not price:
                order.left = 0
        assert got == expected
        assert dict(book.levels(1, 99)) == plain.levels(1)
        assert dict(book.levels(-1, 99)) == plain.levels(-1)
        bid, ask = book.best(1), book.best(-1)
        assert bid is None or ask is None or bid[0] < ask[0]


def _row(match: object) -> Trade:
    price, qty, taker, maker = match[:4]  # type: ignore[index]
    return taker.number, maker.number, price, qty
