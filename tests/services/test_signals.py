"""signals: every strategy at its own desk, warmed up, reloaded on save, and falling alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from pathlib import Path

import httpx
from tests.services.tape_venue import AAPL, ACCOUNT, OPEN_NS, TapeVenue, bar, who

from seatrial.core.views import OrderView
from seatrial.domain.facts import CancelRequest, Rebalance, Target
from seatrial.domain.ids import AccountId, ClientOrderId, StrategyId, Symbol
from seatrial.domain.instrument import us_equity
from seatrial.domain.orders import OrderStatus, OrderType, Side, TimeInForce
from seatrial.domain.time import HOUR_NS
from seatrial.runs.virtual_time import VirtualClock, VirtualLoop, run_virtual
from seatrial.services.api.signals import signals_doors
from seatrial.services.bus import Bus, Overflow
from seatrial.services.desk import DeskRules
from seatrial.services.signals import Signals, build_signals
from seatrial.services.strategy_file import StrategyFile
from seatrial.services.topics import BarBatch, Decision

SOURCE = """
from seatrial.strategy import Strategy

class Steady(Strategy):
    symbols = ("AAPL",)
    quantity = {quantity}

    def on_start(self, context):
        self.seen = []

    def on_bar(self, context, bar):
        self.seen.append(bar)
        {line}
"""
WANTS = "context.target('AAPL', quantity=self.quantity + len(self.seen) - 1)"
RAISES = "raise KeyError('bug')"


class Book:
    """What execution holds, written by the test."""

    waiting_for: str | None = None
    orders: Sequence[OrderView] = ()

    def held(self, account: AccountId) -> Mapping[Symbol, int]:
        return {}

    def working(self, account: AccountId) -> Collection[ClientOrderId]:
        return [order.client_order_id for order in self.orders]

    def asked(self, account: AccountId, strategy: StrategyId) -> Sequence[OrderView]:
        return self.orders


class Floor:
    """signals over written strategies."""

    def __init__(self, loop: VirtualLoop, folder: Path, lines: Mapping[str, str], *, reload: bool = True) -> None:
        self.folder = folder
        self.clock = VirtualClock(loop)
        self.venue, self.bus, self.book = TapeVenue(self.clock), Bus(), Book()
        self.decisions = self.bus.subscribe(Decision, "test", overflow=Overflow.WAIT)
        for name, line in lines.items():
            self.write(name, line)
        self.role: Signals = build_signals(
            identity=who("signals"),
            clock=self.clock,
            bus=self.bus,
            sources=[self.source(name) for name in lines],
            venues={ACCOUNT: self.venue},
            positions=self.book,
            instruments={AAPL: us_equity("AAPL")},
            rules=DeskRules(warm_up_ns=HOUR_NS, reload=reload),
        )

    def write(self, name: str, line: str, quantity: int = 10) -> None:
        (self.folder / f"{name}.py").write_text(SOURCE.format(line=line, quantity=quantity))

    def source(self, name: str) -> StrategyFile:
        path, instruments = self.folder / f"{name}.py", [us_equity("AAPL"), us_equity("SPY")]
        return StrategyFile(
            path, strategy_id=StrategyId(name), account=ACCOUNT, instruments=instruments, confidence_min=0.5
        )

    async def show(self, minute: int, *, revision: int = 0, backfilled: bool = False) -> None:
        bars = (bar("AAPL", minute),)
        await self.bus.publish(BarBatch(ACCOUNT, bars[0].end_ns, bars, True, revision, backfilled))
        await asyncio.sleep(0.1)

    def decided(self) -> list[int]:
        """Shares wanted by each decision so far; -1 for a decision that was skipped."""
        facts = []
        while len(self.decisions):
            decision = self.decisions._queue.popleft()
            targets = [fact.quantity_units for fact in decision.facts if isinstance(fact, Target)]
            facts.append((targets[0] or 0) // 10**9 if targets else -1)
        return facts

    async def ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        transport = httpx.ASGITransport(signals_doors(self.role, new_request_id=lambda: "id"))
        async with httpx.AsyncClient(transport=transport, base_url="http://signals") as client:
            return await client.request(method, path, json=body)

    async def states(self) -> list[str]:
        told = (await self.ask("GET", "/api/v1/strategies")).json()["strategies"]
        return [f"{each['state']}{' but ' + each['warning'] if each['warning'] else ''}" for each in told]


def traded(
    tmp_path: Path, lines: Mapping[str, str], script: Callable[[Floor], Awaitable[None]], *, reload: bool = True
) -> None:
    async def main(loop: VirtualLoop) -> None:
        floor = Floor(loop, tmp_path, lines, reload=reload)
        floor.venue.history = [bar("AAPL", minute) for minute in (-2, -1, 0)]
        await floor.role.start()
        await asyncio.sleep(0.1)
        await script(floor)
        await floor.role.close()
        assert len(asyncio.all_tasks(loop)) == 1, "every task has ended with its role"

    run_virtual(main, epoch_ns=OPEN_NS)


def test_a_strategy_knows_the_orders_it_asked_for_before_a_restart(tmp_path: Path) -> None:
    resting = OrderView(
        client_order_id=ClientOrderId("EARLIER"),
        account=ACCOUNT,
        symbol=AAPL,
        side=Side.BUY,
        type=OrderType.LIMIT,
        time_in_force=TimeInForce.DAY,
        qty_units=7 * 10**9,
        filled_units=0,
        limit_units=99 * 10**4,
        stop_units=0,
        status=OrderStatus.WORKING,
        sequence=1,
        batch_ns=OPEN_NS,
        approved_at_ns=OPEN_NS,
        strategy=StrategyId("steady"),
        reason="request",
    )
    cancels_all = "[context.cancel(order) for order in context.working('AAPL') if order.quantity == 7]"

    async def script(floor: Floor) -> None:
        floor.book.orders = [resting]
        await floor.show(1)
        (decision,) = floor.decisions._queue
        assert [type(fact) for fact in decision.facts] == [CancelRequest]
        assert decision.facts[0].client_order_id == "EARLIER"

    traded(tmp_path, {"steady": cancels_all}, script)


def test_a_strategy_is_warmed_up_by_history_and_decides_only_on_what_is_new(tmp_path: Path) -> None:
    async def script(floor: Floor) -> None:
        await floor.show(0)  # the stream repeats what history has shown
        assert floor.decided() == []
        await floor.show(1)
        assert floor.decided() == [13]

    traded(tmp_path, {"steady": WANTS}, script)


def test_a_decision_carries_its_targets_and_one_rebalance_and_its_batch_names_it(tmp_path: Path) -> None:
    async def script(floor: Floor) -> None:
        await floor.show(1, revision=2)
        decision = await anext(floor.decisions)
        assert [type(fact) for fact in decision.facts] == [Target, Rebalance]
        assert decision.decided_at_ns == bar("AAPL", 1).end_ns + 2
        target, rebalance = decision.facts
        assert isinstance(target, Target)
        assert isinstance(rebalance, Rebalance)
        assert (target.symbol, target.decided_at_ns, rebalance.batch_ns) == (AAPL, *2 * (decision.decided_at_ns,))

    traded(tmp_path, {"steady": WANTS}, script)


def test_a_strategy_that_raises_is_stopped_alone_with_a_notice(tmp_path: Path) -> None:
    async def script(floor: Floor) -> None:
        await floor.show(1)
        await floor.show(2)
        assert floor.decided() == [13, 14]
        assert await floor.states() == ["stopped: KeyError: 'bug'", "trading"]
        assert [notice.name for notice in floor.role.notices] == ["strategy_stopped"]
        assert (await floor.role.health.report()).status == "degraded"

    floor_lines = {"broken": "if bar.end_ns > " + str(OPEN_NS) + ": " + RAISES, "steady": WANTS}
    traded(tmp_path, floor_lines, script)


def test_one_strategy_can_work_at_two_accounts(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        floor = Floor(loop, tmp_path, {"steady": WANTS})
        other = floor.source("steady")
        other.account = AccountId("other")
        role = build_signals(
            identity=who("signals"),
            clock=floor.clock,
            bus=floor.bus,
            sources=[floor.source("steady"), other],
            venues={ACCOUNT: floor.venue, other.account: TapeVenue(floor.clock, other.account)},
            positions=floor.book,
        )
        await role.start()
        await asyncio.sleep(1)
        names = [part.name for part in (await role.health.report()).components]
        assert names == ["tasks", "strategy steady at paper", "strategy steady at other"]
        await role.close()
        await floor.role.close()

    run_virtual(main, epoch_ns=OPEN_NS)


def test_what_the_stream_missed_is_seen_but_not_decided_on(tmp_path: Path) -> None:
    async def script(floor: Floor) -> None:
        await floor.show(1, backfilled=True)
        await floor.show(2)
        assert floor.decided() == [-1, 14]

    traded(tmp_path, {"steady": WANTS}, script)


def test_nothing_is_decided_while_execution_recovers(tmp_path: Path) -> None:
    async def script(floor: Floor) -> None:
        floor.book.waiting_for = "the journal is being replayed"
        await floor.show(1)
        floor.book.waiting_for = None
        await floor.show(2)
        assert floor.decided() == [-1, 14]

    traded(tmp_path, {"steady": WANTS}, script)


def test_an_edited_file_takes_over_between_batches_already_warm(tmp_path: Path) -> None:
    async def script(floor: Floor) -> None:
        await floor.show(1)
        floor.venue.history.append(bar("AAPL", 1))
        floor.write("steady", WANTS, quantity=100)
        await floor.show(2)
        assert floor.decided() == [13, 104]

    traded(tmp_path, {"steady": WANTS}, script)


def test_an_edited_file_that_does_not_load_leaves_the_old_version_trading_and_says_so(tmp_path: Path) -> None:
    async def script(floor: Floor) -> None:
        floor.write("steady", "this is no python")
        await floor.show(1)
        await floor.show(2)
        assert floor.decided() == [13, 14]
        assert "steady.py:13: invalid syntax" in (await floor.states())[0]
        assert [notice.name for notice in floor.role.notices] == ["strategy_not_reloaded"]
        floor.venue.history += [bar("AAPL", 1), bar("AAPL", 2)]
        floor.write("steady", WANTS, quantity=20)
        await floor.show(3)
        assert floor.decided() == [25]
        assert await floor.states() == ["trading"]

    traded(tmp_path, {"steady": WANTS}, script)


def test_an_edited_file_that_raises_on_history_does_not_take_over(tmp_path: Path) -> None:
    async def script(floor: Floor) -> None:
        floor.write("steady", RAISES)
        await floor.show(1)
        assert floor.decided() == [13]

    traded(tmp_path, {"steady": WANTS}, script)


def test_a_strategy_waits_for_its_history_when_the_venue_does_not_answer(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        floor = Floor(loop, tmp_path, {"steady": WANTS})
        floor.venue.silent = True
        await floor.role.start()
        await asyncio.sleep(5)
        assert await floor.states() == ["warming up"]
        await floor.show(1)
        floor.venue.silent = False
        await asyncio.sleep(60)
        assert await floor.states() == ["trading"]
        assert floor.decided() == [10]
        await floor.role.close()

    run_virtual(main, epoch_ns=OPEN_NS)
