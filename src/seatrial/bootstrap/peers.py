"""The roles as they are reached: which port each listens on, and the way to the one in another process."""

from __future__ import annotations

import httpx

from seatrial.bootstrap.settings import Settings


def ports_of(settings: Settings) -> dict[str, int]:
    """The port of every role of the platform, by the role's name."""
    ports = settings.ports
    return {
        "market-data": ports.market_data,
        "execution": ports.execution,
        "signals": ports.signals,
        "orchestrator": ports.orchestrator,
        "observability": ports.observability,
    }


def watch_client(settings: Settings) -> httpx.AsyncClient:
    """The way to `watch`, which lives in a process of its own; its health is open to everybody."""
    return httpx.AsyncClient(base_url=f"http://{settings.host}:{settings.ports.watch}", trust_env=False)
