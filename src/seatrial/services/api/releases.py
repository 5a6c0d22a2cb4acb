"""The doors `/api/releases`, `/api/evidence`, `/api/history` and `/api/drills`: for looking, people promote by command.

The board reads files, so it is asked on a thread; in simulations there is none, and these doors do not exist.
"""

from __future__ import annotations

import asyncio
from typing import Literal, Protocol, get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from seatrial.domain.faults import EvidenceFault
from seatrial.services.api.doors import Door, Parameter
from seatrial.services.api.http import answer, refusal
from seatrial.services.api.numbers import bounded
from seatrial.services.api.reading import Query, one_of
from seatrial.services.api.release_answers import EvidenceAnswer, HistoryAnswer, ReleaseAnswer, ReleasesAnswer

RECORDS_MAX = 500
RECORDS = 50
StageName = Literal["dev", "staging", "prod"]


class ReleaseBoard(Protocol):
    """Releases and evidence as they stand in files. Every call may read a disk and may raise `EvidenceFault`."""

    def releases(self) -> ReleasesAnswer:
        """Every sealed release, and which one runs."""
        ...

    def release(self, release_id: str) -> ReleaseAnswer | None:
        """One release by the start of its id; None where none or several begin so."""
        ...

    def evidence(self, stage: str, limit: int) -> EvidenceAnswer:
        """The newest records of a stage."""
        ...

    def history(self, limit: int) -> HistoryAnswer:
        """What was measured and decided, over all stages."""
        ...


class ReleaseDoors:
    """The doors over one board."""

    def __init__(self, board: ReleaseBoard) -> None:
        self._board = board

    def routes(self) -> list[BaseRoute]:
        """The doors."""
        limit = Parameter("limit", bounded(1, RECORDS_MAX), "at most so many, the newest")
        return [
            Door(
                "/api/releases",
                self.releases,
                summary="Every sealed release, where it stands, and which one runs.",
                answers={200: ReleasesAnswer},
            ),
            Door(
                "/api/releases/{release_id}",
                self.release,
                summary="One release: its gates with what would supply them, approvals, steps, manifest.",
                answers={200: ReleaseAnswer},
            ),
            Door(
                "/api/evidence",
                self.evidence,
                summary="The newest records of a stage's evidence chain.",
                answers={200: EvidenceAnswer},
                parameters=[Parameter("stage", StageName, "dev, staging or prod; dev where it is left out"), limit],
            ),
            Door(
                "/api/history",
                self.history,
                summary="Rehearsals, smoke checks, soak windows and promotions, newest first.",
                answers={200: HistoryAnswer},
                parameters=[limit],
            ),
            Door(
                "/api/drills",
                self.drills,
                summary="Drills and what came of them.",
                answers={503: None},
            ),
        ]

    async def releases(self, _: Request) -> Response:
        """All of them."""
        try:
            return answer(await asyncio.to_thread(self._board.releases))
        except EvidenceFault as fault:
            return _broken(fault)

    async def release(self, request: Request) -> Response:
        """One, by the start of its id."""
        name = str(request.path_params["release_id"])
        try:
            found = await asyncio.to_thread(self._board.release, name)
        except EvidenceFault as fault:
            return _broken(fault)
        if found is None:
            return refusal(404, "not_found", f"no release, or more than one, begins with {name!r}", field="release_id")
        return answer(found)

    async def evidence(self, request: Request) -> Response:
        """The newest records."""
        query = Query(request, ("stage", "limit"))
        stage = one_of("stage", query.text("stage") or "dev", get_args(StageName))
        limit = query.integer("limit", default=RECORDS, low=1, high=RECORDS_MAX)
        try:
            return answer(await asyncio.to_thread(self._board.evidence, stage, limit))
        except EvidenceFault as fault:
            return _broken(fault)

    async def history(self, request: Request) -> Response:
        """What happened."""
        limit = Query(request, ("limit",)).integer("limit", default=RECORDS, low=1, high=RECORDS_MAX)
        try:
            return answer(await asyncio.to_thread(self._board.history, limit))
        except EvidenceFault as fault:
            return _broken(fault)

    async def drills(self, _: Request) -> Response:
        """The room that runs them is a later one."""
        return refusal(503, "not_available_yet", "no drill can be run yet: the drill room is a later one")


def _broken(fault: EvidenceFault) -> Response:
    """Evidence that does not hold is told, never left out."""
    return refusal(503, "evidence_unreadable", f"{fault}; `seatrial evidence verify` tells more")
