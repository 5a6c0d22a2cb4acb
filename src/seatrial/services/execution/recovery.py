"""Start and recovery are one path: replay what is durable, then let the venues have their word.

The journal's effects are applied, never derived again. An order approved without `Sent` surely never
left and is cancelled in our books; one with `Sent` and no word is looked up before anything new goes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from seatrial.core.machine import Machine
from seatrial.domain.effects import CancelOrder
from seatrial.domain.facts import Fact, Report
from seatrial.domain.faults import JournalCorrupt, VenueFault
from seatrial.domain.orders import OrderStatus
from seatrial.domain.time import SECOND_NS
from seatrial.journal.port import Journal
from seatrial.services.execution.engine import ExecutionEngine, Subscriber
from seatrial.services.execution.market_time import MarketTime
from seatrial.services.execution.reconciler import Reconciler
from seatrial.services.execution.survey import ReconcileRules

NEVER_SENT = "never sent: the process ended before it left"


def replay(machine: Machine, journal: Journal, learners: Sequence[Subscriber]) -> dict[str, CancelOrder]:
    """Bring a machine and its indexes to the journal's end; returns the cancels wanted for working orders.

    Raises:
        JournalCorrupt: an entry is missing or does not decode.
    """
    cancels: dict[str, CancelOrder] = {}
    for seq, entry in enumerate(journal.replay(), start=1):
        if entry.seq != seq:
            raise JournalCorrupt(f"entry {seq} is missing: the next one is {entry.seq}")
        machine.recover(entry.fact, entry.effects)
        for learner in learners:
            learner(entry)
        for effect in entry.effects:
            if isinstance(effect, CancelOrder):
                cancels[effect.client_order_id] = effect
    working = {order.client_order_id for order in machine.registry.working()}
    return {one: cancel for one, cancel in cancels.items() if one in working}


def never_sent(engine: ExecutionEngine, market: MarketTime) -> list[Fact]:
    """The word on every order that was approved and surely never left: cancelled, because it may be old."""
    return [
        Report(market.now_ns(order.account), order.client_order_id, OrderStatus.CANCELED, reason=NEVER_SENT)
        for order in engine.machine.registry.working()
        if order.status is OrderStatus.PENDING
    ]


async def meet(reconcilers: Sequence[Reconciler], market: MarketTime, rules: ReconcileRules) -> None:
    """Hear every venue's market clock: only then can our own words carry a market time.

    Patient: a venue that is down at our start is waited for; the doors answer 503 meanwhile.
    """
    for reconciler in reconcilers:
        back_off_ns = rules.retry_ns
        while not market.known(reconciler.account):
            try:
                market.observe(reconciler.account, (await reconciler.venue.clock()).now_ns)
            except VenueFault as fault:
                reconciler.trouble = str(fault)
                await asyncio.sleep(back_off_ns / SECOND_NS)
                back_off_ns = min(2 * back_off_ns, rules.interval_ns)


async def settle(reconcilers: Sequence[Reconciler], rules: ReconcileRules) -> None:
    """Look at every venue until nothing is unclear: fills booked, unknowns resolved, balances compared."""
    for reconciler in reconcilers:
        back_off_ns = rules.retry_ns
        while not await reconciler.look():
            await asyncio.sleep(back_off_ns / SECOND_NS)
            back_off_ns = min(2 * back_off_ns, rules.interval_ns)
