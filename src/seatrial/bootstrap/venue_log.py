"""One log record for every request to a venue, with the ids of the run and request it belongs to.

The query and the headers are left out: they carry signatures and keys.
"""

from __future__ import annotations

import time
from typing import Final

import httpx
import structlog

_log = structlog.get_logger("seatrial.venues")

_STARTED: Final = "seatrial.started_s"


async def begin(request: httpx.Request) -> None:
    """Remember when a request left."""
    request.extensions[_STARTED] = time.monotonic()


async def tell(response: httpx.Response) -> None:
    """Say what came back: questions in detail level, orders and whatever failed always."""
    request = response.request
    duration_ms = round((time.monotonic() - request.extensions.get(_STARTED, time.monotonic())) * 1_000, 3)
    say = _log.debug if request.method == "GET" and response.is_success else _log.info
    say(
        "venue request",
        method=request.method,
        host=request.url.host,
        path=request.url.path,
        status=response.status_code,
        duration_ms=duration_ms,
    )
