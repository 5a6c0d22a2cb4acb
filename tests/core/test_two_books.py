"""The compiled book and the plain one, on the same random streams of orders, cancels and prints: the same story."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.core.book import Book, PlainBook
from seatrial.domain.orders import OrderType, Side, TimeInForce

KINDS = (OrderType.MARKET, OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT)
PRICES = st.integers(90, 110)

order = st.fixed_dictionaries(
    {
        "side": st.sampled_from(list(Side)),
        "type": st.sampled_from(KINDS),
        "qty_units": st.integers(1, 40),
        "limit_units": PRICES,
        "stop_units": PRICES,
        "time_in_force": st.sampled_from(list(TimeInForce)),
        "expires_ns": st.integers(0, 60),
        "post_only": st.booleans(),
        "extended_hours": st.booleans(),
        "if_touched": st.booleans(),
    }
)
trade = st.fixed_dictionaries(
    {
        "price_units": PRICES,
        "volume_units": st.integers(0, 200),
        "jumped": st.booleans(),
        "phase": st.sampled_from([0, 0, 0, 1, 2, 4, 5, 8]),
        "slope_units": st.sampled_from([0, 0, 7]),
    }
)
event = st.one_of(order, trade, st.integers(1, 20))


def _same_story(events: list[dict[str, object] | int], lot: int, participation_ppm: int) -> None:
    compiled = Book(lot_units=lot, participation_ppm=participation_ppm)
    plain = PlainBook(lot_units=lot, participation_ppm=participation_ppm)
    for at, one in enumerate(events, start=1):
        if isinstance(one, int):
            assert compiled.cancel(one) == plain.cancel(one)
        elif "side" in one:
            compiled.add(at, **one)  # type: ignore[arg-type]
            plain.add(at, **one)  # type: ignore[arg-type]
        else:
            assert compiled.on_print(at_ns=at, **one) == plain.on_print(at_ns=at, **one)  # type: ignore[arg-type]
        assert compiled.working() == plain.working()
        assert len(compiled) == len(plain)


@given(st.lists(event, max_size=60), st.sampled_from([1, 3]), st.sampled_from([1_000_000, 250_000]))
def test_both_books_tell_the_same_story(
    events: list[dict[str, object] | int], lot: int, participation_ppm: int
) -> None:
    _same_story(events, lot, participation_ppm)


@pytest.mark.prove
@settings(max_examples=3_000)
@given(st.lists(event, max_size=200))
def test_both_books_tell_the_same_long_stories(events: list[dict[str, object] | int]) -> None:
    _same_story(events, 1, 1_000_000)
