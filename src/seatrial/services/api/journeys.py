"""The doors `/api/orders/{id}/journey` and `/api/notices`."""

from __future__ import annotations

from typing import Literal, get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from seatrial.core.machine import Machine
from seatrial.domain.ids import ClientOrderId
from seatrial.domain.time import Clock, rfc3339
from seatrial.services.api.doors import Door, Parameter
from seatrial.services.api.http import answer, refusal
from seatrial.services.api.journey_answers import JourneyAnswer, NoticesAnswer
from seatrial.services.api.journey_words import Teller, notice_answer
from seatrial.services.api.numbers import bounded
from seatrial.services.api.reading import Query, one_of
from seatrial.services.observability.chronicle import Chronicle
from seatrial.services.observability.journeys import JOURNEYS_KEPT_MAX
from seatrial.services.observability.notices import NOTICES_KEPT_MAX
from seatrial.services.observability.signal_lookup import SignalLookup

Kind = Literal["refusal", "alert", "breaker", "command", "notice"]


class JourneyDoors:
    """Orders' ways and the news. `signals` knows what strategies said, where it is wired."""

    def __init__(
        self, chronicle: Chronicle, machine: Machine, clock: Clock, signals: SignalLookup | None = None
    ) -> None:
        self._chronicle = chronicle
        self._clock = clock
        self._teller = Teller(chronicle, machine, signals)

    def routes(self) -> list[BaseRoute]:
        """The doors."""
        return [
            Door(
                "/api/orders/{order_id}/journey",
                self.journey,
                summary="One order's way: signal, target, intent, risk, sent, the venue's words, fills.",
                answers={200: JourneyAnswer},
            ),
            Door(
                "/api/notices",
                self.notices,
                summary="The newest refusals, alerts, tripped breakers, operators' words and notices.",
                answers={200: NoticesAnswer},
                parameters=[
                    Parameter("kind", Kind, "one kind instead of all"),
                    Parameter("limit", bounded(1, NOTICES_KEPT_MAX), "at most so many, the newest"),
                ],
            ),
        ]

    async def journey(self, request: Request) -> Response:
        """One order; 404 where it is not among the newest."""
        order_id = ClientOrderId(request.path_params["order_id"])
        found = self._chronicle.journeys.find(order_id)
        if found is None:
            message = f"no order {order_id} among the newest {JOURNEYS_KEPT_MAX}"
            return refusal(
                404, "not_found", message, field="order_id", accepted="an order_id of :5002/orders?status=all"
            )
        return answer(self._teller.tell(found, rfc3339(self._clock.now_ns())))

    async def notices(self, request: Request) -> Response:
        """The news."""
        query = Query(request, ["kind", "limit"])
        kind = query.text("kind")
        if kind is not None:
            one_of("kind", kind, get_args(Kind))
        limit = query.integer("limit", default=100, low=1, high=NOTICES_KEPT_MAX)
        kept = [each for each in self._chronicle.notices.newest_first() if kind in {None, each.kind.value}]
        books = self._chronicle.books
        return answer(
            NoticesAnswer([notice_answer(each, books) for each in kept[:limit]], rfc3339(self._clock.now_ns()))
        )
