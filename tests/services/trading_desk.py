"""One execution service on a scripted venue, a real journal and virtual time: the stage of these tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from tests.services.scripted_venue import AAPL, PAPER, USD, ScriptedVenue

from seatrial.core.machine import Machine
from seatrial.domain.bars import Bar
from seatrial.domain.effects import Approved, Effect
from seatrial.domain.facts import OrderRequest
from seatrial.domain.ids import ClientOrderId, JournalEpoch, StrategyId, Symbol, VenueName
from seatrial.domain.limits import Account, RiskLimits
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.orders import OrderType, Side, TimeInForce
from seatrial.domain.time import MINUTE_NS, parse_rfc3339
from seatrial.journal.port import Opening
from seatrial.journal.sqlite import SqliteJournal
from seatrial.runs.virtual_time import VirtualClock, VirtualLoop, run_virtual
from seatrial.services.execution.market_time import MarketTime
from seatrial.services.execution.reconciler import ReconcileRules
from seatrial.services.execution.service import ExecutionService
from seatrial.venues.payments import TellsPayments

MORNING_NS = parse_rfc3339("2019-02-11T14:30:00Z")
SHARE = AAPL.qty_scale
LIMITS = RiskLimits(
    max_notional_per_position_units=50_000 * CASH_SCALE,
    max_total_exposure_units=80_000 * CASH_SCALE,
    max_loss_per_trade_units=5_000 * CASH_SCALE,
    price_age_ns_max=60 * MINUTE_NS,
)

T = TypeVar("T")


class Desk:
    """The service, its venue and short words for what a test does with them."""

    def __init__(self, loop: VirtualLoop, journal: SqliteJournal, venue: ScriptedVenue) -> None:
        self.loop = loop
        self.venue = venue
        self.journal = journal
        clock = VirtualClock(loop)
        machine = Machine([Account(PAPER, VenueName("scripted"), USD, "XNYS", LIMITS)], [(PAPER, AAPL)], journal.epoch)
        market = MarketTime(clock)
        rules = ReconcileRules(halt_on_break=True, dividends_at_once=not isinstance(venue, TellsPayments))
        self.service = ExecutionService(machine, journal, [venue], clock=clock, market=market, rules=rules)
        self.task = loop.create_task(self.service.run())

    async def open(self) -> None:
        """Wait for recovery, then show a price."""
        while self.service.waiting_for is not None and not self.task.done():
            await asyncio.sleep(0.1)
        if self.task.done():
            self.task.result()
        self.price(1_000_000)
        await asyncio.sleep(0.1)

    def price(self, price_units: int) -> None:
        """A bar closes at this price."""
        end_ns = self.loop.now_ns()
        bar = Bar(Symbol("AAPL"), end_ns - MINUTE_NS, end_ns, *4 * (price_units,), 10_000 * SHARE)
        self.service.on_bars(PAPER, [bar])

    async def buy(self, shares: int = 10, name: str | None = None) -> Approved:
        """Ask for a market order; it must pass risk."""
        (approved,) = await self.ask(shares, name)
        assert isinstance(approved, Approved)
        return approved

    async def ask(self, shares: int, name: str | None = None) -> list[Effect]:
        """Ask for a market order."""
        side = Side.BUY if shares > 0 else Side.SELL
        request = OrderRequest(
            at_ns=self.loop.now_ns(),
            account=PAPER,
            strategy=StrategyId("hand"),
            symbol=Symbol("AAPL"),
            side=side,
            type=OrderType.MARKET,
            time_in_force=TimeInForce.DAY,
            qty_units=abs(shares) * SHARE,
            client_order_id=ClientOrderId(name) if name else None,
        )
        return await self.service.submit([request])

    def status(self, client_order_id: ClientOrderId) -> str:
        """Where an order stands in our books."""
        order = self.service.machine.order(client_order_id)
        assert order is not None
        return order.status.name

    def held(self) -> int:
        """Shares held in our books."""
        return self.service.machine.position(PAPER, Symbol("AAPL")).qty_units // SHARE

    def facts(self, kind: type) -> list[Any]:
        """The journalled facts of a kind."""
        return [entry.fact for entry in self.journal.replay() if isinstance(entry.fact, kind)]

    async def crash(self) -> None:
        """The process is gone; journal and venue stay."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await self.journal.close()


def open_journal(path: Path, owner: str = "first", core: str = "core") -> SqliteJournal:
    """The journal of a test, committed in the calling thread."""
    return SqliteJournal.open(path, Opening(owner, JournalEpoch("test"), core, "settings"), inline=True, sync=False)


@asynccontextmanager
async def open_desk(
    loop: VirtualLoop, folder: Path, venue: ScriptedVenue | None = None, owner: str = "first", core: str = "core"
) -> AsyncIterator[Desk]:
    """A desk that is open for business, and closed at the end."""
    desk = Desk(loop, open_journal(folder / "journal.db", owner, core), venue or ScriptedVenue(loop.now_ns))
    await desk.open()
    try:
        yield desk
    finally:
        await desk.crash()


def on_a_morning(main: Callable[[VirtualLoop], Coroutine[Any, Any, T]]) -> T:
    """Run a test on virtual time, from the opening bell on."""
    return run_virtual(main, epoch_ns=MORNING_NS)
