"""orchestrator (8003): carries every decision to execution's door, in every mode the same one.

The door is idempotent on (account, strategy, decided_at), so a post without an answer is posted again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
import msgspec
import structlog

from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import Clock, rfc3339
from seatrial.services.bus import Bus, Overflow
from seatrial.services.crew import Crew, OnDeath
from seatrial.services.encoding import encode
from seatrial.services.health import Health, Identity, Part, Status, Verdict
from seatrial.services.run_records import RunLog, RunRecord, RunStatus
from seatrial.services.target_body import target_body
from seatrial.services.topics import Decision, Notice

_log = structlog.get_logger("seatrial.services.orchestrator")


@dataclass(frozen=True, slots=True)
class PostRules:
    """Patience with execution's door; seconds of the loop."""

    answer_seconds: float = 5.0
    retry_seconds: float = 0.2  # doubled each time, up to `retry_seconds_max`
    retry_seconds_max: float = 2.0
    attempts_max: int = 12


@dataclass(frozen=True, slots=True)
class _Posted:
    status: RunStatus
    reason: str | None
    attempts: int
    answer: object = None


class Orchestrator:
    """The role: decisions in, posts out, one at a time and in order."""

    def __init__(
        self,
        *,
        identity: Identity,
        clock: Clock,
        bus: Bus,
        execution: httpx.AsyncClient,
        instruments: Mapping[Symbol, Instrument],
        rules: PostRules,
        on_death: OnDeath | None,
    ) -> None:
        self.runs = RunLog()
        self.in_progress: str | None = None
        self.trouble: str | None = None  # why the last post failed; None after one that worked
        self._clock = clock
        self._bus = bus
        self._execution = execution
        self._instruments = instruments
        self._rules = rules
        self._decisions = bus.subscribe(Decision, "orchestrator", overflow=Overflow.WAIT)
        self._crew = Crew(identity.service, on_death)
        parts = [Part("tasks", self._crew.check), Part("posts", self._check_posts)]
        parts.append(Part("execution", self._check_execution, vital=False))
        self.health = Health(identity, clock, parts)

    async def start(self) -> None:
        """Begin to carry."""
        self._crew.start("decisions", self._carry())

    async def close(self) -> None:
        """Stop carrying; a post on its way is given up and will be decided anew."""
        self._decisions.close()
        await self._crew.close()
        await self.health.close()

    # ------------------------------------------------------------- carrying

    async def _carry(self) -> None:
        async for decision in self._decisions:
            self.in_progress = run_id(decision)
            started_at = rfc3339(self._clock.now_ns())
            posted = await self._run(decision)
            self._keep(decision, posted, started_at)
            self.in_progress = None
            if posted.status in {RunStatus.REFUSED, RunStatus.UNANSWERED}:
                detail = f"{decision.strategy}: {posted.status}: {posted.reason}"
                await self._bus.publish(Notice("decision_not_carried_out", detail, decision.decided_at_ns))

    async def _run(self, decision: Decision) -> _Posted:
        if decision.skipped is not None:
            return _Posted(RunStatus.SKIPPED, decision.skipped, attempts=0)
        body = encode(target_body(decision, self._instruments))
        headers = {"content-type": "application/json", "x-request-id": run_id(decision)}
        return await self._post(body, headers)

    async def _post(self, body: bytes, headers: Mapping[str, str]) -> _Posted:
        """Post until there is an answer: only a door that says no, or success, is one."""
        wait_seconds = self._rules.retry_seconds
        for attempt in range(1, self._rules.attempts_max + 1):
            response = await self._ask(body, headers)
            if isinstance(response, httpx.Response) and response.status_code < 500:
                self.trouble = None if response.is_success else _told(response)
                status = RunStatus.COMPLETED if response.is_success else RunStatus.REFUSED
                return _Posted(status, self.trouble, attempt, _answer(response))
            self.trouble = response if isinstance(response, str) else _told(response)
            _log.warning("execution did not take the targets", attempt=attempt, why=self.trouble)
            if attempt < self._rules.attempts_max:
                await asyncio.sleep(wait_seconds)
                wait_seconds = min(2 * wait_seconds, self._rules.retry_seconds_max)
        return _Posted(RunStatus.UNANSWERED, self.trouble, self._rules.attempts_max)

    async def _ask(self, body: bytes, headers: Mapping[str, str]) -> httpx.Response | str:
        try:
            async with asyncio.timeout(self._rules.answer_seconds):
                return await self._execution.post("/api/v1/targets", content=body, headers=headers)
        except TimeoutError:
            return f"no answer within {self._rules.answer_seconds} s"
        except httpx.TransportError as fault:
            return f"{type(fault).__name__}: {fault}"

    def _keep(self, decision: Decision, posted: _Posted, started_at: str) -> None:
        kinds = [type(fact).__name__ for fact in decision.facts]
        run = RunRecord(
            run_id=run_id(decision),
            strategy=decision.strategy,
            account=decision.account,
            decided_at=rfc3339(decision.decided_at_ns),
            started_at=started_at,
            completed_at=rfc3339(self._clock.now_ns()),
            status=posted.status,
            reason=posted.reason,
            attempts=posted.attempts,
            targets=kinds.count("Target"),
            orders=kinds.count("OrderRequest"),
            cancels=kinds.count("CancelRequest"),
            answer=posted.answer,
        )
        self.runs.keep(run)
        if posted.status is RunStatus.COMPLETED:
            _log.info("completed execution-rebalance", run_id=run.run_id, strategy=run.strategy, attempts=run.attempts)

    # --------------------------------------------------------------- health

    async def _check_posts(self) -> Verdict:
        if self.trouble is not None:
            return Verdict(Status.DEGRADED, self.trouble)
        return Verdict(Status.HEALTHY, f"{len(self.runs)} runs kept")

    async def _check_execution(self) -> Verdict:
        try:
            response = await self._execution.get("/health")
        except httpx.TransportError as fault:
            return Verdict(Status.UNHEALTHY, f"{type(fault).__name__}: {fault}")
        healthy = response.is_success
        return Verdict(Status.HEALTHY if healthy else Status.UNHEALTHY, f"answers {response.status_code}")


def run_id(decision: Decision) -> str:
    """The same for the same decision, however often it is posted."""
    return f"{decision.account}-{decision.strategy}-{decision.decided_at_ns}"


def _answer(response: httpx.Response) -> object:
    try:
        return msgspec.json.decode(response.content)
    except msgspec.DecodeError:
        return None


def _told(response: httpx.Response) -> str:
    answer = _answer(response)
    message = answer.get("message") if isinstance(answer, dict) else None
    return f"{response.status_code}: {message or response.reason_phrase}"


def build_orchestrator(
    *,
    identity: Identity,
    clock: Clock,
    bus: Bus,
    execution: httpx.AsyncClient,
    instruments: Mapping[Symbol, Instrument],
    rules: PostRules | None = None,
    on_death: OnDeath | None = None,
) -> Orchestrator:
    """The role, not started. `execution` reaches the doors of 5002; whoever made it closes it."""
    return Orchestrator(
        identity=identity,
        clock=clock,
        bus=bus,
        execution=execution,
        instruments=instruments,
        rules=rules or PostRules(),
        on_death=on_death,
    )
