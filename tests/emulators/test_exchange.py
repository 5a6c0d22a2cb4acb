"""The exchange tells one instant after the other, in market time, whenever it is woken."""

from __future__ import annotations

from fractions import Fraction

import pytest
from tests.emulators.small_markets import OPEN_NS, SHARE, equity_bars, flat_bars, session

from seatrial.core.book import Execution
from seatrial.domain.faults import BadSetting, DataFault
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import us_equity
from seatrial.domain.orders import OrderType, Side
from seatrial.domain.time import DAY_NS, MILLISECOND_NS, MINUTE_NS, SECOND_NS, Instant
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.market_clock import MarketClock
from seatrial.emulators.order_books import Terms
from seatrial.emulators.tape import MemoryTape, utc_days
from seatrial.runs.virtual_time import VirtualClock, VirtualLoop, run_virtual

SPY = Symbol("SPY")
QQQ = Symbol("QQQ")


class HandClock:
    """A clock that a test moves."""

    def __init__(self, at_ns: int = 0) -> None:
        self.at_ns = at_ns

    def now_ns(self) -> Instant:
        return Instant(self.at_ns)


def market(
    rows: int = 2, *, minutes: int = 2, anchor_ns: int = OPEN_NS, speed: int = 1
) -> tuple[Exchange, HandClock, list[tuple[object, ...]]]:
    clock = HandClock()
    tape = MemoryTape({SPY: flat_bars("SPY", rows), QQQ: flat_bars("QQQ", rows)}, [session("2019-02-11", minutes)])
    market_clock = MarketClock(clock, anchor_ns=anchor_ns, speed=speed)
    exchange = Exchange([us_equity("SPY"), us_equity("QQQ")], tape, market_clock=market_clock)
    return exchange, clock, listen(exchange)


def listen(exchange: Exchange) -> list[tuple[object, ...]]:
    """Everything the exchange says, as rows of (what, seconds after the open, ...)."""
    said: list[tuple[object, ...]] = []

    def after(at_ns: int) -> float:
        return (at_ns - OPEN_NS) / SECOND_NS

    exchange.on_session_open.append(lambda opened, at_ns: said.append(("open", after(at_ns), opened.day)))
    exchange.on_session_close.append(lambda closed, at_ns: said.append(("close", after(at_ns), closed.day)))
    exchange.on_print.append(lambda seen: said.append(("print", after(seen.at_ns), seen.symbol)))
    exchange.on_bar.append(lambda bars, at_ns: said.append(("bar", after(at_ns), [bar.symbol for bar in bars])))
    exchange.on_end.append(lambda at_ns: said.append(("end", after(at_ns))))
    exchange.on_execution.append(
        lambda symbol, trade, at_ns: said.append(("fill", after(at_ns), symbol, trade.number, trade.qty_units))
    )
    return said


def test_a_minute_is_four_prints_and_then_its_bars_together_after_the_delay() -> None:
    exchange, clock, said = market()
    clock.at_ns = 61 * SECOND_NS - 1

    exchange.catch_up()

    assert said == [
        *[("print", second, symbol) for second in (1, 20, 40, 59) for symbol in ("QQQ", "SPY")],
        ("bar", 60.1, ["QQQ", "SPY"]),
    ]


def test_the_session_closes_before_its_last_bar_is_published_and_then_the_data_ends() -> None:
    exchange, clock, said = market()
    clock.at_ns = DAY_NS

    exchange.catch_up()

    assert said[-3:] == [("close", 120, "2019-02-11"), ("bar", 120.1, ["QQQ", "SPY"]), ("end", 120.1)]
    assert exchange.ended
    assert not exchange.is_open


def test_an_order_meets_only_prints_after_it_even_when_the_wake_up_is_late() -> None:
    exchange, clock, said = market()
    clock.at_ns = 50 * SECOND_NS

    exchange.place(SPY, Terms(Side.BUY, OrderType.MARKET, 5 * SHARE))
    clock.at_ns = 65 * SECOND_NS
    exchange.catch_up()

    assert ("fill", 59, SPY, 1, 5 * SHARE) in said
    assert sum(row[0] == "print" for row in said) == 10


def test_two_accounts_do_not_take_each_others_volume() -> None:
    exchange, clock, said = market()

    for account in ("first", "second"):
        exchange.place(SPY, Terms(Side.BUY, OrderType.MARKET, 150 * SHARE), account=account)
    clock.at_ns = 1 * SECOND_NS
    exchange.catch_up()

    assert [row for row in said if row[0] == "fill"] == [("fill", 1, SPY, n, 100 * SHARE) for n in (1, 2)]


def test_a_cancel_returns_what_was_left_and_None_for_an_order_that_does_not_work() -> None:
    exchange, clock, _ = market()
    number = exchange.place(SPY, Terms(Side.BUY, OrderType.MARKET, 150 * SHARE))
    clock.at_ns = 1 * SECOND_NS

    assert exchange.cancel(number) == 50 * SHARE
    assert exchange.cancel(number) is None


def test_a_market_resumed_in_the_middle_goes_on_with_the_rest() -> None:
    whole, clock, everything = market()
    clock.at_ns = DAY_NS
    whole.catch_up()
    for stop in (0, 1, 20, 59, 60, 61, 80, 119, 120):
        exchange, clock, said = market(anchor_ns=OPEN_NS + stop * SECOND_NS)
        clock.at_ns = DAY_NS
        exchange.catch_up()
        assert said == [row for row in everything if isinstance(row[1], float | int) and row[1] > stop]


def test_a_resumed_market_remembers_its_last_print() -> None:
    exchange, _, _ = market(anchor_ns=OPEN_NS + 60 * SECOND_NS)

    newest = exchange.newest_print(SPY)
    assert newest is not None
    assert (newest.price_units, newest.at_ns) == (1_000_000, OPEN_NS + 59 * SECOND_NS)


def test_a_restored_stop_that_was_touched_and_found_no_volume_is_still_triggered() -> None:
    rows = [("100", "110", "100", "105", 0), ("104", "104", "104", "104", 4_000)]
    tape = MemoryTape({SPY: equity_bars("SPY", rows)}, [session("2019-02-11", 2)])
    clock = HandClock()
    resumed = MarketClock(clock, anchor_ns=OPEN_NS + 50 * SECOND_NS)
    exchange = Exchange([us_equity("SPY")], tape, market_clock=resumed)
    fills: list[Execution] = []
    exchange.on_execution.append(lambda _, trade, __: fills.append(trade))

    exchange.restore(SPY, Terms(Side.BUY, OrderType.STOP, SHARE, stop_units=1_090_000), number=7, placed_ns=OPEN_NS)
    clock.at_ns = 60 * SECOND_NS
    exchange.catch_up()

    assert fills == [Execution(number=7, qty_units=SHARE, price_units=1_040_000, maker=False, left_units=0)]


def test_finished_bars_are_those_that_were_published() -> None:
    exchange, clock, _ = market()

    clock.at_ns = 60 * SECOND_NS
    assert exchange.finished_bars(SPY, 0, OPEN_NS + DAY_NS) == ()
    clock.at_ns += 100 * MILLISECOND_NS
    assert [bar.start_ns for bar in exchange.finished_bars(SPY, 0, OPEN_NS + DAY_NS)] == [OPEN_NS]
    assert exchange.finished_bars(SPY, OPEN_NS + 1, OPEN_NS + DAY_NS) == ()


def test_run_sleeps_from_instant_to_instant_at_the_markets_speed() -> None:
    async def main(loop: VirtualLoop) -> tuple[int, list[int]]:
        clock = VirtualClock(loop)
        tape = MemoryTape({SPY: flat_bars("SPY", 390)}, [session("2019-02-11", 390)])
        exchange = Exchange(
            [us_equity("SPY")], tape, market_clock=MarketClock(clock, anchor_ns=OPEN_NS - SECOND_NS, speed=60)
        )
        lateness: list[int] = []
        exchange.on_settled.append(lambda at_ns: lateness.append(exchange.market_clock.now_ns() - at_ns))
        await exchange.run()
        return loop.elapsed_ns, lateness

    elapsed_ns, lateness = run_virtual(main)

    assert elapsed_ns == -(-(SECOND_NS + 390 * MINUTE_NS + 100 * MILLISECOND_NS) // 60)
    assert max(lateness) < 60
    assert len(lateness) == 390 * 5 + 2


def test_sessions_that_touch_close_and_open_at_one_instant() -> None:
    day = OPEN_NS // DAY_NS
    start_ns = (day + 1) * DAY_NS - MINUTE_NS
    tape = MemoryTape({SPY: flat_bars("SPY", 2, start_ns=start_ns)}, utc_days(day, 2))
    clock = HandClock()
    exchange = Exchange([us_equity("SPY")], tape, market_clock=MarketClock(clock, anchor_ns=start_ns))
    said = listen(exchange)
    clock.at_ns = MINUTE_NS

    exchange.catch_up()

    assert [row[0] for row in said[-2:]] == ["close", "open"]
    assert exchange.is_open


def test_a_bar_outside_every_session_is_refused() -> None:
    with pytest.raises(DataFault, match="lies in no session"):
        MemoryTape({SPY: flat_bars("SPY", 3)}, [session("2019-02-11", 2)])


def test_market_time_follows_a_fraction_of_api_time_and_comes_back_exactly() -> None:
    clock = HandClock(5)
    half = MarketClock(clock, anchor_ns=1_000, speed=Fraction(1, 2))
    clock.at_ns = 25

    assert half.now_ns() == 1_010
    assert half.wait_ns(1_015) == 10
    with pytest.raises(BadSetting, match="speed"):
        MarketClock(clock, anchor_ns=0, speed=0)
