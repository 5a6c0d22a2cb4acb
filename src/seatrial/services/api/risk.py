"""The doors on risk: exposure, limits and their change, breakers and their reset, the kill switch."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from seatrial.domain.effects import Effect
from seatrial.domain.facts import LimitsChanged
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import AccountId, Symbol
from seatrial.services.access.scopes import OPERATE
from seatrial.services.api.doors import Door
from seatrial.services.api.http import answer, refusal
from seatrial.services.api.reading import one_of, read_body
from seatrial.services.api.risk_answers import (
    BreakersAnswer,
    ExposureAnswer,
    KillSwitchAnswer,
    KillSwitchBody,
    LimitBody,
    LimitsAnswer,
    ResetBody,
    RiskAnswer,
)
from seatrial.services.api.risk_view import RiskView
from seatrial.services.api.words import WORD_SECONDS_MAX, not_ready
from seatrial.services.observability.observed import ReadLimit


class RiskDoors:
    """What `RiskView` sees, and the two words an operator can say here."""

    def __init__(self, view: RiskView, read_limit: ReadLimit | None = None) -> None:
        self._view = view
        self._read_limit = read_limit
        self._execution = view.execution

    def routes(self) -> list[BaseRoute]:
        """The doors."""
        exposure, limits, breakers = ExposureAnswer, LimitsAnswer, BreakersAnswer
        breaker = "/api/system/circuit-breaker/status"
        switch, guarded = "/risk/kill-switch", KillSwitchAnswer
        return [
            Door("/api/risk/exposure", self.exposure, summary="What is at stake.", answers={200: exposure}),
            Door("/api/limits", self.limits, summary="Every limit and what is used of it.", answers={200: limits}),
            Door(breaker, self.breakers, summary="The trading breakers.", answers={200: breakers}),
            Door("/risk", self.risk, summary="Risk at a glance.", scopes=OPERATE, answers={200: RiskAnswer}),
            Door(switch, self.switch, summary="Is everything halted?", scopes=OPERATE, answers={200: guarded}),
            Door(
                switch,
                self.throw,
                method="POST",
                summary="Halt or resume; with `cancel_orders` take every working order back.",
                scopes=OPERATE,
                body=KillSwitchBody,
                answers={200: guarded},
                always=True,  # a halt must get through; a resume through the same door is the operator's too
            ),
            Door(
                "/risk/reset",
                self.reset,
                method="POST",
                summary="Reset tripped breakers: each opens again once its cooldown is over.",
                scopes=OPERATE,
                body=ResetBody,
                answers={200: breakers},
            ),
            Door(
                "/risk/limits",
                self.change,
                method="POST",
                summary="Tighten one limit, or take that back. No limit of the settings is loosened.",
                scopes=OPERATE,
                body=LimitBody,
                answers={200: limits},
            ),
        ]

    async def exposure(self, _: Request) -> Response:
        """Long, short, gross and net, by account and currency."""
        return answer(self._view.exposure())

    async def limits(self, _: Request) -> Response:
        """Limits with utilisation and source."""
        return answer(self._view.limits())

    async def breakers(self, _: Request) -> Response:
        """The breaker of every account."""
        return answer(self._view.breakers())

    async def risk(self, _: Request) -> Response:
        """Risk at a glance."""
        return answer(self._view.risk())

    async def switch(self, _: Request) -> Response:
        """Whether nothing new is sent."""
        return self._switch(journalled=True)

    async def throw(self, request: Request) -> Response:
        """Halt at once, whatever the journal does; resume once that is durable."""
        word = await read_body(request, KillSwitchBody)
        if word.active:
            say = self._execution.kill if word.cancel_orders else self._execution.halt
            return self._switch(journalled=await _durable(say(word.actor, word.reason)))
        if (closed := not_ready(self._execution)) is not None:
            return closed
        return self._switch(journalled=await _durable(self._execution.resume(word.actor, word.reason)))

    async def reset(self, request: Request) -> Response:
        """Tripped breakers go into cooldown; one that is not tripped stays as it is."""
        empty = request.headers.get("content-length", "0") == "0" and "transfer-encoding" not in request.headers
        word = ResetBody() if empty else await read_body(request, ResetBody)
        if (closed := not_ready(self._execution)) is not None:
            return closed
        await _durable(self._execution.reset_breakers(word.actor, word.reason))
        return answer(self._view.breakers())

    async def change(self, request: Request) -> Response:
        """One limit has another value once that is durable, if the settings' is not stricter."""
        word = await read_body(request, LimitBody)
        if (closed := not_ready(self._execution)) is not None:
            return closed
        if self._read_limit is None:
            return refusal(503, "not_available", "this process does not know the file of limits")
        machine = self._view.machine
        account = AccountId(one_of("account", word.account, [each.id for each in machine.accounts]))
        if word.symbol is not None and machine.index_of(account, Symbol(word.symbol)) is None:
            listed = ", ".join(instrument.symbol for owner, instrument in machine.instruments if owner == account)
            raise RequestFault("symbol", f"one of {listed}", word.symbol)
        limit, value = self._read_limit(word.limit, word.value, word.symbol is not None)
        said = LimitsChanged(
            at_ns=self._execution.market.now_ns(account),
            account=account,
            limit=limit,
            value=None if word.value is None else value,
            actor=word.actor,
            reason=word.reason,
            symbol=None if word.symbol is None else Symbol(word.symbol),
        )
        await _durable(self._execution.change_limit(said))
        return answer(self._view.limits())

    def _switch(self, *, journalled: bool) -> Response:
        latched = self._execution.engine.latched
        return answer(KillSwitchAnswer(latched is not None, latched, journalled, self._view.timestamp))


async def _durable(word: asyncio.Future[list[Effect]]) -> bool:
    """Wait for the journal, but not for ever."""
    await asyncio.wait([word], timeout=WORD_SECONDS_MAX)
    return word.done() and word.exception() is None
