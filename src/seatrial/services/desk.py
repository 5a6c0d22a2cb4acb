"""One strategy at work. It decides on every batch of its account, and if it fails it falls alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import structlog

from seatrial.domain.bars import Bar
from seatrial.domain.faults import VenueUnavailable, VenueUnreadable
from seatrial.domain.ids import Symbol
from seatrial.domain.time import HOUR_NS, Clock
from seatrial.services.bus import Bus, Overflow
from seatrial.services.crew import attempt
from seatrial.services.health import Status, Verdict
from seatrial.services.held_batches import HeldBatches
from seatrial.services.positions import Positions
from seatrial.services.schedules import Schedule, parse_schedule
from seatrial.services.signal_making import named_by, signals_of, why_nothing
from seatrial.services.strategy_file import StrategySource
from seatrial.services.topics import BarBatch, Decision, Notice
from seatrial.services.trade_tape import TradeTape
from seatrial.strategy.runner import StrategyRunner
from seatrial.venues.port import Venue

_log = structlog.get_logger("seatrial.services.signals")

RETRY_SECONDS_MAX = 30.0


@dataclass(frozen=True, slots=True)
class DeskRules:
    """`warm_up_ns` is how much history a strategy sees before its first decision, never from before
    `history_from_ns` (market time both). `reload` looks at the file before every batch."""

    warm_up_ns: int = 96 * HOUR_NS
    history_from_ns: int = 0
    reload: bool = False


class Desk:
    """A strategy, its runner and its queue of batches."""

    def __init__(
        self,
        source: StrategySource,
        venue: Venue,
        *,
        tape: TradeTape,
        clock: Clock,
        positions: Positions,
        bus: Bus,
        rules: DeskRules,
    ) -> None:
        self.strategy_id = source.strategy_id
        self.account = source.account
        self.runner: StrategyRunner | None = None
        self.state = "not started"
        self.warning: str | None = None  # why an edited file is not what trades
        self.loaded_at_ns: int | None = None  # our own clock's time
        self.decided: Decision | None = None  # the newest with something in it
        self.closes: dict[Symbol, int] = {}
        self.now_ns = 0  # market time: the end of the newest bars
        self._clock = clock
        self._turn = asyncio.Lock()  # a batch or a reload, never both
        self._source = source
        self._venue = venue
        self._positions = positions
        self._bus = bus
        self._rules = rules
        self._orphans = True  # orders that work may be of an earlier runner, and the new one must know of them
        self._seen_ns: dict[Symbol, int] = {}
        self._held = HeldBatches(tape)
        self._batches = bus.subscribe(BarBatch, f"strategy {source.strategy_id}", overflow=Overflow.WAIT)

    @property
    def name(self) -> str:
        """One strategy may work at several accounts, at a desk each."""
        return f"{self.strategy_id} at {self.account}"

    @property
    def schedule(self) -> Schedule:
        """When it acts; before its file is loaded, what the settings say."""
        return parse_schedule(self._source.schedule)

    @property
    def holds(self) -> str | None:
        """Why it is shown no bars, where it hears trades and they are not whole."""
        return self._held.why

    async def run(self) -> None:
        """Decide for ever. What the strategy raises ends this task, and no other."""
        try:
            self.state = "warming up"
            self._take(await self._warmed(self._source.load()))
            self.state = "trading"
            async for batch in self._batches:
                if batch.account == self.account:
                    async with self._turn:
                        await self._on_batch(batch)
        finally:
            self._batches.close()

    def stopped(self, why: str) -> Notice:
        """The desk's task has ended. Its targets stay as they are: nobody decides to close them."""
        self.state = f"stopped: {why}"
        self._batches.close()
        return Notice("strategy_stopped", f"{self.strategy_id}: {why}; its targets stay as they are", self.now_ns)

    def close(self) -> None:
        """Leave the bus."""
        self._batches.close()

    async def check(self) -> Verdict:
        """Trading on the file as it is now?"""
        if self.state != "trading":
            return Verdict(Status.DEGRADED if self.state == "warming up" else Status.UNHEALTHY, self.state)
        why = self.holds or self.warning
        return Verdict(Status.DEGRADED, why) if why else Verdict(Status.HEALTHY, self.state)

    # ------------------------------------------------------------- deciding

    async def _on_batch(self, batch: BarBatch) -> None:
        self.now_ns = batch.end_ns
        if self._rules.reload and self._source.changed():
            await self._reload(until_ns=self.now_ns - 1)
        shown = await self._held.release(self._trading(), batch)
        decisions = [self._decide(each) for each in shown]
        decision = decisions[-1] if batch in shown else self._waits(batch)
        if decision is None:
            return
        if decision.facts or decision.signals:
            self.decided = decision
        await self._bus.publish(decision)
        for signal in decision.signals:
            if signal.withheld:
                text = f"{self.strategy_id}: {signal.action} {signal.symbol} with confidence {signal.confidence}"
                await self._bus.publish(Notice("confidence_below_minimum", text, self.now_ns))

    def _decide(self, batch: BarBatch) -> Decision | None:
        runner = self._trading()
        bars = [bar for bar in batch.bars if bar.symbol in runner.symbols and self._is_news(bar)]
        if not bars:
            return None
        self.closes.update({bar.symbol: bar.close_units for bar in bars})
        waiting_for = self._positions.waiting_for
        if batch.backfilled or waiting_for is not None:
            runner.warm_up(bars)
            why = "the stream had missed these bars" if batch.backfilled else f"execution waits: {waiting_for}"
            return Decision(self.strategy_id, self.account, batch.decided_at_ns, (), skipped=why)
        if self._orphans:
            runner.adopt(self._positions.asked(self.account, self.strategy_id))
            self._orphans = False
        facts = runner.on_bars(bars, self._positions.held(self.account), self._positions.working(self.account))
        return Decision(
            self.strategy_id,
            self.account,
            batch.decided_at_ns,
            tuple(named_by(fact, batch) for fact in facts),
            skipped=None if facts else why_nothing(runner),
            signals=signals_of(runner, batch.decided_at_ns, self.closes),
            waiting=() if runner.holding is None else tuple(runner.holding.targets.values()),
            run=runner.holding is not None and runner.holding.opened,
        )

    def _waits(self, batch: BarBatch) -> Decision:
        return Decision(self.strategy_id, self.account, batch.decided_at_ns, (), skipped=f"it holds: {self._held.why}")

    def _trading(self) -> StrategyRunner:
        assert self.runner is not None, "batches are read after the warm-up"
        return self.runner

    def _is_news(self, bar: Bar) -> bool:
        """Every bar is shown once, and time never goes back for a symbol."""
        if bar.end_ns <= self._seen_ns.get(bar.symbol, 0):
            return False
        self._seen_ns[bar.symbol] = bar.end_ns
        return True

    # ------------------------------------------------- history and new files

    async def reload(self) -> str | None:
        """Load the file now. None when its version trades from here on, else why the old one goes on."""
        async with self._turn:
            if self.state != "trading":
                return f"the strategy is not trading: {self.state}"
            return await self._reload(until_ns=self.now_ns or None)

    async def _reload(self, until_ns: int | None) -> str | None:
        """Between two batches: the edited file takes over, or the old version keeps trading and says so."""
        runner, error = await attempt(self._next_version(until_ns))
        if error is None:
            assert runner is not None
            self._take(runner)
            self.warning = None
            _log.info("strategy reloaded", strategy=self.strategy_id)
            return None
        self.warning = f"the edited file is not trading, the last good version is: {error}"
        _log.warning("strategy not reloaded", strategy=self.strategy_id, why=str(error))
        await self._bus.publish(Notice("strategy_not_reloaded", f"{self.strategy_id}: {error}", self.now_ns))
        return str(error)

    def _take(self, runner: StrategyRunner) -> None:
        self.runner, self.loaded_at_ns = runner, self._clock.now_ns()
        self._orphans = True
        self._held.begin_anew(runner)

    async def _next_version(self, until_ns: int | None) -> StrategyRunner:
        return await self._warmed(self._source.load(), until_ns=until_ns)

    async def _warmed(self, runner: StrategyRunner, until_ns: int | None = None) -> StrategyRunner:
        """Show a runner the venue's history up to now, or to `until_ns` where a batch is waiting to be decided."""
        bars = await self._patiently(runner, until_ns)
        for _, together in groupby(bars, key=lambda bar: bar.end_ns):
            runner.warm_up(list(together))
        if until_ns is None:
            for bar in bars:
                self._is_news(bar)
        return runner

    async def _history(self, runner: StrategyRunner, until_ns: int | None) -> Sequence[Bar]:
        end_ns = (await self._venue.clock()).now_ns if until_ns is None else until_ns
        start_ns = max(end_ns - self._rules.warm_up_ns, self._rules.history_from_ns)
        if start_ns >= end_ns:
            return []
        bars = [bar for symbol in runner.symbols for bar in await self._venue.bars(symbol, start_ns, end_ns)]
        past = sorted((bar for bar in bars if bar.end_ns <= end_ns), key=lambda bar: (bar.end_ns, bar.symbol))
        return await self._held.to_warm_up(runner, past)

    async def _patiently(self, runner: StrategyRunner, until_ns: int | None) -> Sequence[Bar]:
        """A venue that does not answer is asked again: a strategy without its history must not trade."""
        wait_seconds = 1.0
        while True:
            try:
                return await self._history(runner, until_ns)
            except (VenueUnavailable, VenueUnreadable) as fault:
                _log.warning("no history yet", strategy=self.strategy_id, why=str(fault))
                await asyncio.sleep(wait_seconds)
                wait_seconds = min(2 * wait_seconds, RETRY_SECONDS_MAX)
