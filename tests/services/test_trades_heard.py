"""A strategy that hears trades: each bar's whole and before it, or it holds; never a count that lacks one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from tests.services.tape_venue import AAPL, ACCOUNT, TapeVenue, bar
from tests.services.test_signals import Book

from seatrial.domain.facts import Target
from seatrial.domain.faults import RequestFault, VenueRefused
from seatrial.domain.ids import StrategyId
from seatrial.domain.instrument import us_equity
from seatrial.domain.time import HOUR_NS, SECOND_NS
from seatrial.runs.virtual_time import VirtualClock, VirtualLoop, run_virtual
from seatrial.services.bus import Bus, Overflow
from seatrial.services.desk import Desk, DeskRules
from seatrial.services.health import Status
from seatrial.services.strategy_file import StrategyFile
from seatrial.services.topics import BarBatch, Decision
from seatrial.services.trade_tape import TradeTape
from seatrial.strategy.watching import TradesTold
from seatrial.venues.port import TickEvent

SOURCE = """
from seatrial.strategy import Strategy

class Counts(Strategy):
    symbols = ("AAPL",)
    warmup_bars = {warmup}

    def on_start(self, context):
        self.sizes, self.bars = [], 0

    def on_trade(self, context, trade):
        self.sizes.append(trade.size)

    def on_bar(self, context, bar):
        self.bars += 1
        assert sum(self.sizes) == bar.volume * self.bars
        context.target("AAPL", quantity=len(self.sizes))
"""


def trades(minute: int, *parts: int, counts: bool = True) -> list[TickEvent]:
    """Trades of these sizes, a second apart, in the bar that ends at a minute; a bar's volume is 1,000."""
    start_ns = bar("AAPL", minute).start_ns
    return [
        TickEvent(AAPL, 1_000_000, part * 10**9, start_ns + second * SECOND_NS, counts)
        for second, part in enumerate(parts)
    ]


class House:
    """One desk, what it decided, and the venue behind it."""

    def __init__(self, loop: VirtualLoop, folder: Path, *, hears: bool = True, warmup: int = 0) -> None:
        clock = VirtualClock(loop)
        path = folder / "counts.py"
        path.write_text(SOURCE.format(warmup=warmup))
        self.venue, self.bus = TapeVenue(clock), Bus()
        self.decisions = self.bus.subscribe(Decision, "test", overflow=Overflow.WAIT)
        self.tape = TradeTape(self.venue)
        source = StrategyFile(
            path,
            strategy_id=StrategyId("counts"),
            account=ACCOUNT,
            instruments=[us_equity("AAPL")],
            trades=TradesTold if hears else None,
        )
        self.desk = Desk(
            source,
            self.venue,
            tape=self.tape,
            clock=clock,
            positions=Book(),
            bus=self.bus,
            rules=DeskRules(warm_up_ns=HOUR_NS),
        )

    async def show(self, minute: int, heard: Sequence[TickEvent]) -> None:
        for trade in heard:
            self.tape.hear(trade)
        bars = (bar("AAPL", minute),)
        await self.bus.publish(BarBatch(ACCOUNT, bars[0].end_ns, bars, True))
        await asyncio.sleep(0.1)

    def decided(self) -> list[int | str | None]:
        """Shares wanted by each decision, or why there are none."""
        found: list[int | str | None] = []
        while len(self.decisions):
            decision = self.decisions._queue.popleft()
            wanted = [fact.quantity_units for fact in decision.facts if isinstance(fact, Target)]
            found.append((wanted[0] or 0) // 10**9 if wanted else decision.skipped)
        return found


def played(
    folder: Path, script: Callable[[House], Awaitable[None]], history: Sequence[int] = (), *, warmup: int = 0
) -> None:
    async def main(loop: VirtualLoop) -> None:
        house = House(loop, folder, warmup=warmup)
        house.venue.history = [bar("AAPL", minute) for minute in history]
        house.venue.prints = [trade for minute in history for trade in trades(minute, 400, 600)]
        running = asyncio.ensure_future(house.desk.run())
        await asyncio.sleep(0.1)
        await script(house)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    run_virtual(main, epoch_ns=bar("AAPL", 0).end_ns)


def test_a_bars_trades_are_told_before_it_and_no_question_is_asked_where_the_stream_told_all(tmp_path: Path) -> None:
    async def script(house: House) -> None:
        asked = house.venue.asked
        await house.show(1, trades(1, 400, 600))
        await house.show(2, trades(2, 100, 200, 700))

        assert house.decided() == [2, 5]
        assert house.venue.asked == asked

    played(tmp_path, script)


def test_what_the_stream_dropped_or_told_twice_is_asked_for(tmp_path: Path) -> None:
    async def script(house: House) -> None:
        house.venue.prints = [*trades(1, 400, 600), *trades(2, 1_000)]
        await house.show(1, trades(1, 400))
        await house.show(2, [*trades(2, 1_000), *trades(2, 1_000)])

        assert house.decided() == [2, 3]

    played(tmp_path, script)


def test_a_trade_that_is_no_part_of_its_bar_is_told_and_not_counted(tmp_path: Path) -> None:
    async def script(house: House) -> None:
        heard = [*trades(1, 400, 600), *trades(1, 0, counts=False)]
        await house.show(1, heard)

        assert house.decided() == [3]

    played(tmp_path, script)


def test_without_its_trades_it_holds_and_what_comes_late_is_history(tmp_path: Path) -> None:
    async def script(house: House) -> None:
        house.venue.silent = True
        await house.show(1, trades(1, 400))
        (why,) = house.decided()
        verdict = await house.desk.check()

        assert "cannot be asked for: the tape is torn" in str(why)
        assert verdict.status is Status.DEGRADED

        house.venue.silent = False
        house.venue.prints = trades(1, 400, 500)
        await house.show(2, trades(2, 1_000))
        (why,) = house.decided()
        assert "are not whole: 900000000000 of 1000000000000 units" in str(why)

        house.venue.prints = trades(1, 400, 500, 100)
        await house.show(3, trades(3, 300, 700))
        assert house.decided() == [6]
        assert (await house.desk.check()).status is Status.HEALTHY

    played(tmp_path, script)


def test_a_venue_that_refuses_is_held_too(tmp_path: Path) -> None:
    async def script(house: House) -> None:
        async def refused(*_: object) -> Sequence[TickEvent]:
            raise VenueRefused("403", "subscription does not permit it")

        house.venue.trades = refused  # type: ignore[method-assign,assignment]
        await house.show(1, [])

        (why,) = house.decided()
        assert "subscription does not permit it" in str(why)

    played(tmp_path, script)


def test_it_warms_up_with_as_many_bars_as_it_asks_for_and_all_their_trades(tmp_path: Path) -> None:
    async def script(house: House) -> None:
        await house.show(1, trades(1, 1_000))

        assert house.decided() == [5]  # two bars of two trades before it

    played(tmp_path, script, history=range(-9, 1), warmup=2)


def test_before_a_bar_whose_trades_cannot_be_had_nothing_is_shown(tmp_path: Path) -> None:
    async def script(house: House) -> None:
        house.venue.prints = [each for each in house.venue.prints if each.at_ns != trades(-1, 1)[0].at_ns]
        await house.desk.reload()
        await house.show(1, trades(1, 1_000))
        await house.show(2, trades(2, 1_000))
        await house.show(3, trades(3, 1_000))

        assert house.decided() == ["the strategy decided nothing", "the strategy decided nothing", 5]

    played(tmp_path, script, history=range(-9, 1), warmup=3)


def test_a_market_of_bars_alone_is_refused_with_what_to_do(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        house = House(loop, tmp_path, hears=False)
        with pytest.raises(RequestFault, match=r"--trades FILE\), a made-up market or a venue's own"):
            await house.desk.run()

    run_virtual(main)
