"""The execution service: recovery first, then orders, and reconciliation for ever.

It ties one engine to its venues and speaks in facts; the doors of `services.api.execution` and the
in-process callers of the rehearsal are its two faces.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from seatrial.core.machine import Machine
from seatrial.domain.bars import Bar
from seatrial.domain.effects import Approved, CancelOrder, Effect
from seatrial.domain.facts import BarClosed, Command, CommandKind, Fact, LimitsChanged
from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import Clock
from seatrial.journal.port import Entry, Journal
from seatrial.services.execution import recovery
from seatrial.services.execution.account_index import AccountIndexes
from seatrial.services.execution.batches import DecidedBatches
from seatrial.services.execution.corporate import CorporateActions
from seatrial.services.execution.engine import ExecutionEngine, Subscriber
from seatrial.services.execution.listener import Listener
from seatrial.services.execution.market_time import MarketTime
from seatrial.services.execution.reconciler import Reconciler
from seatrial.services.execution.sender import Sender
from seatrial.services.execution.survey import AccountSurvey, ReconcileRules
from seatrial.services.health import Part, Status, Verdict
from seatrial.venues.actions import ListsActions
from seatrial.venues.port import Venue


class ExecutionService:
    """One machine, one journal, one account per venue.

    Args:
        machine: freshly made; `run` replays the journal into it.
        venues: one per account; their instruments are the machine's.
        market: market time; give local venues their speed.
    """

    def __init__(
        self,
        machine: Machine,
        journal: Journal,
        venues: Sequence[Venue],
        *,
        clock: Clock,
        market: MarketTime,
        rules: ReconcileRules | None = None,
    ) -> None:
        self.machine = machine
        self.clock = clock
        self.market = market
        self.engine = ExecutionEngine(machine, journal)
        self.indexes = AccountIndexes()
        self.batches = DecidedBatches()
        self.waiting_for: str | None = "recovery has not begun"  # why no order is taken yet; None when ready
        self._rules = rules or ReconcileRules()
        self._listed: dict[str, list[tuple[AccountId, Instrument]]] = {}
        for owner, one in machine.instruments:
            self._listed.setdefault(one.symbol, []).append((owner, one))
        self._venues: Mapping[AccountId, Venue] = {venue.account: venue for venue in venues}
        self._tasks: asyncio.TaskGroup | None = None
        self._held_bars: dict[tuple[AccountId, Symbol], Bar] = {}
        self._learners: list[Subscriber] = [self.indexes.note, self.batches.note]
        self.sender = Sender(self.engine, self._venues, market, spawn=self._spawn, look=self._look_soon)
        self.reconcilers = {venue.account: self._reconciler(venue) for venue in venues}
        self.listeners = {
            venue.account: Listener(self.engine, venue, self.reconcilers[venue.account].look_soon) for venue in venues
        }
        self.actions = [self._actions_of(venue) for venue in venues if isinstance(venue, ListsActions)]
        self._learners += [each.note for each in self.actions]
        for learner in (self.indexes.note, self.batches.note, self._release):
            self.engine.subscribe(learner)

    def _actions_of(self, venue: Venue) -> CorporateActions:
        assert isinstance(venue, ListsActions)
        account = venue.account
        dividends = self._rules.dividends_at_once
        return CorporateActions(
            self.engine, account, venue, self.instruments(account), self.indexes, self.market, dividends=dividends
        )

    def _reconciler(self, venue: Venue) -> Reconciler:
        survey = AccountSurvey(
            self.engine,
            venue,
            self.instruments(venue.account),
            self.indexes,
            self.sender,
            self.market,
            self.clock,
            self._rules,
        )
        return Reconciler(survey, self.engine, self.sender, self.market, self.clock)

    # ------------------------------------------------------------------ life

    async def run(self) -> None:
        """Recover, then trade until cancelled. Raises what must end the process: a journal that failed, a bug."""
        self.waiting_for = "the journal is being replayed"
        cancels = recovery.replay(self.machine, self.engine.journal, self._learners)
        if self.machine.halted is not None:
            self.engine.latch(self.machine.halted)
        self.sender.remember_cancels(cancels.values())
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                tasks.create_task(self.engine.run())
                await self._recover()
                for account in self._venues:
                    tasks.create_task(self.listeners[account].run())
                    tasks.create_task(self.reconcilers[account].run())
                for actions in self.actions:
                    tasks.create_task(actions.run())
        finally:
            self.waiting_for = "the service has ended"
            await self.sender.finish_urgent()

    async def _recover(self) -> None:
        reconcilers = list(self.reconcilers.values())
        self.waiting_for = "the venues' clocks are asked"
        await recovery.meet(reconcilers, self.market, self._rules)
        facts = recovery.never_sent(self.engine, self.market)
        if facts:
            await self.engine.submit(facts)
        for each in self.actions:
            await each.catch_up()
        self.waiting_for = "orders, trades and balances are compared with the venues"
        await recovery.settle(reconcilers, self._rules)
        self._mark_change()
        self.waiting_for = None
        self.sender.open()
        for (account, _), bar in self._held_bars.items():
            self.engine.post([BarClosed(account, bar)])
        self._held_bars.clear()

    def _mark_change(self) -> None:
        """Other code or settings than wrote the journal's last entry begin with a snapshot."""
        journal = self.engine.journal
        if journal.snapshot_due and journal.last_seq:
            journal.save_snapshot(journal.last_seq, self.machine.state_fingerprint(), self.machine.snapshot())

    def follow(self, *, replayed: Subscriber, committed: Subscriber) -> None:
        """Learn from every entry: from those in the journal before the start, then from each after its commit."""
        self._learners.append(replayed)
        self.engine.subscribe(committed)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> object:
        assert self._tasks is not None, "effects are released only while the service runs"
        return self._tasks.create_task(work)

    def _look_soon(self, account: AccountId) -> None:
        self.reconcilers[account].look_soon()

    def _release(self, entry: Entry) -> None:
        for effect in entry.effects:
            if isinstance(effect, Approved | CancelOrder):
                self.sender.release(effect)

    # ----------------------------------------------------------------- facts in

    def on_bars(self, account: AccountId, bars: Sequence[Bar]) -> None:
        """The market's word. Before recovery is done only the newest bar of a symbol is kept: nothing may trade."""
        for bar in bars:
            self.market.at_least(account, bar.end_ns)
        if self.waiting_for is None:
            self.engine.post([BarClosed(account, bar) for bar in bars])
        else:
            self._held_bars.update({(account, bar.symbol): bar for bar in bars})

    async def submit(self, facts: Sequence[Fact]) -> list[Effect]:
        """Facts of a caller; their effects once they are durable."""
        return await self.engine.submit(facts)

    # ---------------------------------------------------------------- commands

    def halt(self, actor: str, reason: str) -> asyncio.Future[list[Effect]]:
        """Nothing new leaves from this line on. The future is done when the halt is durable."""
        return self._command(CommandKind.HALT, actor, reason)

    def resume(self, actor: str, reason: str) -> asyncio.Future[list[Effect]]:
        """Lift every halt, once that is durable."""
        return self._command(CommandKind.RESUME, actor, reason)

    def close_only(self, actor: str, reason: str) -> asyncio.Future[list[Effect]]:
        """Nothing new is opened once this is stepped; what works towards it is taken back."""
        return self._command(CommandKind.CLOSE_ONLY, actor, reason)

    def change_limit(self, fact: LimitsChanged) -> asyncio.Future[list[Effect]]:
        """An operator's word on one limit, the settings' value where it would be looser."""
        return self.engine.post([fact])

    def kill(self, actor: str, reason: str) -> asyncio.Future[list[Effect]]:
        """Halt, and take every working order back, now, whatever the journal does."""
        self.engine.latch(f"{actor}: {reason}")
        for order in self.machine.registry.working():
            if order.parked:
                continue  # no venue knows of it: the journalled word ends it
            at_ns = self.market.now_ns(order.account)
            self.sender.cancel_now(CancelOrder(order.client_order_id, order.account, order.symbol, at_ns, "kill"))
        return self._command(CommandKind.KILL, actor, reason)

    def reset_breakers(self, actor: str, reason: str) -> asyncio.Future[list[Effect]]:
        """Tripped breakers wait for the end of their cooldown, and then open the way again."""
        return self._command(CommandKind.RESET_BREAKER, actor, reason)

    def _command(self, kind: CommandKind, actor: str, reason: str) -> asyncio.Future[list[Effect]]:
        return self.engine.command(Command(self.market.latest_ns(), kind, actor, reason))

    # ----------------------------------------------------------------- reading

    @property
    def settled(self) -> bool:
        """Ready, nothing in flight, and nothing unclear between us and the venues."""
        quiet = self.waiting_for is None and self.sender.idle
        return quiet and all(one.clear for one in self.reconcilers.values())

    def parts(self) -> list[Part]:
        """What `/health` asks about."""
        parts = [Part("orders", self._check_orders)]
        for account, listener in self.listeners.items():
            parts.append(Part(f"stream {account}", listener.check, vital=False))
            parts.append(Part(f"reconciliation {account}", self.reconcilers[account].check, vital=False))
        parts += [Part(f"corporate actions {each.account}", each.check, vital=False) for each in self.actions]
        return parts

    async def _check_orders(self) -> Verdict:
        if self.waiting_for is not None:
            return Verdict(Status.UNHEALTHY, f"no order is taken: {self.waiting_for}")
        if self.engine.latched is not None:
            return Verdict(Status.DEGRADED, f"halted: {self.engine.latched}")
        return Verdict(Status.HEALTHY, "orders are taken")

    def instruments(self, account: AccountId | None = None) -> list[Instrument]:
        """What can be traded, of one account or of all."""
        return [one for owner, one in self.machine.instruments if account in (None, owner)]

    def listed(self, symbol: str) -> list[tuple[AccountId, Instrument]]:
        """The accounts that trade a symbol."""
        return self._listed.get(symbol, [])
