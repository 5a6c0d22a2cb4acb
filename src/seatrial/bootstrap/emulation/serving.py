"""The local venues alone, served until somebody says stop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.emulation.account_file import read_accounts
from seatrial.bootstrap.emulation.asked import Asked
from seatrial.bootstrap.emulation.markets import emulated_markets
from seatrial.bootstrap.emulation.named_doors import open_named_doors
from seatrial.bootstrap.garbage import leave_out_built
from seatrial.bootstrap.local_venues import LocalVenue, LocalVenues
from seatrial.bootstrap.ports import reachable
from seatrial.bootstrap.servers import until_first
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.venue_urls import local_alpaca, local_binance
from seatrial.domain.time import rfc3339
from seatrial.emulators.faults import read_faults

UNSEEN = ""  # a file of SQLite's own, gone with the process: a day of orders is too much for memory

Say = Callable[[str], None]
Described = dict[str, dict[str, str]]


def emulate(settings: Settings, asked: Asked, *, say: Say, tell: Say) -> None:
    """Serve until SIGTERM or Ctrl-C. `tell` gets the one JSON line, `say` what people want to know.

    Accounts live in memory: each run begins with fresh ones.

    Raises:
        PortTaken, DataFault, RequestFault, BadSetting: as their names say.
    """
    import uvloop

    uvloop.run(_emulate(settings, asked, say, tell))


async def _emulate(settings: Settings, asked: Asked, say: Say, tell: Say) -> None:
    async with served(settings, asked, say=say) as (venues, described):
        leave_out_built()
        tell(json.dumps(described))
        await until_first(asyncio.create_task(venues.failed()))


@asynccontextmanager
async def served(settings: Settings, asked: Asked, *, say: Say) -> AsyncIterator[tuple[LocalVenues, Described]]:
    """The venues with open doors and running markets, and how to reach them."""
    clock = WallClock()
    faults = read_faults(asked.faults) if asked.faults else []
    accounts = read_accounts(asked.accounts) if asked.accounts else []
    markets = emulated_markets(settings, asked, clock.now_ns())
    venues = LocalVenues(
        settings,
        clock,
        markets,
        store=UNSEEN,
        faults=faults,
        accounts=accounts,
        histories=asked.history,
    )
    for line in venues.lines():
        say(line)
    venues.on_end(say)
    ports = await venues.open({"alpaca": settings.ports.alpaca, "binance": settings.ports.binance})
    for venue in venues.venues:
        say(_standing(venue))
    try:
        async with AsyncExitStack() as doors:
            if asked.tls is not None:
                say(await open_named_doors(asked.tls, settings.host, ports, doors, tls_ports=asked.tls_ports))
            yield venues, described_venues(reachable(settings.host), venues.venues, ports)
    finally:
        await venues.close()


def _standing(venue: LocalVenue) -> str:
    exchange = venue.exchange
    at = f"the market of {venue.name} stands at {rfc3339(exchange.now_ns())}"
    if exchange.is_open:
        return at
    opens = exchange.next_open_ns
    return f"{at} and is closed{f' until {rfc3339(opens)}' if opens else ''}; --always-open never closes"


def described_venues(host: str, venues: list[LocalVenue], ports: Mapping[str, int]) -> Described:
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
