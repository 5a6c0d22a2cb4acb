"""orchestrator (8003): carries every decision to execution's door at its time, in every mode the same one.

The door is idempotent on (account, strategy, decided_at), so a post without an answer is posted again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import httpx
import structlog

from seatrial.domain.ids import AccountId, StrategyId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import Clock, parse_rfc3339, rfc3339
from seatrial.services.bus import Bus, Overflow
from seatrial.services.by_hand import ByHand
from seatrial.services.crew import Crew, OnDeath
from seatrial.services.encoding import encode
from seatrial.services.execution.market_time import MarketTime
from seatrial.services.health import Health, Identity, Part, Status, Verdict
from seatrial.services.poster import Posted, Poster, PostRules
from seatrial.services.run_lines import run_id, run_lines
from seatrial.services.run_memory import RunMemory
from seatrial.services.run_records import RunLog, RunRecord, RunStatus, RunStore, Trigger
from seatrial.services.scheduler import Refresh, Scheduled, Scheduler, SchedulerRules
from seatrial.services.scheduler_jobs import last_of
from seatrial.services.schedules import Daily
from seatrial.services.standing import Standing
from seatrial.services.target_body import target_body
from seatrial.services.topics import Decision, Notice

_log = structlog.get_logger("seatrial.services.orchestrator")

NOTHING_NEW = "nothing was decided since the last run"
NOTHING_WANTED = "the strategy has set no target so far, and orders are not asked for again"

Desk = tuple[StrategyId, AccountId]


class Orchestrator:
    """The role: decisions in, posts out, one at a time and in order.

    Args:
        execution: reaches the doors of 5002; whoever made it closes it.
        desks: the strategies whose schedules are kept; `calendars` are the trading days of their accounts.
        store: without one runs live as long as the process.
        refresh: done every `schedule.refresh_seconds`.
    """

    def __init__(
        self,
        *,
        identity: Identity,
        clock: Clock,
        bus: Bus,
        execution: httpx.AsyncClient,
        instruments: Mapping[Symbol, Instrument],
        rules: PostRules | None = None,
        desks: Sequence[Scheduled] = (),
        market: MarketTime | None = None,
        calendars: Mapping[AccountId, str] | None = None,
        schedule: SchedulerRules | None = None,
        store: RunStore | None = None,
        refresh: Refresh | None = None,
        on_death: OnDeath | None = None,
    ) -> None:
        self.runs = RunLog()
        self.in_progress: str | None = None
        self.by_hand = ByHand(self.run_again, clock)
        self.memory = None if store is None else RunMemory(self.runs, store)
        self.clock, self.desks = clock, tuple(desks)
        self.bus, self.execution = bus, execution
        self._instruments = instruments
        self._standing = Standing(instruments)
        self._poster = Poster(execution, rules or PostRules())
        self._turn = asyncio.Lock()  # one run at a time
        self.scheduler = Scheduler(
            desks,
            clock=clock,
            market=market or MarketTime(clock),
            calendars=calendars or {},
            bus=bus,
            rules=schedule or SchedulerRules(),
            carry=self.run_interval,
            refresh=refresh,
        )
        self._decisions = bus.subscribe(Decision, "orchestrator", overflow=Overflow.WAIT)
        self.crew = Crew(identity.service, on_death)
        self.health = Health(identity, clock, self._parts())

    @property
    def trouble(self) -> str | None:
        """Why the last post failed; None after one that worked."""
        return self._poster.trouble

    async def start(self) -> None:
        """Remember the runs of earlier processes, and begin to carry."""
        if self.memory is not None:
            self._learn(await self.memory.restore())
            self.crew.start("run store", self.memory.run())
        self.crew.start("decisions", self._carry())
        if not self.scheduler.rules.virtual:
            self.crew.start("schedule", self.scheduler.run())

    async def close(self) -> None:
        """Stop carrying; a post on its way is given up and will be decided anew."""
        self._decisions.close()
        await self.by_hand.close()
        await self.crew.close()
        if self.memory is not None:
            await self.memory.save()
        await self.health.close()

    # ------------------------------------------------------------- carrying

    async def _carry(self) -> None:
        async for decision in self._decisions:
            self._standing.learn(decision)
            desk = (decision.strategy, decision.account)
            if self.scheduler.holds(desk):
                taken_back = self._standing.hold(decision)
                if taken_back is not None:
                    await self.run(taken_back, Trigger.BAR)
                continue
            waits = isinstance(self.scheduler.job(desk).schedule, Daily) and not decision.run
            if waits and not decision.facts:
                continue  # between two runs there is nothing to tell of
            await self.run(decision, Trigger.SCHEDULE if decision.run else Trigger.BAR)

    async def run_interval(self, desk: Desk) -> None:
        """What a strategy wants by now, if that is news."""
        if (due := self._standing.due(desk)) is None:
            skipped = Decision(*desk, self._standing.of(desk).decided_at_ns or self.clock.now_ns(), (), NOTHING_NEW)
            await self.run(skipped, Trigger.SCHEDULE, group=f"interval-{self.clock.now_ns()}")  # a name of its own
        else:
            await self.run(due, Trigger.SCHEDULE)

    async def run_again(self, desk: Desk, group: str | None = None) -> RunRecord:
        """Everything a strategy wants, once more: sized against what is held and working by now."""
        again = self._standing.again(desk)
        if again is None:
            again = Decision(*desk, self.clock.now_ns(), (), NOTHING_WANTED)
        return await self.run(again, Trigger.MANUAL, group)

    async def run(self, decision: Decision, trigger: Trigger, group: str | None = None) -> RunRecord:
        """Carry one decision, after whatever is being carried now."""
        async with self._turn:
            self.in_progress = run_id(decision)
            started_ns = self.clock.now_ns()
            posted = await self._post(decision)
            record = self._record(decision, posted, trigger, group, started_ns)
            self.in_progress = None
        self.runs.keep(record)
        if decision.run or trigger is Trigger.SCHEDULE or not self.scheduler.job(_desk(decision)).by_market:
            self._tell_job(decision, record, started_ns)
        if posted.status is RunStatus.COMPLETED:
            told = {"run_id": record.run_id, "strategy": record.strategy, "attempts": posted.attempts}
            _log.info("completed execution-rebalance", **told)
        if posted.status in {RunStatus.REFUSED, RunStatus.UNANSWERED}:
            detail = f"{decision.strategy}: {posted.status}: {posted.reason}"
            await self.bus.publish(Notice("decision_not_carried_out", detail, decision.decided_at_ns))
        return record

    async def _post(self, decision: Decision) -> Posted:
        if decision.skipped is not None and not decision.facts:
            return Posted(RunStatus.SKIPPED, decision.skipped, attempts=0)
        body = encode(target_body(decision, self._instruments))
        named = run_id(decision)
        headers = {"content-type": "application/json", "x-request-id": named, "x-workflow-id": named}
        return await self._poster.post(body, headers)

    def _tell_job(self, decision: Decision, record: RunRecord, started_ns: int) -> None:
        job = self.scheduler.job(_desk(decision))
        at_ns = decision.decided_at_ns if job.by_market else self.clock.now_ns()
        job.carried(at_ns, last_of(record, started_ns, self.clock.now_ns()))

    def _record(
        self, decision: Decision, posted: Posted, trigger: Trigger, group: str | None, started_ns: int
    ) -> RunRecord:
        kinds = [type(fact).__name__ for fact in decision.facts]
        return RunRecord(
            run_id=run_id(decision) if group is None else f"{group}-{decision.strategy}-{decision.account}",
            strategy=decision.strategy,
            account=decision.account,
            decided_at=rfc3339(decision.decided_at_ns),
            started_at=rfc3339(started_ns),
            completed_at=rfc3339(self.clock.now_ns()),
            status=posted.status,
            reason=posted.reason,
            attempts=posted.attempts,
            targets=kinds.count("Target"),
            orders=kinds.count("OrderRequest"),
            cancels=kinds.count("CancelRequest"),
            answer=posted.answer,
            trigger=trigger,
            group=group,
            lines=run_lines(decision, self._instruments, posted),
        )

    def _learn(self, runs: Sequence[RunRecord]) -> None:
        """What earlier processes have done: the wishes that stand, and the times of the day that were kept."""
        self._standing.restore(runs)
        for run in runs:
            if run.trigger is Trigger.SCHEDULE:
                job = self.scheduler.job((StrategyId(run.strategy), AccountId(run.account)))
                if job.by_market:
                    job.since_ns = parse_rfc3339(run.decided_at)

    # --------------------------------------------------------------- health

    def _parts(self) -> list[Part]:
        parts = [Part("tasks", self.crew.check), Part("posts", self._check_posts)]
        parts.append(Part("schedule", self._check_schedule, vital=False))
        return [*parts, Part("execution", self.check_execution, vital=False)]

    async def _check_posts(self) -> Verdict:
        if self.trouble is not None:
            return Verdict(Status.DEGRADED, self.trouble)
        return Verdict(Status.HEALTHY, f"{len(self.runs)} runs kept")

    async def _check_schedule(self) -> Verdict:
        missed = [job.id for job in self.scheduler.jobs.values() if job.missed_ns is not None]
        trouble = None if self.memory is None else self.memory.trouble
        if missed or trouble:
            told = [f"missed: {', '.join(missed)}"] if missed else []
            return Verdict(Status.DEGRADED, "; ".join([*told, *filter(None, [trouble])]))
        return Verdict(Status.HEALTHY, f"{len(self.scheduler.jobs)} jobs")

    async def check_execution(self) -> Verdict:
        """Whether execution's door answers, and well."""
        try:
            response = await self.execution.get("/health")
        except httpx.TransportError as fault:
            return Verdict(Status.UNHEALTHY, f"{type(fault).__name__}: {fault}")
        healthy = response.is_success
        return Verdict(Status.HEALTHY if healthy else Status.UNHEALTHY, f"answers {response.status_code}")


def _desk(decision: Decision) -> Desk:
    return decision.strategy, decision.account


build_orchestrator = Orchestrator  # as every role is built, not started
