"""On the floor everybody meets everybody: accounts and the market, the better price first, then who came first."""

from __future__ import annotations

from itertools import pairwise

import pytest
from tests.emulators.small_floor import BTC, START_NS, UNIT, SmallFloor, ask, bid, bought, sold

from seatrial.domain.orders import Side, TimeInForce
from seatrial.domain.time import SECOND_NS
from seatrial.emulators.floor.bursts import CLEAR, Move
from seatrial.emulators.floor.shown import DepthChange
from seatrial.emulators.order_books import SelfTrade

BUY, SELL = Side.BUY, Side.SELL


def quiet() -> SmallFloor:
    floor = SmallFloor([bid(99, 5), bid(98, 5), ask(101, 5), ask(102, 5)])
    floor.second(1)
    return floor


def test_a_market_order_takes_level_after_level_and_what_it_took_is_gone() -> None:
    floor = quiet()

    floor.send(BUY, 7)

    assert floor.fills == [(1, 5, 101, "taker"), (1, 2, 102, "taker")]
    assert floor.tape == [(101, 5, False), (102, 2, False)]
    assert floor.book() == ([(99, 5), (98, 5)], [(102, 3)])


def test_two_accounts_trade_with_each_other_and_both_hear_of_it() -> None:
    floor = quiet()

    offer = floor.send(SELL, 3, 100, who="ann")
    floor.send(BUY, 2, 100, who="bob")

    assert floor.fills == [(2, 2, 100, "taker"), (offer, 2, 100, "maker")]
    assert floor.book()[1][0] == (100, 1)


def test_who_came_first_at_a_price_is_served_first_market_or_account() -> None:
    floor = SmallFloor([bid(99, 5), ask(101, 5)], [sold(99, 5)], [sold(99, 2)])
    floor.second(1)
    mine = floor.send(BUY, 3, 99)

    floor.second(2)
    assert floor.fills == []

    floor.second(3)
    assert floor.fills == [(mine, 2, 99, "maker")]


def test_the_market_comes_behind_who_waits_when_it_adds_to_a_level_and_leaves_from_behind() -> None:
    floor = SmallFloor([bid(99, 5), ask(101, 5)], [bid(99, 9)], [bid(99, 4)], [sold(99, 5)])
    floor.second(1)
    mine = floor.send(BUY, 3, 99)
    floor.second(4)

    assert floor.fills == [(mine, 1, 99, "maker")], "four of the market's five were there before"


def test_a_market_that_moves_through_an_order_trades_with_it_at_its_price() -> None:
    floor = SmallFloor([bid(99, 5), ask(101, 5)], [bid(103, 2), ask(104, 1)])
    floor.second(1)
    mine = floor.send(SELL, 3, 102)
    floor.second(2)

    assert floor.fills == [(mine, 2, 102, "maker")]
    assert floor.book() == ([(99, 5)], [(102, 1), (104, 1)])


def test_what_an_account_took_stays_taken_until_the_market_says_the_level_again() -> None:
    floor = SmallFloor([bid(99, 5), ask(101, 5)], [bid(98, 1)], [ask(101, 4)])
    floor.second(1)
    floor.send(BUY, 5, 101)
    floor.second(2)
    assert floor.book()[1] == []

    floor.second(3)
    assert floor.book()[1] == [(101, 4)]


def test_a_trade_of_which_the_book_knows_nothing_is_printed_all_the_same() -> None:
    floor = SmallFloor([bid(99, 5), ask(101, 1)], [bought(101, 4)])
    floor.second(2)

    assert floor.tape == [(101, 1, False), (101, 3, False)]


def test_a_stop_waits_for_a_trade_at_its_price_and_then_takes() -> None:
    floor = SmallFloor([bid(99, 5), ask(101, 2), ask(102, 5)], [bought(101, 1)], [bought(102, 2)])
    floor.second(1)
    stop = floor.send(BUY, 2, stop=102)
    floor.second(2)
    assert floor.fills == []

    floor.second(3)
    assert floor.fills == [(stop, 2, 102, "taker")]


def test_stops_set_each_other_off_until_nobody_is_touched() -> None:
    floor = SmallFloor([bid(99, 1), bid(98, 1), bid(97, 9), ask(101, 1)])
    floor.second(1)
    second = floor.send(SELL, 1, stop=98, who="bob")
    first = floor.send(SELL, 1, stop=99, who="ann")

    floor.send(SELL, 1, who="cyd")

    assert floor.fills == [(3, 1, 99, "taker"), (first, 1, 98, "taker"), (second, 1, 97, "taker")]


@pytest.mark.parametrize(
    ("tif", "fills", "ended"),
    [
        (TimeInForce.IOC, [(1, 5, 101, "taker")], [(1, 2)]),
        (TimeInForce.FOK, [], [(1, 7)]),
        (TimeInForce.GTC, [(1, 5, 101, "taker")], []),
    ],
)
def test_what_finds_nobody_ends_or_waits_as_its_time_in_force_says(
    tif: TimeInForce, fills: list[object], ended: list[object]
) -> None:
    floor = quiet()

    floor.send(BUY, 7, 101, tif=tif)

    assert (floor.fills, floor.ended) == (fills, ended)
    assert floor.book()[0][0] == ((101, 2) if tif is TimeInForce.GTC else (99, 5))


def test_a_post_only_order_ends_where_it_would_take() -> None:
    floor = quiet()

    floor.send(BUY, 1, 101, post_only=True)
    floor.send(BUY, 1, 100, post_only=True)

    assert floor.ended == [(1, 1)]
    assert floor.book()[0][0] == (100, 1)


def test_a_budget_buys_whole_lots_and_ends_with_what_it_cannot_pay() -> None:
    floor = quiet()

    floor.send(BUY, 100, budget=5 * 101 + 150)

    assert floor.fills == [(1, 5, 101, "taker"), (1, 1, 102, "taker")]
    assert floor.ended == [(1, 94)]


@pytest.mark.parametrize(
    ("mode", "bids", "asks", "ended"),
    [
        (SelfTrade.EXPIRE_TAKER, [(99, 5)], [(100, 3), (101, 5)], [2]),
        (SelfTrade.EXPIRE_MAKER, [(100, 2), (99, 5)], [(101, 5)], [1]),
        (SelfTrade.EXPIRE_BOTH, [(99, 5)], [(101, 5)], [2, 1]),
        (SelfTrade.DECREMENT, [(99, 5)], [(100, 1), (101, 5)], [2]),
    ],
)
def test_an_account_does_not_trade_with_itself_in_any_of_four_ways(
    mode: SelfTrade, bids: list[object], asks: list[object], ended: list[int]
) -> None:
    floor = quiet()
    floor.send(SELL, 3, 100)

    floor.send(BUY, 2, 100, self_trade=mode)

    assert floor.fills == []
    assert len(floor.prevented) == 1
    assert [number for number, _ in floor.ended] == ended
    assert (floor.book()[0][: len(bids)], floor.book()[1][: len(asks)]) == (bids, asks)


def test_a_cancelled_order_is_gone_from_the_book_and_says_what_was_left_of_it() -> None:
    floor = quiet()
    mine = floor.send(BUY, 3, 100)

    assert floor.exchange.cancel(mine) == 3 * UNIT
    assert floor.exchange.cancel(mine) is None
    assert floor.book()[0] == [(99, 5), (98, 5)]


def test_a_new_recording_leaves_what_accounts_have() -> None:
    floor = SmallFloor([bid(99, 5), ask(101, 5)], [Move(CLEAR, 1, 0, 0), bid(90, 1)])
    floor.second(1)
    floor.send(BUY, 3, 99)
    floor.second(2)

    assert floor.book() == ([(99, 3), (90, 1)], [])


def test_nobody_trades_in_a_halt_and_what_was_missed_is_made_up_for_at_its_end() -> None:
    floor = SmallFloor([bid(99, 5), ask(101, 5)], [ask(101, 0), ask(103, 5), bought(103, 1)], [bid(98, 1)])
    floor.second(1)
    floor.exchange.halt(BTC)
    mine = floor.send(BUY, 1)
    floor.second(2)
    assert (floor.fills, floor.tape) == ([], [])

    floor.exchange.resume(BTC)
    floor.second(3)
    assert floor.fills == [(mine, 1, 103, "taker")]


def test_depth_changes_follow_each_other_without_a_gap_and_rebuild_the_book() -> None:
    floor = SmallFloor([bid(99, 5), ask(101, 5)], [ask(101, 2), bid(98, 4)], [bought(101, 2), ask(102, 1)])
    told: list[DepthChange] = []
    floor.exchange.on_depth.append(told.append)
    floor.second(1)
    floor.send(BUY, 3, 100)
    floor.second(3)

    assert all(later.first_id == earlier.last_id + 1 for earlier, later in pairwise(told))
    rebuilt: tuple[dict[int, int], dict[int, int]] = ({}, {})
    for change in told:
        for side, rows in zip(rebuilt, (change.bids, change.asks), strict=True):
            side.update(rows)
    shown = floor.exchange.depth(BTC, 10)
    assert shown is not None
    assert {price: qty for price, qty in rebuilt[0].items() if qty} == dict(shown.bids)
    assert {price: qty for price, qty in rebuilt[1].items() if qty} == dict(shown.asks)
    assert shown.update_id == told[-1].last_id


def test_a_market_too_fast_for_the_machine_falls_behind_and_goes_on_from_where_it_is() -> None:
    floor = SmallFloor([bid(99, 5)], [bid(98, 5)], [bid(97, 5)])
    floor.exchange.on_depth.append(lambda _: floor.clock.pass_by(SECOND_NS))  # each instant takes a second to tell

    floor.second(3)
    assert floor.exchange.now_ns() == START_NS + SECOND_NS

    floor.clock.pass_by(SECOND_NS)
    floor.exchange.catch_up()
    assert floor.exchange.now_ns() == START_NS + 2 * SECOND_NS
