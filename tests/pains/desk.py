"""Our order path at an emulated venue on a bad day: the real service, the real adapter, a real journal, virtual time.

What a pain's test does with it: ask for orders, let something go wrong at the venue, let time pass, and compare
our books with the venue's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.services.trading_desk import open_journal
from tests.venues.stages import ACCOUNT, API_NS, Stage, stage_of

from seatrial.core.machine import Machine
from seatrial.domain.bars import Bar
from seatrial.domain.effects import Approved, Effect
from seatrial.domain.facts import CancelRequest, Fill, OrderRequest
from seatrial.domain.ids import ClientOrderId, StrategyId, VenueName
from seatrial.domain.limits import Account, RiskLimits
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.orders import OrderType, Side, TimeInForce
from seatrial.domain.time import MINUTE_NS, SECOND_NS
from seatrial.emulators.faults import Fault
from seatrial.runs.virtual_time import VirtualClock, VirtualLoop, run_virtual
from seatrial.services.execution.market_time import MarketTime
from seatrial.services.execution.reconciler import ReconcileRules
from seatrial.services.execution.service import ExecutionService

PRICE = 100  # dollars; what the market of the stage does
LOOK_EVERY_NS = 5 * SECOND_NS
STEP_SECONDS = 0.5
PATIENCE_SECONDS = 600  # virtual
LIMITS = RiskLimits(
    max_notional_per_position_units=90_000 * CASH_SCALE,
    max_total_exposure_units=90_000 * CASH_SCALE,
    max_loss_per_trade_units=90_000 * CASH_SCALE,
    price_age_ns_max=600 * MINUTE_NS,
)


class Desk:
    """The service, its venue and short words for what a test does with them."""

    def __init__(self, stage: Stage, loop: VirtualLoop, folder: Path, owner: str) -> None:
        self.stage = stage
        self.loop = loop
        self.journal = open_journal(folder / "journal.db", owner)
        instrument = stage.instrument
        account = Account(ACCOUNT, VenueName(stage.name), instrument.quote, instrument.calendar, LIMITS)
        clock = VirtualClock(loop)
        self.service = ExecutionService(
            Machine([account], [(ACCOUNT, instrument)], self.journal.epoch),
            self.journal,
            [stage.venue],
            clock=clock,
            market=MarketTime(clock),
            rules=ReconcileRules(interval_ns=LOOK_EVERY_NS),
        )
        self.task = loop.create_task(self.service.run())

    async def open(self) -> None:
        """Wait for recovery, then show a price."""
        await self.until(lambda: self.service.waiting_for is None, "recovery")
        end_ns = self.loop.now_ns()
        bar = Bar(
            self.stage.symbol,
            end_ns - MINUTE_NS,
            end_ns,
            *4 * (PRICE * self.stage.instrument.price_scale,),
            self.stage.units(10_000),
        )
        self.service.on_bars(ACCOUNT, [bar])
        await asyncio.sleep(0.1)

    async def until(self, true: Callable[[], object], what: str) -> None:
        """Let time pass until something is so; a service that ended raises what ended it."""
        for _ in range(int(PATIENCE_SECONDS / STEP_SECONDS)):
            if self.task.done():
                self.task.result()
            if true():
                return
            await asyncio.sleep(STEP_SECONDS)
        raise AssertionError(f"{what}: never within {PATIENCE_SECONDS} s; latched: {self.service.engine.latched}")

    # ------------------------------------------------------------------- orders

    async def ask(self, whole: int, *, limit: int = 0, name: str | None = None) -> list[Effect]:
        """Ask for an order of whole units, a market one or at a limit in dollars; below zero sells."""
        request = OrderRequest(
            at_ns=self.loop.now_ns(),
            account=ACCOUNT,
            strategy=StrategyId("hand"),
            symbol=self.stage.symbol,
            side=Side.BUY if whole > 0 else Side.SELL,
            type=OrderType.LIMIT if limit else OrderType.MARKET,
            time_in_force=TimeInForce.DAY if self.stage.name == "alpaca" else TimeInForce.GTC,
            qty_units=self.stage.units(abs(whole)),
            limit_units=limit * self.stage.instrument.price_scale,
            client_order_id=ClientOrderId(name) if name else None,
        )
        return await self.service.submit([request])

    async def buy(self, whole: int = 10, *, limit: int = 0) -> ClientOrderId:
        """Ask for a purchase that must pass risk."""
        effects = await self.ask(whole, limit=limit)
        approved = [effect for effect in effects if isinstance(effect, Approved)]
        assert len(approved) == 1, effects
        return approved[0].client_order_id

    async def cancel(self, client_order_id: ClientOrderId) -> None:
        """Ask for an order to be taken back."""
        await self.service.submit([CancelRequest(self.loop.now_ns(), client_order_id)])

    def status(self, client_order_id: ClientOrderId) -> str:
        """Where an order stands in our books."""
        order = self.service.machine.order(client_order_id)
        assert order is not None
        return str(order.status.name)

    def held_units(self) -> int:
        """What our books say we hold."""
        return int(self.service.machine.position(ACCOUNT, self.stage.symbol).qty_units)

    def fills(self) -> list[Fill]:
        """What our journal says was traded."""
        return [entry.fact for entry in self.journal.replay() if isinstance(entry.fact, Fill)]

    # -------------------------------------------------------------------- venue

    def goes_wrong(self, *faults: Fault) -> None:
        """From now on this goes wrong at the venue."""
        self.stage.faults.replace(faults)

    def mends(self) -> None:
        """Nothing goes wrong any more."""
        self.stage.faults.replace([])

    def accepted(self) -> list[str]:
        """The client ids the venue accepted, in order."""
        return [each.client_order_id for each in self.stage.history.operations if each.op == "accepted"]

    async def venue_units(self) -> int:
        """What the venue itself says we hold."""
        self.mends()
        return int((await self.stage.venue.balances()).holdings.get(self.stage.symbol, 0))

    async def crash(self) -> None:
        """The process is gone; journal and venue stay."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await self.journal.close()


@asynccontextmanager
async def opened(stage: Stage, loop: VirtualLoop, folder: Path, owner: str = "first") -> AsyncIterator[Desk]:
    """A desk that is open for business, and gone at the end."""
    desk = Desk(stage, loop, folder, owner)
    try:
        await desk.open()
        yield desk
    finally:
        await desk.crash()


def at_a_venue(name: str, folder: Path, play: Callable[[Desk], Coroutine[Any, Any, None]]) -> None:
    """Play a scene at one emulated venue."""

    async def main(loop: VirtualLoop) -> None:
        async with stage_of(name, loop) as stage:
            await asyncio.sleep(2)  # the first print: a market without a price is closed
            async with opened(stage, loop, folder) as desk:
                await play(desk)

    run_virtual(main, epoch_ns=API_NS)
