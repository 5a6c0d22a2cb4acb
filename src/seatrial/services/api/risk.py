"""The doors on risk: exposure, limits, breakers, the kill switch, the breakers' reset."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from seatrial.domain.effects import Effect
from seatrial.services.access.scopes import OPERATE
from seatrial.services.api.doors import Door
from seatrial.services.api.http import answer
from seatrial.services.api.reading import read_body
from seatrial.services.api.risk_answers import (
    BreakersAnswer,
    ExposureAnswer,
    KillSwitchAnswer,
    KillSwitchBody,
    LimitsAnswer,
    ResetBody,
    RiskAnswer,
)
from seatrial.services.api.risk_view import RiskView
from seatrial.services.api.words import WORD_SECONDS_MAX, not_ready


class RiskDoors:
    """What `RiskView` sees, and the two words an operator can say here."""

    def __init__(self, view: RiskView) -> None:
        self._view = view
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

    def _switch(self, *, journalled: bool) -> Response:
        latched = self._execution.engine.latched
        return answer(KillSwitchAnswer(latched is not None, latched, journalled, self._view.timestamp))


async def _durable(word: asyncio.Future[list[Effect]]) -> bool:
    """Wait for the journal, but not for ever."""
    await asyncio.wait([word], timeout=WORD_SECONDS_MAX)
    return word.done() and word.exception() is None
