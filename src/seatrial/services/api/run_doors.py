"""One run by its id: what was decided, what came of it then, and how its orders stand now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import msgspec
from starlette.requests import Request
from starlette.responses import Response

from seatrial.services.api.http import answer, refusal
from seatrial.services.api.run_answers import GroupAnswer, OrderNow, in_full, summary
from seatrial.services.orchestrator import Orchestrator
from seatrial.services.run_records import RUNS_KEPT_MAX, RunRecord, RunStatus

ANSWER_SECONDS_MAX = 0.5
ORDERS_ASKED_MAX = 50  # of one run; further ones are told without what became of them

FillsOf = Callable[[str], Sequence[dict[str, Any]] | None]


class RunDoor:
    """`GET /api/v1/orchestration/runs/{run_id}`."""

    def __init__(self, role: Orchestrator, fills: FillsOf | None) -> None:
        self._role = role
        self._fills = fills

    async def show(self, request: Request) -> Response:
        """A run, or the group of runs that somebody asked for."""
        name = request.path_params["run_id"]
        found = self._role.runs.find(name)
        if found is not None:
            return answer(in_full(found, await self._orders(found)))
        group = self._role.runs.group(name)
        if group or self._role.by_hand.in_progress == name:
            return answer(GroupAnswer(name, self._status(name, group), [summary(run) for run in group]))
        text = f"no run of that id among the newest {RUNS_KEPT_MAX}"
        return refusal(404, "not_found", text, field="run_id", accepted="an id from /api/v1/orchestration/runs")

    def _status(self, name: str, group: Sequence[RunRecord]) -> str:
        if self._role.by_hand.in_progress == name:
            return "in_progress"
        words = [run.status for run in group]
        for worst in (RunStatus.UNANSWERED, RunStatus.REFUSED, RunStatus.COMPLETED):
            if worst in words:
                return str(worst)
        return str(RunStatus.SKIPPED)

    async def _orders(self, run: RunRecord) -> list[OrderNow]:
        named = [order for line in run.lines for order in line.orders]
        return list(await asyncio.gather(*(self._order(each, n < ORDERS_ASKED_MAX) for n, each in enumerate(named))))

    async def _order(self, then: dict[str, Any], ask: bool) -> OrderNow:
        client_order_id = str(then.get("client_order_id"))
        now = await self._ask(client_order_id) if ask else {}
        fills = None if self._fills is None else self._fills(client_order_id)
        return OrderNow(
            client_order_id,
            str(then.get("symbol")),
            now.get("status"),
            now.get("filled_quantity"),
            None if fills is None else list(fills),
        )

    async def _ask(self, client_order_id: str) -> dict[str, Any]:
        """The order at execution's door; empty where it does not answer or has forgotten it."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                response = await self._role.execution.get(f"/api/v1/orders/{client_order_id}")
            found = msgspec.json.decode(response.content) if response.is_success else {}
        except (TimeoutError, httpx.TransportError, msgspec.DecodeError, UnicodeDecodeError):
            return {}
        return found if isinstance(found, dict) else {}
