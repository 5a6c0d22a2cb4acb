"""`seatrial emulate`: the local venues alone, for other people's bots."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.local_venues import LocalVenue, LocalVenues
from seatrial.bootstrap.markets import load_timeline
from seatrial.bootstrap.servers import until_first
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.symbols import SHOWN
from seatrial.bootstrap.venue_urls import local_alpaca, local_binance
from seatrial.emulators.faults import Fault, read_faults

IN_MEMORY = ":memory:"

Say = Callable[[str], None]


def emulate(settings: Settings, symbols: tuple[str, ...], faults: Path | None, *, say: Say, tell: Say) -> None:
    """Serve until SIGTERM or Ctrl-C. `tell` gets the one JSON line, `say` what people want to know.

    Accounts live in memory: each run begins with fresh ones.

    Raises:
        PortTaken, DataFault: as their names say.
    """
    import uvloop

    script = read_faults(faults) if faults else []
    listed = symbols or tuple(symbol for shown in SHOWN.values() for symbol in shown)
    uvloop.run(_emulate(settings, listed, script, say, tell))


async def _emulate(settings: Settings, symbols: tuple[str, ...], faults: list[Fault], say: Say, tell: Say) -> None:
    venues = LocalVenues(
        settings, WallClock(), load_timeline(settings.data, symbols, seed=settings.seed), store=IN_MEMORY, faults=faults
    )
    for line in venues.timeline.lines():
        say(line)
    venues.on_end(say)
    ports = await venues.open({"alpaca": settings.ports.alpaca, "binance": settings.ports.binance})
    tell(json.dumps(described(settings.host, venues.venues, ports)))
    try:
        await until_first(asyncio.create_task(venues.failed()))
    finally:
        await venues.close()


def described(host: str, venues: list[LocalVenue], ports: Mapping[str, int]) -> dict[str, dict[str, str]]:
    """Addresses and keys, by venue."""
    return {venue.name: {**_urls(venue.name, host, ports[venue.name]), **_keys(venue)} for venue in venues}


def _urls(name: str, host: str, port: int) -> dict[str, str]:
    if name == "alpaca":
        alpaca = local_alpaca(host, port)
        return {
            "rest": alpaca.rest,
            "data": alpaca.data,
            "trade_stream": alpaca.trade_stream,
            "data_stream": alpaca.data_stream,
        }
    binance = local_binance(host, port)
    return {"rest": binance.rest, "ws": binance.ws, "ws_api": binance.ws_api}


def _keys(venue: LocalVenue) -> dict[str, str]:
    return {"key": venue.key, "secret": venue.secret}
