"""`GET /api/ai/signals/latest`: the newest signals of the running strategies. An empty array is an honest answer."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from seatrial.services.api.doors import Door, Parameter
from seatrial.services.api.http import answer
from seatrial.services.api.numbers import bounded
from seatrial.services.api.reading import Query
from seatrial.services.api.signal_answers import SignalRow, signal_row
from seatrial.services.signals import SIGNALS_KEPT_MAX, Signals


def ai_signals_door(role: Signals) -> Door:
    """The door, for port 8000."""

    async def latest(request: Request) -> Response:
        limit = Query(request, ["limit"]).integer("limit", default=5, low=1, high=SIGNALS_KEPT_MAX)
        return answer([signal_row(role, signal) for signal in list(role.signals)[-limit:][::-1]])

    return Door(
        "/api/ai/signals/latest",
        latest,
        summary="The newest signals, newest first.",
        answers={200: list[SignalRow]},
        parameters=[Parameter("limit", bounded(1, SIGNALS_KEPT_MAX), "at most so many; 5 where nothing is said")],
    )
