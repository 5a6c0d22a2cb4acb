"""A desk that is observed: execution on a scripted venue, and the doors of 8000 in front of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from httpx_ws.transport import ASGIWebSocketTransport
from tests.services.scripted_venue import ScriptedVenue
from tests.services.trading_desk import Desk, open_journal

from seatrial.bootstrap.limit_keys import read_limit
from seatrial.runs.virtual_time import VirtualLoop
from seatrial.services.api.observability import observability_doors
from seatrial.services.bus import Bus
from seatrial.services.health import Identity
from seatrial.services.observability.observed import Observed
from seatrial.services.observability.role import build_observability

SETTINGS = {"release": None, "settings": {"limits.max_shares": {"value": 500, "source": "a file"}}}


@dataclass
class Observation:
    """A desk, what observability learnt of it, and a client at its doors."""

    desk: Desk
    observed: Observed
    bus: Bus
    client: httpx.AsyncClient

    async def get(self, path: str, status: int = 200) -> Any:
        """The body of one answer."""
        response = await self.client.get(path)
        assert response.status_code == status, response.text
        return response.json()

    async def post(self, path: str, body: dict[str, object] | None, status: int = 200) -> Any:
        """The same, said something."""
        response = await self.client.post(path, json=body) if body is not None else await self.client.post(path)
        assert response.status_code == status, response.text
        return response.json()


@asynccontextmanager
async def observing(
    loop: VirtualLoop, folder: Path, venue: ScriptedVenue | None = None, owner: str = "first"
) -> AsyncIterator[Observation]:
    """A desk open for business. A second one over the same folder and venue is the process after a restart."""
    desk = Desk(loop, open_journal(folder / "journal.db", owner), venue or ScriptedVenue(loop.now_ns))
    bus, clock = Bus(), desk.service.clock
    observed = Observed(desk.service, bus, clock, lambda: SETTINGS)
    observed.read_limit = read_limit
    role = build_observability(
        identity=Identity("observability", "1.2.3", "dev", "sim"), clock=clock, roles={}, observed=observed
    )
    doors = observability_doors(role, new_request_id=lambda: "id", observed=observed)
    assert doors.meters is not None
    observed.meters.append(doors.meters)
    await role.start()
    await desk.open()
    async with httpx.AsyncClient(transport=ASGIWebSocketTransport(doors), base_url="http://door") as client:
        try:
            yield Observation(desk, observed, bus, client)
        finally:
            await role.close()
            await desk.crash()
