"""Which role serves which doors, and how healthy they are."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from seatrial.bootstrap.credentials import uses_own_venues
from seatrial.bootstrap.settings import Settings

HEALTH_WAIT_S = 1.0  # a door answers within a second even when a dependency hangs
_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Door:
    """One port of one role. `health` is the path that tells how it is."""

    role: str
    name: str
    setting: str
    port: int
    health: str = "/health"

    def url(self, host: str) -> str:
        """Where people reach it."""
        return f"http://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Health:
    """What a door said about itself; `unreachable` where it said nothing."""

    door: Door
    status: str
    message: str

    @property
    def healthy(self) -> bool:
        """The door and everything behind it work."""
        return self.status == "healthy"


def doors(settings: Settings) -> tuple[Door, ...]:
    """Every door of the roles of this mode, in the order in which they start."""
    ports = settings.ports
    local = (
        Door("venues", "emulated Alpaca", "ports.alpaca", ports.alpaca),
        Door("venues", "emulated Binance", "ports.binance", ports.binance),
        Door("venues", "emulated CoinGecko", "ports.coingecko", ports.coingecko),
    )
    page = (Door("platform", "dashboard", "ports.dashboard", ports.dashboard),)
    return (
        *(local if uses_own_venues(settings) else ()),
        Door("platform", "market data", "ports.market_data", ports.market_data),
        Door("platform", "execution", "ports.execution", ports.execution),
        Door("platform", "execution (alias)", "ports.execution_alias", ports.execution_alias),
        Door("platform", "signals", "ports.signals", ports.signals),
        Door("platform", "orchestrator", "ports.orchestrator", ports.orchestrator),
        Door("platform", "observability", "ports.observability", ports.observability),
        *(page if settings.values["dashboard.enabled"] else ()),
        Door("watch", "watch", "ports.watch", ports.watch),
    )


def roles(settings: Settings) -> tuple[str, ...]:
    """The roles of this mode, in the order in which they depend on each other: our own venues are not always one."""
    return tuple(dict.fromkeys(door.role for door in doors(settings)))


def doors_of(settings: Settings, role: str) -> tuple[Door, ...]:
    """The doors of one role."""
    return tuple(door for door in doors(settings) if door.role == role)


def ask(door: Door, host: str) -> Health:
    """Ask one door how it is."""
    try:
        with _NO_PROXY.open(door.url(host) + door.health, timeout=HEALTH_WAIT_S) as answer:
            return _read(door, answer.read())
    except urllib.error.HTTPError as refusal:
        return _read(door, refusal.read())
    except (OSError, ValueError) as fault:
        return Health(door, "unreachable", str(fault))


def ask_all(asked: tuple[Door, ...], host: str) -> tuple[Health, ...]:
    """Ask them at once: the slowest decides how long it takes, not their sum."""
    if not asked:
        return ()
    with ThreadPoolExecutor(len(asked)) as pool:
        return tuple(pool.map(lambda door: ask(door, host), asked))


def _read(door: Door, body: bytes) -> Health:
    try:
        told = json.loads(body)
        parts = [part for part in told.get("components", []) if part.get("status") not in ("healthy", None)]
        message = "; ".join(f"{part.get('name')}: {part.get('message')}" for part in parts)
        return Health(door, str(told["status"]), message)
    except (ValueError, KeyError, AttributeError, TypeError):
        return Health(door, "unreadable", body[:80].decode(errors="replace"))
